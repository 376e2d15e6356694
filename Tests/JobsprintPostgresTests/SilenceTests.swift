import JobsprintDomain
import JobsprintPorts
import JobsprintPostgres
import JobsprintTesting
import Postgres
import Testing

/// A server that is there no more, and of which nobody says so: bytes go out, and none comes back.
@Suite(.enabled(if: TestServer.isExpected, TestServer.missing), .timeLimit(.minutes(2))) struct SilenceTests {
  @Test func aServerThatFallsSilentIsNoticedWithin15SecondsAndUsedAgainWhenItSpeaks() async throws {
    try await withDatabase { name in
      let direct = try TestServer.options(name, as: TestServer.program)
      let port = try #require(direct.parameters["port"].flatMap { UInt16($0) })
      let proxy = try CutProxy(before: port)
      defer { proxy.close() }
      let storage = PostgresStorage(primary: direct.through(proxy))
      let running = Task { await storage.run() }
      defer { running.cancel() }
      _ = try await storage.tags.create(.numbered(1), in: .initial, recording: .noted())
      proxy.fallSilent()
      let begin = ContinuousClock.now
      let failure = await #expect(throws: PortError.self) { try await storage.tags.tag(.numbered(1), in: .initial) }
      #expect(failure?.code == .unavailable)
      #expect(ContinuousClock.now - begin < .seconds(15))
      proxy.speakAgain()
      // The pool's other connections were silent, too: who gets one of those is told that it has ended.
      try await eventually { await (try? storage.tags.tag(.numbered(1), in: .initial)) == .numbered(1) }
      running.cancel()
      await running.value
    }
  }
}

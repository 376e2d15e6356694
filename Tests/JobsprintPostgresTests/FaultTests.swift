import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Postgres
import Synchronization
import Testing

@testable import JobsprintPostgres

private struct Mismatch: Error {
  let outcomes: (JournalOutcome, JournalOutcome)
}

@Suite(.enabled(if: TestServer.isExpected, TestServer.missing)) struct FaultTests {
  private let me = ExecutorID.numbered(1)

  @Test func whatIsStoredIsRecognizedAndNothingElse() async throws {
    try await withStorage { storage, _ in
      let writes: [JournalWrite] = [
        .accept(.numbered(2, claimedBy: me, idempotency: .of("key"))), .append(1, [.entry(at: 1)], .success()),
        .append(3, [.entry(at: 0)]), .append(4, [.entry(.suspended, at: 0)], .wait(until: .seconds(50))),
        .append(5, [], .handBack), .cancel(6), .append(7, [.entry(at: 0)]),
      ]
      _ = try await storage.journal.commit([1, 3, 4, 5, 6].map { .accept(.numbered($0, claimedBy: me)) })
      #expect(try await storage.journal.stored(among: writes) == [])
      let outcomes = try await storage.journal.commit(writes)
      #expect(outcomes == Array(repeating: .committed, count: 6) + [.fenced])
      #expect(try await storage.journal.stored(among: writes) == [0, 1, 2, 3, 4, 5])
      let strangers: [JournalWrite] = [
        .accept(.numbered(2, input: "another")), .append(1, [.entry(at: 1, payload: "another")], .success()),
        .append(3, [.entry(at: 0, attempt: 2)]), .cancel(6, at: .seconds(501)),
      ]
      #expect(try await storage.journal.stored(among: strangers) == [])
    }
  }

  @Test func aWriteThatNoDatabaseTakesIsRefusedAlone() async throws {
    try await withStorage { storage, _ in
      let poison = JournalWrite.accept(
        .numbered(9, idempotency: .of("poison", status: Int(Int32.max) + 1)))
      let good: [JournalWrite] = (1...4).map { .accept(.numbered($0)) }
      await #expect { try await storage.journal.commit(good + [poison]) } throws: {
        ($0 as? PortError)?.code == .refused
      }
      let outcomes = try await storage.journal.commit(good)
      #expect(outcomes == Array(repeating: .committed, count: 4))
      await #expect { try await storage.journal.commit([poison]) } throws: { ($0 as? PortError)?.code == .refused }
    }
  }

  // Connections are cut at random while commits are on their way: every answer has to be true.
  @Test func connectionsThatAreCutLoseAndDoubleNothing() async throws {
    try await withStorage { storage, name in
      let tally = Tally()
      let admin = PostgresPool(try TestServer.options(name, size: 1))
      let administering = Task { await admin.run() }
      await withTaskGroup(of: Void.self) { group in
        for task in 0..<4 {
          group.addTask {
            for round in 0..<1_000_000 where !tally.isOver.load(ordering: .relaxed) {
              let numbers = (0..<8).map { task * 10_000_000 + round * 8 + $0 }
              do {
                let accepted = try await storage.journal.commit(numbers.map { .accept(.numbered($0, claimedBy: me)) })
                let ended = try await storage.journal.commit(
                  numbers.map { .append($0, [.entry(at: 0), .entry(at: 1)], .success()) })
                for (number, outcomes) in zip(numbers, zip(accepted, ended)) {
                  if outcomes == (.committed, .committed) {
                    tally.answer(.numbered(number))
                  } else {
                    tally.fail(Mismatch(outcomes: outcomes))
                  }
                }
              } catch { tally.fail(error) }
            }
          }
        }
        for _ in 0..<40 {
          _ = try? await admin.rows(
            PostgresCommand(
              sql: """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE usename = '\(TestServer.program)' AND datname = '\(name)' ORDER BY random() LIMIT 1
                """))
          await tally.wait(forMore: 16)
        }
        tally.isOver.store(true, ordering: .relaxed)
      }
      administering.cancel()
      let all = tally.answered
      #expect(tally.strange == [])
      #expect(Set(tally.errors.keys).isSubset(of: [.unavailable]))
      var stored = 0
      for start in stride(from: 0, to: all.count, by: 1000) {
        stored += try await storage.executions.ended(among: Array(all[start..<min(start + 1000, all.count)])).count
      }
      #expect(stored == all.count)
      for id in all.shuffled().prefix(50) {
        #expect(try await storage.executions.journal(of: id, in: .initial) == [.entry(at: 0), .entry(at: 1)])
      }
    }
  }
}

import JobsprintTesting
import NIOCore
import NIOPosix
import Testing

@testable import Redis

extension RedisTests {
  /// Who asks on an event loop.
  @Suite struct Loops {
    private final class LoopExecutor: TaskExecutor {
      private let loop: any EventLoop

      init(_ loop: any EventLoop) { self.loop = loop }

      func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
      }
    }

    @Test func aLoopHasAConnectionOfItsOwnWhileThatIsUp() async throws {
      try await withClient { client async throws in
        func connection() async throws -> Int64? { try await client.send(RedisCommand("CLIENT", "ID")).integer }
        let common = try await connection()
        let loop = LoopExecutor(MultiThreadedEventLoopGroup.singleton.next())
        try await withTaskExecutorPreference(loop) {
          #expect(try await connection() == common, "nobody waits for the first connection")
          try await eventually { try await connection() != common }
          let own = try #require(try await connection())
          #expect(client.metrics.connects == 2 && client.metrics.reconnects == 0)
          #expect(client.metrics.servers == 1 && client.metrics.connected == 1)
          // Without its own, the common one serves it, until there is a new one.
          try await client.send(RedisCommand("CLIENT", "KILL", "ID", .number(own), "SKIPME", "no"))
          try await eventually { client.metrics.connectionsLost == 1 }
          try await eventually { ![common, own].contains(try await connection()) }
        }
        #expect(try await connection() == common && client.metrics.connects == 3 && client.metrics.reconnects == 1)
      }
    }
  }
}

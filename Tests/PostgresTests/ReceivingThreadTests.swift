import Foundation
import JobsprintTesting
import Testing

@testable import Postgres

extension PostgresTests {
  /// A loop that lives on the driver's own thread.
  @Suite struct ReceivingThread {
    private static func threadName() throws -> String {
      try String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8).trimmingCharacters(in: .newlines)
    }

    @Test func answersReachItWithoutAnotherThreadAndOthersAreServedBesideIt() async throws {
      try await withPool(try await testOptions { $0.size = 2 }) { pool async throws in
        try await withThrowingTaskGroup(of: Set<String>.self) { group in
          for begin in [0, 1000] {
            group.addTask {
              try await pool.withReceivingThread { () async throws in
                var threads: Set<String> = []
                for value in begin..<begin + 200 {
                  #expect(try await pool.query(Number(value: value)) == [value * 2])
                  threads.insert(try Self.threadName())
                }
                return threads
              }
            }
          }
          for value in 0..<200 { #expect(try await pool.query(Number(value: value)) == [value * 2]) }
          for try await threads in group { #expect(threads == ["postgres-poll"]) }
        }
      }
    }

    @Test func whatItWaitsForIsLimitedAndCancelledAsElsewhere() async throws {
      try await withPool(try await testOptions { $0.size = 1 }) { pool async throws in
        let slow = PostgresCommand(name: "slow", sql: "SELECT pg_sleep(60)")
        let task = Task {
          try await pool.withReceivingThread { () async throws in
            let late = try await postgresError { try await pool.rows(slow, limit: .milliseconds(50)) }
            let cancelled = try await postgresError { try await pool.rows(slow) }
            return (late.code, cancelled.code)
          }
        }
        try await eventually { pool.metrics.statements["slow"]?.timedOut == 1 && pool.metrics.inFlight == 1 }
        task.cancel()
        let codes = try await task.value
        #expect(codes == (.statementTimedOut, .cancelled))
        #expect(try await pool.value("SELECT 1", Int.self) == 1)
      }
    }
  }
}

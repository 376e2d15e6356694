import JobsprintTesting
import Testing

@testable import Postgres

extension PostgresTests {
  /// Cancelling, time limits, waiting.
  @Suite struct Limits {
    private static let running =
      "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()"
    private static let gone =
      "SELECT count(*) = 0 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND state = 'active'"
      + " AND pid <> pg_backend_pid()"

    @Test func aCancelledTaskCancelsItsStatement() async throws {
      try await withPool(try await testOptions { $0.size = 2 }) { pool async throws in
        let task = Task { try await postgresError { try await pool.run("SELECT pg_sleep(60)") } }
        try await pool.until(Self.running)
        task.cancel()
        let error = try await task.value
        #expect(error.code == .cancelled && error.outcome == .notCommitted)
        try await pool.until(Self.gone)
        #expect(pool.metrics.connectionsLost == 0)
        #expect(pool.metrics.statements["sql"]?.cancelled == 1)
      }
    }

    @Test func aCancelNeverHitsTheNeighbour() async throws {
      try await withPool(try await testOptions { $0.size = 1 }) { pool async throws in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for value in 0..<300 {
            group.addTask { () async throws in #expect(try await pool.query(Number(value: value)) == [value * 2]) }
            group.addTask {
              let task = Task { try await pool.rows(PostgresCommand(sql: "SELECT pg_sleep(0.001)")) }
              await Task.yield()
              task.cancel()
              _ = try? await task.value
            }
          }
          try await group.waitForAll()
        }
        #expect(pool.metrics.connectionsLost == 0 && pool.metrics.connects == 1)
      }
    }

    @Test func aTaskThatWasCancelledBeforeSendsNothing() async throws {
      try await withPool { pool async throws in
        let task = Task {
          withUnsafeCurrentTask { $0?.cancel() }
          return try await postgresError { try await pool.run("SELECT 1") }
        }
        #expect(try await task.value.code == .cancelled)
        #expect(pool.metrics.statements.isEmpty)
      }
    }

    @Test func aStatementThatTakesTooLongIsCancelled() async throws {
      try await withPool(try await testOptions { $0.size = 1 }) { pool async throws in
        let slow = PostgresCommand(name: "slow", sql: "SELECT pg_sleep(60)")
        let error = try await postgresError { try await pool.rows(slow, limit: .milliseconds(50)) }
        #expect(error.code == .statementTimedOut && error.statement == "slow" && error.outcome == .notCommitted)
        #expect(try await pool.value("SELECT 1", Int.self) == 1)
        #expect(pool.metrics.connectionsLost == 0 && pool.metrics.statements["slow"]?.timedOut == 1)
        let inside = try await postgresError {
          _ = try await pool.transaction { try await $0.rows(slow, limit: .milliseconds(50)) }
        }
        #expect(inside.code == .statementTimedOut)
        #expect(try await pool.value("SELECT 1", Int.self) == 1)
      }
    }

    @Test func waitingHasALimitAndACounter() async throws {
      try await withPool(
        try await testOptions {
          $0.size = 1
          // Long enough for the connection itself, on a busy machine.
          $0.waitLimit = .seconds(2)
          $0.waitingMaximum = 2
        }
      ) { pool async throws in
        try await pool.transaction { transaction async throws in
          try await transaction.run("SELECT 1")
          async let first = postgresError { try await pool.run("SELECT 1") }
          async let second = postgresError { try await pool.transaction { try await $0.run("SELECT 1") } }
          try await eventually { pool.metrics.waiting == 2 }
          let refused = try await postgresError { try await pool.run("SELECT 1") }
          #expect(refused.code == .tooManyWaiting && refused.isTransient)
          #expect(try await first.code == .waitTimedOut)
          #expect(try await second.code == .waitTimedOut)
        }
        let metrics = pool.metrics
        #expect(metrics.waitsTimedOut == 2 && metrics.waitsRefused == 1 && metrics.waiting == 0)
        #expect(try await pool.value("SELECT 1", Int.self) == 1)
      }
    }

    @Test func whoWaitsLongestIsServedFirst() async throws {
      try await withPool(
        try await testOptions {
          $0.size = 1
          $0.pipelineDepth = 1
        }
      ) { pool async throws in
        try await pool.run("CREATE TABLE turns (id serial, who int)")
        try await withThrowingTaskGroup(of: Void.self) { group in
          try await pool.transaction { transaction async throws in
            try await transaction.run("SELECT 1")
            for who in 0..<20 {
              let before = pool.metrics.waiting
              group.addTask {
                if who % 2 == 0 {
                  try await pool.run("INSERT INTO turns (who) VALUES (\(who))")
                } else {
                  try await pool.transaction { try await $0.run("INSERT INTO turns (who) VALUES (\(who))") }
                }
              }
              try await eventually { pool.metrics.waiting > before }
            }
          }
          try await group.waitForAll()
        }
        #expect(try await pool.value("SELECT bool_and(id = who + 1) FROM turns", Bool.self))
        try await pool.run("DROP TABLE turns")
      }
    }

    @Test func aSlowStatementDoesNotHoldTheOthersUp() async throws {
      try await withPool(try await testOptions { $0.size = 2 }) { pool async throws in
        let task = Task { try await postgresError { try await pool.run("SELECT pg_sleep(60)") } }
        try await pool.until(Self.running)
        try await withThrowingTaskGroup(of: Void.self) { group in
          for value in 0..<500 { group.addTask { () async throws in _ = try await pool.query(Number(value: value)) } }
          try await group.waitForAll()
        }
        task.cancel()
        #expect(try await task.value.code == .cancelled)
      }
    }

    @Test func aPoolIsExactlyAsLargeAsItSays() async throws {
      try await withPool(
        try await testOptions {
          $0.size = 3
          $0.applicationName = "exactly three"
        }
      ) { pool async throws in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<200 { group.addTask { try await pool.transaction { try await $0.run("SELECT 1") } } }
          try await group.waitForAll()
        }
        let count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'exactly three'"
        #expect(try await pool.value(count, Int.self) == 3)
        #expect(pool.metrics.size == 3 && pool.metrics.connected == 3)
      }
    }

    @Test func shutDownLetsEndWhatIsOnItsWay() async throws {
      let pool = PostgresPool(try await testOptions { $0.size = 1 })
      let running = Task { await pool.run() }
      let work = Task { try await pool.value("SELECT 5 FROM pg_sleep(0.2)", Int.self) }
      try await eventually { pool.metrics.inFlight > 0 }
      running.cancel()
      #expect(try await work.value == 5)
      await running.value
      let error = try await postgresError { try await pool.run("SELECT 1") }
      #expect(error.code == .closed && pool.metrics.connected == 0)
    }

    @Test func shutDownGivesUpWhatGoesOnTooLong() async throws {
      let pool = PostgresPool(
        try await testOptions {
          $0.size = 1
          $0.drainLimit = .milliseconds(50)
        })
      let running = Task { await pool.run() }
      let work = Task { try await postgresError { try await pool.run("SELECT pg_sleep(5)") } }
      try await eventually { pool.metrics.inFlight > 0 }
      running.cancel()
      await running.value
      let error = try await work.value
      #expect(error.code == .closed && error.outcome == .unknown)
    }
  }
}

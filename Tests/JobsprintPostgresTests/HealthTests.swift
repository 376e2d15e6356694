import JobsprintDomain
import JobsprintPorts
import JobsprintPostgres
import JobsprintTesting
import Postgres
import Testing

@Suite(.enabled(if: TestServer.address != nil, TestServer.missing)) struct HealthTests {
  @Test func aProgramWithoutRightsOfItsOwnSeesHowTheDatabaseIs() async throws {
    try await withStorage(size: 2) { storage, _ in
      let health = try await storage.health()
      #expect(health.server.databaseBytes > 0 && health.server.connections > 0)
      #expect(health.tables.contains { $0.name == "executions_default" })
      let weeks = try #require(health.partitions.first { $0.table == "executions" })
      #expect(weeks.count == 6)
      #expect(weeks.until - weeks.since == .seconds(6 * 7 * 86_400))
      #expect(health.pools.contains { $0.program == "jobsprint-test" && $0.connections > 0 })
      #expect(health.statements.p50 > 0 && health.statements.p50 <= health.statements.p99)
      #expect(health.statements.source == .looks)
    }
  }

  @Test func callsAreCountedByTheServerWhereItsExtensionIsThere() async throws {
    try await withStorage(size: 2) { storage, name in
      let pool = PostgresPool(try TestServer.options(name, size: 1))
      let running = Task { await pool.run() }
      var row = try #require(try await pool.rows(PostgresCommand(sql: "SHOW shared_preload_libraries")).first)
      let isLoaded = try row.next(String.self).contains("pg_stat_statements")
      try await pool.rows(PostgresCommand(sql: "CREATE SCHEMA \"Odd\""))
      try await pool.rows(PostgresCommand(sql: "CREATE EXTENSION pg_stat_statements SCHEMA \"Odd\""))
      try await pool.rows(PostgresCommand(sql: "GRANT USAGE ON SCHEMA \"Odd\" TO PUBLIC"))
      for number in 1...20 { _ = try await storage.tags.tag(.numbered(number), in: .initial) }
      let times = try await storage.health().statements
      #expect(times.source == (isLoaded ? .calls : .looks), "without its library the extension tells nothing")
      #expect(times.p50 >= 0 && times.p50 <= times.p95 && times.p95 <= times.p99 && times.p99 > 0)
      running.cancel()
      await running.value
    }
  }

  @Test func anOldTransactionOfTheSameUserIsSeen() async throws {
    try await withStorage { storage, name in
      let other = PostgresPool(try TestServer.options(name, as: TestServer.program, size: 1))
      let running = Task { await other.run() }
      try await other.transaction { transaction in
        try await transaction.rows(PostgresCommand(sql: "SELECT 1"))
        while try await storage.health().server.longestTransactionSeconds < 1 {}
      }
      running.cancel()
      await running.value
    }
  }
}

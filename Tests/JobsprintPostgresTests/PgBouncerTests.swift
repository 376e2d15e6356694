// Behind PgBouncer in transaction mode (`preparedStatements = 0`): nothing outlives a transaction on a connection.

import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Postgres
import Testing

@testable import JobsprintPostgres

private let isInstalled = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].contains {
  FileManager.default.isExecutableFile(atPath: $0)
}

extension ServerFaults {
  @Suite(.enabled(if: isInstalled, "no pgbouncer: apt-get install pgbouncer")) struct PgBouncer {
    /// A database, and the way to it. PgBouncer opens 2 connections to it, the program 6 to PgBouncer.
    private func withBouncer(
      _ body: (FaultServer, _ database: String, _ options: PostgresOptions) async throws -> Void
    ) async throws {
      let server = try await FaultServer.shared.value
      try await server.start("pgbouncer")
      let database = try await server.makeDatabase()
      var options = try TestServer.options(
        database, as: TestServer.program, size: 6, at: try server.value("JOBSPRINT_TEST_PGBOUNCER"))
      options.preparedStatements = 0
      try await body(server, database, options)
    }

    private func withPool(_ options: PostgresOptions, _ body: (PostgresPool) async throws -> Void) async throws {
      let pool = PostgresPool(options)
      let running = Task { await pool.run() }
      defer { running.cancel() }
      try await body(pool)
      running.cancel()
      await running.value
    }

    @Test func theFlowWorksAndOutlivesIt() async throws {
      try await withBouncer { server, database, options in
        var options = options
        options.waitLimit = .seconds(1)
        let storage = PostgresStorage(primary: options)
        let flow = FaultFlow(storage, workflow: FaultFlow.storedWorkflow)
        try await flow.run {
          _ = try await storage.workflows.create(FaultFlow.storedWorkflow, recording: .noted())
          try await flow.underLoad {
            await flow.tally.wait(forMore: 100)
            #expect(flow.tally.numbers.errors == 0 && flow.tally.numbers.brokenLies == 0)
            try await server.halt("pgbouncer")
            await flow.tally.wait { $0.errors > 0 && $0.brokenLies > 0 }
            try await server.start("pgbouncer")
            let healed = ContinuousClock.now
            await flow.tally.wait(forMore: 1)
            #expect(ContinuousClock.now - healed < .seconds(5))
            await flow.tally.wait(forMore: 20)
          }
          try await flow.check(try server.options(database, size: 1))
        }
      }
    }

    @Test func nothingIsLeftOnAConnection() async throws {
      try await withBouncer { _, _, options in
        let storage = PostgresStorage(primary: options)
        let running = Task { await storage.run() }
        _ = try await storage.journal.commit((0..<50).map { .accept(.numbered($0)) })
        _ = try await storage.claims.claim([.numbered(1)], for: .numbered(1), at: .seconds(1), leaseExpiry: .seconds(0))
        running.cancel()
        await running.value
        try await withPool(options) { pool in
          for _ in 0..<8 {
            let command = PostgresCommand(
              sql: """
                SELECT current_setting('role'), coalesce(current_setting('jobsprint.workspaces', true), ''),
                  (SELECT count(*) FROM pg_prepared_statements)
                """)
            var row = try #require(try await pool.rows(command).first)
            let seen: (String, String, Int) = (try row.next(), try row.next(), try row.next())
            #expect(seen == ("none", "", 0))
          }
        }
      }
    }

    @Test func pipelinesTransactionsAndCancelsKeepTheirOrder() async throws {
      try await withBouncer { _, _, options in
        try await withPool(options) { pool in
          try await withThrowingTaskGroup(of: Void.self) { group in
            for value in 0..<400 {
              group.addTask {
                let command = try PostgresCommand("SELECT $1 * 2") { try $0.bind(value) }
                if value % 4 == 0 {
                  let inside = try await pool.transaction { transaction in
                    _ = try await transaction.rows(command)
                    return try await transaction.rows(command)
                  }
                  var row = try #require(inside.first)
                  #expect(try row.next() == value * 2)
                } else if value % 50 == 1 {
                  let slow = PostgresCommand(name: "slow", sql: "SELECT pg_sleep(60)")
                  await #expect { try await pool.rows(slow, limit: .milliseconds(50)) } throws: {
                    ($0 as? PostgresError)?.code == .statementTimedOut
                  }
                } else {
                  var row = try #require(try await pool.rows(command).first)
                  #expect(try row.next() == value * 2)
                }
              }
            }
            try await group.waitForAll()
          }
          #expect(pool.metrics.connectionsLost == 0)
        }
      }
    }

    @Test func migrationsGoThroughIt() async throws {
      try await withBouncer { server, database, options in
        let owner = try TestServer.options(
          database, as: TestServer.owner, at: try server.value("JOBSPRINT_TEST_PGBOUNCER"))
        var unprepared = owner
        unprepared.preparedStatements = 0
        let migrations = PostgresMigrations(unprepared)
        _ = try await migrations.down()
        #expect(try await migrations.up().count == 1)
        #expect(try await migrations.verify() == [])
      }
    }

    // Without the option: PgBouncer 1.18 hands a statement that was prepared on one connection to another.
    @Test func statementsThatArePreparedGetLost() async throws {
      try await withBouncer { _, _, options in
        var prepared = options
        prepared.preparedStatements = 256
        try await withPool(prepared) { pool in
          let states = await withTaskGroup(of: String?.self) { group in
            for value in 0..<200 {
              group.addTask {
                do {
                  try await pool.transaction { transaction in
                    for more in 0..<3 {
                      try await transaction.rows(try PostgresCommand("SELECT $1 + \(more)") { try $0.bind(value) })
                    }
                  }
                  return nil
                } catch { return (error as? PostgresError)?.sqlState ?? "" }
              }
            }
            return await group.reduce(into: Set<String>()) { if let state = $1 { $0.insert(state) } }
          }
          #expect(!states.isDisjoint(with: ["26000", "42P05", "08P01"]), "\(states)")
        }
      }
    }
  }
}

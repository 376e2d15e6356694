import Glibc
import JobsprintTesting
import Synchronization
import Testing

@testable import Postgres

extension PostgresTests {
  @Suite struct Faults {
    @Test func sessionsThatAreTerminatedUnderLoad() async throws {
      try await withPool { pool async throws in
        try await pool.run("CREATE TABLE storm (id int8 PRIMARY KEY)")
        try await withPool(
          try await testOptions {
            $0.size = 1
            $0.applicationName = "killer"
          }
        ) { killer async throws in
          let done = Atomic(false)
          async let killing: Void = {
            while !done.load(ordering: .relaxed) {
              let kill =
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE application_name = 'postgres tests' AND random() < 0.05"
              try await killer.run(kill)
            }
          }()
          var outcomes: [(Int, PostgresError?)] = []
          // Until a session has been lost: a quick machine is through with a thousand before one is chosen.
          repeat {
            let first = outcomes.count
            outcomes += try await withThrowingTaskGroup(of: (Int, PostgresError?).self) { group in
              for id in first..<(first + 1000) {
                group.addTask {
                  do {
                    try await pool.rows(try PostgresCommand("INSERT INTO storm VALUES ($1)") { try $0.bind(id) })
                    return (id, nil)
                  } catch let error as PostgresError { return (id, error) }
                }
              }
              return try await group.reduce(into: []) { $0.append($1) }
            }
          } while pool.metrics.connectionsLost == 0
          done.store(true, ordering: .relaxed)
          try await killing
          let rows = try await killer.rows(PostgresCommand(sql: "SELECT id FROM storm"))
          var stored = Set<Int>()
          for var row in rows { stored.insert(try row.next()) }
          for (id, error) in outcomes {
            guard let error else {
              #expect(stored.contains(id), "an insert that succeeded is not there")
              continue
            }
            #expect(error.code == .connectionLost && error.isTransient, "\(error)")
            if error.outcome == .notCommitted { #expect(!stored.contains(id)) }
          }
          #expect(outcomes.contains { $0.1 == nil })
        }
        // The last ones may have been on their way.
        try await eventually { (try? await pool.value("SELECT 1", Int.self)) == 1 }
        try await pool.run("DROP TABLE storm")
      }
    }

    @Test func aTransactionWhoseConnectionWasTerminatedIsNotCommitted() async throws {
      try await withPool(try await testOptions { $0.size = 2 }) { pool async throws in
        let error = try await postgresError {
          try await pool.transaction { transaction async throws in
            let process = try await transaction.value("SELECT pg_backend_pid()", Int.self)
            try await pool.run("SELECT pg_terminate_backend(\(process))")
            try await transaction.run("SELECT 1")
          }
        }
        #expect(error.code == .connectionLost && error.outcome == .notCommitted)
        #expect(error.sqlState == nil || error.sqlState == "57P01")
      }
    }

    @Test func aCommitWhoseAnswerIsLostIsUnknown() async throws {
      try await withPool(try await testOptions { $0.size = 3 }) { pool async throws in
        try await pool.run("CREATE TABLE lost (id int)")
        // A deferred trigger holds the commit up on a lock that this test holds.
        try await pool.transaction {
          try await $0.script(
            """
            CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN PERFORM pg_advisory_xact_lock(815); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON lost DEFERRABLE INITIALLY DEFERRED
              FOR EACH ROW EXECUTE FUNCTION hold();
            """)
        }
        try await pool.transaction { holder async throws in
          try await holder.run("SELECT pg_advisory_xact_lock(815)")
          async let committing = postgresError {
            try await pool.transaction { try await $0.run("INSERT INTO lost VALUES (1)") }
          }
          // Asked outside of the holder's transaction, which would see the same activity for ever.
          try await pool.until(
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'advisory' AND query = 'COMMIT'")
          try await pool.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'advisory' AND query = 'COMMIT'")
          let error = try await committing
          #expect(error.code == .connectionLost && error.outcome == .unknown && error.statement == "commit")
        }
        try await pool.run("DROP TABLE lost")
        try await pool.run("DROP FUNCTION hold()")
      }
    }

    @Test func aServerThatIsNotThereAtTheStartAndOneThatRestarts() async throws {
      let server = TestServices()
      try await server.start("postgres")
      try await server.halt("postgres")
      var options = try PostgresOptions(server.value("JOBSPRINT_TEST_POSTGRES"))
      options.waitLimit = .milliseconds(200)
      let events = Mutex<[String]>([])
      options.observer = { event in
        switch event {
        case .connected: events.withLock { $0.append("connected") }
        case .connectFailed: events.withLock { $0.append("failed") }
        case .lost: events.withLock { $0.append("lost") }
        }
      }
      try await withPool(options) { pool async throws in
        let absent = try await postgresError { try await pool.run("SELECT 1") }
        #expect(absent.code == .waitTimedOut && absent.isTransient)
        #expect(absent.message.contains("0 of 4 are open") && absent.message.contains("refused"))
        try await server.start("postgres")
        try await eventually { (try? await pool.value("SELECT 1", Int.self)) == 1 }
        try await eventually { pool.metrics.connected == 4 }
        try await server.halt("postgres")
        try await eventually { pool.metrics.connected == 0 }
        try await server.start("postgres")
        let start = ContinuousClock.now
        try await eventually { (try? await pool.value("SELECT 1", Int.self)) == 1 }
        #expect(ContinuousClock.now - start < .seconds(5))
      }
      let seen = events.withLock { $0 }
      #expect(seen.first == "failed" && seen.contains("lost") && seen.contains("connected"))
    }

    @Test func aSessionThatIsKilledTakesTheServerThroughRecovery() async throws {
      let server = TestServices()
      try await server.start("postgres")
      try await withPool(try PostgresOptions(server.value("JOBSPRINT_TEST_POSTGRES"))) { pool async throws in
        try await pool.run("CREATE TABLE kept (id int)")
        try await pool.run("INSERT INTO kept VALUES (1)")
        let error = try await postgresError {
          try await pool.transaction { transaction async throws in
            try await transaction.run("INSERT INTO kept VALUES (2)")
            kill(try await transaction.value("SELECT pg_backend_pid()", Int32.self), SIGKILL)
            try await eventually { pool.metrics.connected == 0 }
            try await transaction.run("SELECT 1")
          }
        }
        #expect(error.code == .connectionLost && error.outcome == .notCommitted)
        let start = ContinuousClock.now
        try await eventually { (try? await pool.value("SELECT count(*) FROM kept", Int.self)) == 1 }
        #expect(ContinuousClock.now - start < .seconds(5))
      }
    }

    @Test func aWrongPasswordIsToldAndNeverRepeated() async throws {
      var options = try await testOptions { $0.waitLimit = .seconds(1) }
      options.parameters["password"] = "hunter2-canary"
      try await withPool(options) { pool async throws in
        let error = try await postgresError { try await pool.run("SELECT 1") }
        #expect(error.message.contains("password authentication failed"))
        #expect(!"\(error)".contains("canary"))
      }
      #expect(throws: PostgresError.self) { try PostgresOptions("postgres://u:canary%zz@h/d") }
      do { _ = try PostgresOptions("postgres://u:canary%zz@h/d") } catch { #expect(!"\(error)".contains("canary")) }
    }

    @Test func throughTLS() async throws {
      var options = try await testOptions()
      options.parameters["sslmode"] = "require"
      try await withPool(options) { pool async throws in
        #expect(try await pool.value("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", Bool.self))
        let text = String(repeating: "x", count: 3_000_000)
        let command = try PostgresCommand("SELECT $1") { try $0.bind(text) }
        var row = try #require(try await pool.rows(command).first)
        #expect(try row.next() == text)
      }
    }

    @Test func anAddressThatDoesNotAnswerIsGivenUpInTime() async throws {
      // TEST-NET-1 (RFC 5737): nobody answers.
      var options = try PostgresOptions("host=192.0.2.1 user=nobody")
      options.connectLimit = .milliseconds(50)
      options.waitLimit = .milliseconds(300)
      try await withPool(options) { pool async throws in
        let error = try await postgresError { try await pool.run("SELECT 1") }
        #expect(error.code == .waitTimedOut)
        #expect(pool.metrics.connectsFailed > 0)
      }
    }

    @Test func severalHostsAndTheOneThatTakesWrites() async throws {
      var options = try await testOptions()
      let host = try #require(options.parameters["host"])
      let port = try #require(options.parameters["port"])
      options.parameters["host"] = "\(host),\(host)"
      options.parameters["port"] = "1,\(port)"
      options.parameters["target_session_attrs"] = "read-write"
      try await withPool(options) { pool async throws in
        #expect(try await pool.value("SELECT 1", Int.self) == 1)
      }
    }

    @Test func aSecondAddressIsForReading() async throws {
      let options = try await testOptions { $0.size = 1 }
      var replica = options
      replica.parameters["target_session_attrs"] = "prefer-standby"
      let database = PostgresDatabase(primary: options, replica: replica)
      let running = Task { await database.run() }
      #expect(try await database.primary.value("SHOW transaction_read_only") == "off")
      #expect(try await database.replica.value("SHOW transaction_read_only") == "on")
      let error = try await postgresError { try await database.replica.run("CREATE TABLE refused (id int)") }
      #expect(error.sqlState == "25006")
      running.cancel()
      await running.value
      #expect(PostgresDatabase(primary: options).replica.options.parameters == options.parameters)
    }
  }
}

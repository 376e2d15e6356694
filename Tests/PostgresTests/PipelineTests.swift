import Testing

@testable import Postgres

struct Number: PostgresStatement {
  static let name = "test.number"
  static let sql = "SELECT $1 * 2"
  var value: Int
  func bind(into values: inout PostgresBindings) throws { try values.bind(value) }
  static func decode(_ row: inout PostgresRow) throws -> Int { try row.next() }
}

extension PostgresTests {
  @Suite struct Pipelines {
    @Test func answersComeInTheOrderOfTheStatements() async throws {
      try await withPool { pool async throws in
        var pipeline = PostgresPipeline()
        let slots = try (0..<500).map { try pipeline.add(Number(value: $0)) }
        let results = try await pool.transaction(pipeline)
        for (index, slot) in slots.enumerated() { #expect(try results.decode(slot) == [index * 2]) }
      }
    }

    @Test func anErrorUndoesTheWholePipelineAndNothingElse() async throws {
      try await withPool(try await testOptions { $0.size = 1 }) { pool async throws in
        try await pool.run("CREATE TABLE undo (id int PRIMARY KEY)")
        var pipeline = PostgresPipeline()
        pipeline.add(PostgresCommand(name: "good", sql: "INSERT INTO undo VALUES (1)"))
        pipeline.add(PostgresCommand(name: "bad", sql: "INSERT INTO undo VALUES (1), (2)"))
        pipeline.add(PostgresCommand(name: "after", sql: "INSERT INTO undo VALUES (3)"))
        let broken = pipeline
        async let first = postgresError { _ = try await pool.transaction(broken) }
        async let second: Void = pool.run("INSERT INTO undo VALUES (9)")
        let error = try await first
        try await second
        #expect(error.sqlState == "23505")
        #expect(error.constraint == "undo_pkey" && error.table == "undo" && error.schema == "public")
        #expect(error.severity == "ERROR" && error.statement == "bad" && error.outcome == .notCommitted)
        #expect(try await pool.value("SELECT array_agg(id)::text FROM undo") == "{9}")
        try await pool.run("DROP TABLE undo")
      }
    }

    @Test func anErrorAtTheCommitIsThePipelines() async throws {
      try await withPool { pool async throws in
        try await pool.run("CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        var pipeline = PostgresPipeline()
        pipeline.add(PostgresCommand(sql: "INSERT INTO late VALUES (1)"))
        pipeline.add(PostgresCommand(sql: "INSERT INTO late VALUES (1)"))
        let deferred = pipeline
        let error = try await postgresError { _ = try await pool.transaction(deferred, name: "late") }
        #expect(error.sqlState == "23505" && error.statement == "late" && error.outcome == .notCommitted)
        #expect(try await pool.value("SELECT count(*) FROM late", Int.self) == 0)
        try await pool.run("DROP TABLE late")
      }
    }

    @Test func settingsAndIsolationAreOfThisTransactionOnly() async throws {
      struct Show: PostgresStatement {
        static let name = "show"
        static let sql = """
          SELECT coalesce(current_setting('app.workspace', true), ''), current_setting('transaction_isolation'),
            current_setting('transaction_read_only')
          """
        static func decode(_ row: inout PostgresRow) throws -> [String] {
          [try row.next(), try row.next(), try row.next()]
        }
      }
      try await withPool(try await testOptions { $0.size = 1 }) { pool async throws in
        var pipeline = PostgresPipeline()
        let slot = try pipeline.add(Show())
        let results = try await pool.transaction(
          pipeline, isolation: .serializable, access: .readOnly, setting: ["app.workspace": "it's one"])
        #expect(try results.decode(slot) == [["it's one", "serializable", "on"]])
        #expect(try await pool.query(Show()) == [["", "read committed", "off"]])
        #expect(try await pool.query(Show(), setting: ["app.workspace": "two", "app.b": "b"])[0][0] == "two")
        #expect(try await pool.query(Show())[0][0] == "")
        let inside = try await pool.transaction(isolation: .repeatableRead, setting: ["app.workspace": "three"]) {
          try await $0.query(Show())
        }
        #expect(inside == [["three", "repeatable read", "off"]])
        #expect(try await pool.query(Show()) == [["", "read committed", "off"]])
      }
    }

    @Test func tenThousandQueriesShareFourConnections() async throws {
      try await withPool(try await testOptions { $0.waitLimit = .seconds(60) }) { pool async throws in
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
          for value in 0..<10_000 { group.addTask { try await pool.query(Number(value: value))[0] } }
          return try await group.reduce(0, +)
        }
        #expect(sum == 9_999 * 10_000)
        let metrics = pool.metrics
        #expect(metrics.connects <= 4 && metrics.waiting == 0 && metrics.inFlight == 0)
        #expect(metrics.statements["test.number"]?.succeeded == 10_000)
        #expect(metrics.statements["test.number"].map { $0.durations.p50 <= $0.durations.p99 } == true)
      }
    }

    @Test func statementsArePreparedOnceAndTheOldestMakesRoom() async throws {
      try await withPool(
        try await testOptions {
          $0.size = 1
          $0.preparedStatements = 3
        }
      ) { pool async throws in
        for round in 0..<20 {
          #expect(try await pool.value("SELECT \(round % 5)", Int.self) == round % 5)
          #expect(try await pool.query(Number(value: round)) == [round * 2])
        }
        let names = "SELECT count(*) FROM pg_prepared_statements"
        #expect(try await pool.value(names, Int.self) <= 4)
        let kept = "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1 * 2'"
        #expect(try await pool.value(kept, Int.self) == 1)
      }
    }

    @Test func aStatementThatCanNotBePreparedSaysWhyEachTime() async throws {
      try await withPool(try await testOptions { $0.size = 1 }) { pool async throws in
        try await withThrowingTaskGroup(of: PostgresError.self) { group in
          for _ in 0..<20 {
            group.addTask { try await postgresError { try await pool.run("SELECT nothing FROM nowhere") } }
          }
          for try await error in group { #expect(error.sqlState == "42P01" && error.position != nil) }
        }
      }
    }

    @Test func aPlanThatATableChangeMadeInvalidIsMadeAgain() async throws {
      try await withPool(try await testOptions { $0.size = 1 }) { pool async throws in
        try await pool.run("CREATE TABLE changing (a int)")
        try await pool.run("INSERT INTO changing VALUES (1)")
        #expect(try await pool.rows(PostgresCommand(sql: "SELECT * FROM changing")).columns == 1)
        try await pool.run("ALTER TABLE changing ADD b int")
        #expect(try await pool.rows(PostgresCommand(sql: "SELECT * FROM changing")).columns == 2)
        try await pool.run("DEALLOCATE ALL")
        #expect(try await pool.rows(PostgresCommand(sql: "SELECT * FROM changing")).columns == 2)
        #expect(pool.metrics.repeated >= 2)
        try await pool.run("DROP TABLE changing")
      }
    }

    @Test func behindPgBouncerNothingIsPrepared() async throws {
      try await withPool(
        try await testOptions {
          $0.size = 1
          $0.preparedStatements = 0
        }
      ) { pool async throws in
        for value in 0..<10 { #expect(try await pool.query(Number(value: value)) == [value * 2]) }
        let inside = try await pool.transaction(setting: ["app.workspace": "a"]) { transaction in
          _ = try await transaction.query(Number(value: 1))
          return try await transaction.value("SELECT count(*) FROM pg_prepared_statements", Int.self)
        }
        #expect(inside == 0)
      }
    }
  }
}

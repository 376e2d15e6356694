import JobsprintTesting
import Testing

@testable import Postgres

extension PostgresTests {
  @Suite struct Transactions {
    @Test func whatTheBodyReturnsIsCommittedAndWhatItThrowsIsNot() async throws {
      struct Stop: Error {}
      try await withPool { pool async throws in
        try await pool.run("CREATE TABLE committed (id int)")
        let doubled = try await pool.transaction { transaction async throws in
          try await transaction.run("INSERT INTO committed VALUES (1)")
          return try await transaction.value("SELECT id * 2 FROM committed", Int.self)
        }
        #expect(doubled == 2)
        await #expect(throws: Stop.self) {
          try await pool.transaction { transaction async throws in
            try await transaction.run("INSERT INTO committed VALUES (2)")
            throw Stop()
          }
        }
        #expect(try await pool.value("SELECT array_agg(id)::text FROM committed") == "{1}")
        try await pool.run("DROP TABLE committed")
      }
    }

    @Test func anErrorThatWasPassedOverDoesNotLookLikeACommit() async throws {
      try await withPool { pool async throws in
        let error = try await postgresError {
          try await pool.transaction { transaction async throws in
            _ = try? await transaction.value("SELECT 1/0", Int.self)
          }
        }
        #expect(error.code == .transactionAborted && error.outcome == .notCommitted)
        #expect(try await pool.value("SELECT 1", Int.self) == 1)
      }
    }

    @Test func aTransactionWithoutStatementsSendsNothing() async throws {
      try await withPool { pool async throws in
        let value = try await pool.transaction { _ async throws in 7 }
        #expect(value == 7 && pool.metrics.statements["commit"] == nil)
      }
    }

    @Test func statementsOfOneTransactionTravelTogether() async throws {
      try await withPool { pool async throws in
        let sum = try await pool.transaction { transaction async throws in
          async let one = transaction.query(Number(value: 1))
          async let two = transaction.query(Number(value: 2))
          var pipeline = PostgresPipeline()
          let three = try pipeline.add(Number(value: 3))
          let results = try await transaction.run(pipeline)
          return try await one[0] + two[0] + results.decode(three)[0]
        }
        #expect(sum == 12)
      }
    }

    @Test func aTransactionThatHasEndedIsRefused() async throws {
      try await withPool { pool async throws in
        let left = try await pool.transaction { $0 }
        let error = try await postgresError { try await left.run("SELECT 1") }
        #expect(error.code == .misuse)
      }
    }

    @Test func aBeginOutsideOfATransactionIsRefusedAndLeavesNothingOpen() async throws {
      try await withPool(try await testOptions { $0.size = 1 }) { pool async throws in
        let error = try await postgresError { try await pool.run("BEGIN") }
        #expect(error.code == .misuse)
        #expect(try await pool.value("SELECT 1", Int.self) == 1)
        #expect(pool.metrics.connectionsLost == 1)
      }
    }

    @Test func aScriptRunsManyCommandsInOneTransaction() async throws {
      try await withPool { pool async throws in
        try await pool.transaction { transaction async throws in
          try await transaction.script(
            """
            CREATE TABLE scripted (id int);
            CREATE FUNCTION scripted_count() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM scripted; $$;
            INSERT INTO scripted VALUES (1); INSERT INTO scripted VALUES (2);
            """)
          #expect(try await transaction.value("SELECT scripted_count()", Int.self) == 2)
        }
        let error = try await postgresError {
          try await pool.transaction { try await $0.script("DROP FUNCTION scripted_count(); SELECT 1/0;") }
        }
        #expect(error.sqlState == "22012")
        try await pool.transaction { try await $0.script("DROP FUNCTION scripted_count(); DROP TABLE scripted;") }
      }
    }

    @Test func serializationFailuresAreTransient() async throws {
      try await withPool { pool async throws in
        try await pool.run("CREATE TABLE race (id int)")
        let error = try await postgresError {
          try await pool.transaction(isolation: .serializable) { one async throws in
            _ = try await one.value("SELECT count(*) FROM race", Int.self)
            try await pool.transaction(isolation: .serializable) { two async throws in
              _ = try await two.value("SELECT count(*) FROM race", Int.self)
              try await two.run("INSERT INTO race VALUES (1)")
            }
            try await one.run("INSERT INTO race VALUES (2)")
          }
        }
        #expect(error.sqlState == "40001" && error.isTransient && error.outcome == .notCommitted)
        try await pool.run("DROP TABLE race")
      }
    }
  }

  @Suite struct Copies {
    struct CopyRows: PostgresCopy {
      static let name = "test.copy"
      static let sql = "COPY copied (id, name, payload) FROM STDIN (FORMAT binary)"
      static func encode(_ id: Int, into row: inout PostgresCopyRow) throws {
        try row.append(id)
        try row.append(id == 77 ? nil : "name \(id)")
        try row.append([1, 2, 3] as [UInt8])
      }
    }

    struct CopyPoison: PostgresCopy {
      static let name = "test.poison"
      static let sql = CopyRows.sql
      static func encode(_ id: Int, into row: inout PostgresCopyRow) throws {
        try row.append(id)
        try row.append(id % 100_000 == 50_000 ? "\0" : "fine")
        try row.append([] as [UInt8])
      }
    }

    @Test func aHundredThousandRows() async throws {
      try await withPool(try await testOptions { $0.size = 1 }) { pool async throws in
        try await pool.run("CREATE TABLE copied (id int8 PRIMARY KEY, name text, payload bytea)")
        #expect(try await pool.copy(CopyRows.self, 0..<100_000) == 100_000)
        #expect(try await pool.value("SELECT count(*) FROM copied", Int.self) == 100_000)
        #expect(try await pool.value("SELECT id FROM copied WHERE name IS NULL", Int.self) == 77)

        // The server refuses: nothing stays, and the connection goes on.
        let double = try await postgresError { try await pool.copy(CopyRows.self, 99_999..<200_000) }
        #expect(double.sqlState == "23505" && double.constraint == "copied_pkey")
        #expect(try await pool.value("SELECT count(*) FROM copied", Int.self) == 100_000)

        // A row in the middle can't be encoded: likewise.
        let poison = try await postgresError { try await pool.copy(CopyPoison.self, 100_000..<200_000) }
        #expect(poison.code == .invalidValue)
        #expect(try await pool.value("SELECT count(*) FROM copied", Int.self) == 100_000)
        #expect(pool.metrics.connects == 1)
        try await pool.run("DROP TABLE copied")
      }
    }

    @Test func aCopyWhoseTaskIsCancelledLeavesNothingBehind() async throws {
      try await withPool(try await testOptions { $0.size = 1 }) { pool async throws in
        try await pool.run("CREATE TABLE copied (id int8 PRIMARY KEY, name text, payload bytea)")
        // More than could be sent in the time of this test.
        let copying = Task { try await postgresError { try await pool.copy(CopyRows.self, 0..<1_000_000_000) } }
        try await eventually { pool.metrics.inUse == 1 }
        copying.cancel()
        #expect(try await copying.value.code == .cancelled)
        #expect(try await pool.value("SELECT count(*) FROM copied", Int.self) == 0)
        try await pool.run("DROP TABLE copied")
      }
    }

    @Test func insideATransactionAndWithOtherStatements() async throws {
      try await withPool { pool async throws in
        try await pool.run("CREATE TABLE copied (id int8 PRIMARY KEY, name text, payload bytea)")
        try await pool.transaction { transaction async throws in
          try await transaction.run("INSERT INTO copied VALUES (-1)")
          #expect(try await transaction.copy(CopyRows.self, 0..<10) == 10)
          #expect(try await transaction.copy(CopyRows.self, 0..<0) == 0)
          #expect(try await transaction.value("SELECT count(*) FROM copied", Int.self) == 11)
        }
        #expect(try await pool.value("SELECT count(*) FROM copied", Int.self) == 11)
        try await pool.run("DROP TABLE copied")
      }
    }
  }
}

import Testing

@testable import Postgres

extension PostgresTests {
  @Suite struct Values {
    private func echo<Value: PostgresValue & Equatable>(
      _ pool: PostgresPool, _ value: Value, _ type: String, _ location: SourceLocation = #_sourceLocation
    ) async throws {
      let command = try PostgresCommand("SELECT $1::\(type), $2::\(type), $3::\(type)[], $4::\(type)[]") {
        try $0.bind(value)
        try $0.bind(nil as Value?)
        try $0.bind(array: [value, value])
        try $0.bind(array: [value, nil])
      }
      var row = try #require(try await pool.rows(command).first)
      #expect(try row.next(Value.self) == value, sourceLocation: location)
      #expect(try row.nextOptional(Value.self) == nil, sourceLocation: location)
      #expect(try row.nextArray(of: Value.self) == [value, value], sourceLocation: location)
      #expect(try row.nextArray(ofOptional: Value.self) == [value, nil], sourceLocation: location)
    }

    @Test(arguments: [256, 0])
    func everyTypeComesBackAsItWas(preparedStatements: Int) async throws {
      try await withPool(try await testOptions { $0.preparedStatements = preparedStatements }) { pool async throws in
        for value in [true, false] { try await echo(pool, value, "bool") }
        for value in [Int16.min, -1, 0, .max] { try await echo(pool, value, "int2") }
        for value in [Int32.min, -1, 0, .max] { try await echo(pool, value, "int4") }
        for value in [Int64.min, -1, 0, .max] { try await echo(pool, value, "int8") }
        try await echo(pool, 4711, "int8")
        for value in [0, -0.0, 1.5, .infinity, Double.leastNonzeroMagnitude] { try await echo(pool, value, "float8") }
        for value in ["", "a", "äöü 🐘\r\n'\"\\", String(repeating: "x", count: 100_000)] {
          try await echo(pool, value, "text")
        }
        for value in [[], [0], [UInt8](0...255)] { try await echo(pool, value, "bytea") }
        try await echo(pool, PostgresUUID(high: 0x0123_4567_89AB_CDEF, low: .max), "uuid")
        for microseconds: Int64 in [0, 946_684_800_000_000, -1, 1_763_700_000_123_456, .min, .max] {
          try await echo(pool, PostgresTimestamp(microseconds: microseconds), "timestamptz")
        }
        try await echo(pool, PostgresJSON(#"{"a": [1, "ü", null]}"#), "jsonb")
      }
    }

    @Test func theServerReadsTheSameValues() async throws {
      try await withPool { pool async throws in
        let command = try PostgresCommand(
          "SELECT $1::text, $2::text, $3::text, $4::text, $5::text, encode($6, 'hex')"
            .replacing("$1:", with: "$1::uuid:").replacing("$2:", with: "$2::timestamptz:")
            .replacing("$3:", with: "$3::float8:").replacing("$4:", with: "$4::int8[]:")
            .replacing("$5:", with: "$5::jsonb:")
        ) {
          try $0.bind(PostgresUUID(high: 0x0123_4567_89AB_CDEF, low: 0x0011_2233_4455_6677))
          try $0.bind(PostgresTimestamp(microseconds: 1_000_000_000_000_001))
          try $0.bind(-1.25)
          try $0.bind(array: [1, nil, 3])
          try $0.bind(PostgresJSON("{\"b\":1,\"a\":2}"))
          try $0.bind([1, 0xAB] as [UInt8])
        }
        var row = try #require(
          try await pool.transaction(
            {
              var pipeline = PostgresPipeline()
              pipeline.add(command)
              return pipeline
            }(),
            setting: ["timezone": "UTC"]
          ).rows.first?.first)
        #expect(try row.next() == "01234567-89ab-cdef-0011-223344556677")
        #expect(try row.next() == "2001-09-09 01:46:40.000001+00")
        #expect(try row.next() == "-1.25")
        #expect(try row.next() == "{1,NULL,3}")
        #expect(try row.next() == #"{"a": 2, "b": 1}"#)
        #expect(try row.next() == "01ab")
      }
    }

    @Test func aBatchOfRowsGoesInAsArrays() async throws {
      struct InsertBatch: PostgresStatement {
        static let name = "test.batch"
        static let sql = """
          INSERT INTO batched (id, name, document)
          SELECT * FROM unnest($1::int8[], $2::text[], $3::jsonb[])
          """
        let rows: [(id: Int, name: String?, document: [UInt8])]
        func bind(into values: inout PostgresBindings) throws {
          try values.bind(array: rows.lazy.map(\.id))
          try values.bind(array: rows.lazy.map(\.name))
          try values.bind(array: rows.lazy.map { PostgresJSON(bytes: $0.document) })
        }
      }
      try await withPool { pool async throws in
        try await pool.run("CREATE TABLE batched (id int8 PRIMARY KEY, name text, document jsonb)")
        let rows = (0..<1000).map { (id: $0, name: $0 == 7 ? nil : "n\($0)", document: Array("{\"n\":\($0)}".utf8)) }
        #expect(try await pool.execute(InsertBatch(rows: rows)) == 1000)
        let right = "SELECT count(*) FROM batched WHERE (document->>'n')::int8 = id AND (name = 'n' || id OR id = 7)"
        #expect(try await pool.value(right, Int.self) == 1000)
        try await pool.run("DROP TABLE batched")
      }
    }

    @Test func anEmptyArrayIsAnEmptyArray() async throws {
      try await withPool { pool async throws in
        let command = try PostgresCommand("SELECT $1::int8[], cardinality($1)") { try $0.bind(array: [Int64]()) }
        var row = try #require(try await pool.rows(command).first)
        #expect(try row.nextArray(of: Int64.self) == [])
        #expect(try row.next() == 0)
      }
    }

    @Test func aTextWithNULIsRefusedBeforeItIsSent() async throws {
      try await withPool { pool async throws in
        let error = try await postgresError {
          try await pool.rows(try PostgresCommand("SELECT $1") { try $0.bind("ab\0c") })
        }
        #expect(error.code == .invalidValue)
        #expect(error.message.contains("NUL") && error.message.contains("byte 2"))
        let inside = try await postgresError {
          try await pool.rows(try PostgresCommand("SELECT $1") { try $0.bind(array: ["a", "\0"]) })
        }
        #expect(inside.code == .invalidValue)
      }
    }

    @Test func aJSONThatTheServerRefusesFailsAlone() async throws {
      try await withPool { pool async throws in
        let error = try await postgresError {
          try await pool.rows(try PostgresCommand("SELECT $1") { try $0.bind(PostgresJSON(#"{"a":"\u0000"}"#)) })
        }
        #expect(error.code == .server && error.sqlState == "22P05")
        #expect(try await pool.value("SELECT 1", Int.self) == 1)
      }
    }

    @Test func readingTheWrongTypeNamesTheColumn() async throws {
      try await withPool { pool async throws in
        let error = try await postgresError { _ = try await pool.value("SELECT now() AS started", Int64.self) }
        #expect(error.code == .unexpectedColumn)
        #expect(error.message == "column 1 \"started\": timestamptz of 8 bytes can't be read as Int64")
        let null = try await postgresError { _ = try await pool.value("SELECT NULL::int8 AS count", Int64.self) }
        #expect(null.message == "column 1 \"count\": NULL can't be read as Int64")
        let missing = try await postgresError {
          var row = try #require(try await pool.rows(PostgresCommand(sql: "SELECT 1")).first)
          _ = try row.next(Int.self)
          _ = try row.next(Int.self)
        }
        #expect(missing.code == .unexpectedColumn)
        let narrow = try await postgresError { _ = try await pool.value("SELECT 70000", Int16.self) }
        #expect(narrow.code == .unexpectedColumn)
      }
    }

    @Test func otherTextualTypesAreReadAsString() async throws {
      try await withPool { pool async throws in
        #expect(try await pool.value("SELECT 'a'::varchar", String.self) == "a")
        #expect(try await pool.value("SELECT 'a'::name", String.self) == "a")
        #expect(try await pool.value("SELECT 'ab'::char(2)", String.self) == "ab")
        #expect(try await pool.value("SELECT '{\"b\": 1,\"a\":2}'::json", String.self) == "{\"b\": 1,\"a\":2}")
        #expect(try await pool.value("SELECT '{\"b\": 1,\"a\":2}'::json", [UInt8].self).count == 14)
        #expect(try await pool.value("SELECT 3::int2", Int.self) == 3)
        #expect(try await pool.value("SELECT 1.5::float4", Double.self) == 1.5)
      }
    }
  }
}

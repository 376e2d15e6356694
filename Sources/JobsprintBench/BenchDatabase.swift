import Foundation
import Postgres

/// A database of its own on the server of the measurements, migrated, and dropped at the end.
struct BenchDatabase: Sendable {
  let name: String
  /// For the measured program.
  let address: String

  private let server: String

  /// - Parameter server: the address of another database of the server, as its superuser.
  static func make(on server: String, as name: String, _ context: BenchContext) async throws -> BenchDatabase {
    guard let end = server.lastIndex(of: "/") else { throw BenchError(description: "the server's address is no URL") }
    let query = server[end...].firstIndex(of: "?").map { server[$0...] } ?? ""
    let database = BenchDatabase(name: name, address: "\(server[..<end])/\(name)\(query)", server: server)
    try await database.drop()
    _ = try await Self.withPool(server) { try await $0.rows(DatabaseStatements.create(name)) }
    try PostgresMeasurement.migrate(context.executable, database.address)
    return database
  }

  func drop() async throws {
    _ = try await Self.withPool(server) {
      try await $0.rows(DatabaseStatements.drop(name))
    }
  }

  /// Statements one after the other, on one connection.
  func run(_ commands: [PostgresCommand]) async throws {
    try await Self.withPool(address) { pool in
      for command in commands { try await pool.rows(command, limit: .seconds(3600)) }
    }
  }

  /// One number, as `query` gives it.
  func number(_ query: PostgresCommand) async throws -> Int {
    try await Self.withPool(address) { pool in
      let rows = try await pool.rows(query, limit: .seconds(600))
      return try rows.map { row in
        var row = row
        return try row.next(Int.self)
      }.first ?? 0
    }
  }

  /// Runs `body` while a session beside it keeps a snapshot and does nothing.
  func besideAnIdleTransaction<Value: Sendable>(
    _ body: @Sendable () async throws -> Value
  ) async throws -> Value {
    try await Self.withPool(address) { pool in
      try await pool.transaction(isolation: .repeatableRead) { transaction in
        try await transaction.rows(DatabaseStatements.snapshot)
        let value = try await body()
        try await transaction.rows(DatabaseStatements.snapshot)
        return value
      }
    }
  }

  private static func withPool<Value: Sendable>(
    _ address: String, _ body: @Sendable (PostgresPool) async throws -> Value
  ) async throws -> Value {
    var options = try PostgresOptions(address)
    options.size = 1
    let pool = PostgresPool(options)
    let running = Task { await pool.run() }
    defer { running.cancel() }
    let value = try await body(pool)
    running.cancel()
    await running.value
    return value
  }
}

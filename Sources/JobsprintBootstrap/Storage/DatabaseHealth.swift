import JobsprintPostgres

/// What can be seen of a database without a server of Jobsprint.
public struct DatabaseHealth: Sendable {
  public struct Finding: Sendable {
    public let subject: String
    /// What is wrong, and what to do, or how it is.
    public let words: String
    public let isWell: Bool
  }

  public let findings: [Finding]

  /// Transactions that are open for longer keep dead rows from being removed.
  private static let longestTransaction = 300
  /// Dead rows of a table, beside its live ones, from which on vacuum lags behind.
  private static let mostDeadShare = 0.5

  /// - Returns: nil where the store is a folder.
  /// - Throws: ``PortError`` where the database can't be used, ``SettingError``.
  public init?(_ location: StorageLocation) async throws {
    guard case .postgres(let postgres) = location else { return nil }
    let storage = PostgresStorage(primary: try postgres.options(postgres.address))
    let running = Task { await storage.run() }
    defer { running.cancel() }
    try await storage.check()
    let health = try await storage.health()
    findings = Self.server(health.server, pool: postgres.pool) + Self.tables(health.tables)
  }

  private static func server(_ server: PostgresHealth.Server, pool: Int) -> [Finding] {
    let room = server.mostConnections - server.connections
    return [
      Finding(
        subject: "connections",
        words: "\(server.connections) of \(server.mostConnections) are open; each process opens \(pool) "
          + "(JOBSPRINT_DATABASE_POOL), \(max(0, room) / max(1, pool)) more processes fit",
        isWell: room >= pool),
      Finding(subject: "database", words: "\(server.databaseBytes >> 20) MB", isWell: true),
      Finding(
        subject: "transactions",
        words: server.longestTransactionSeconds <= longestTransaction
          ? "the longest is open for \(server.longestTransactionSeconds) s"
          : "one is open for \(server.longestTransactionSeconds) s: end it, it keeps dead rows from being removed",
        isWell: server.longestTransactionSeconds <= longestTransaction),
    ]
  }

  private static func tables(_ tables: [PostgresHealth.Table]) -> [Finding] {
    tables.prefix(8).map { table in
      let isWell = table.deadRows < 10_000 || Double(table.deadRows) < Double(table.rows) * mostDeadShare
      return Finding(
        subject: table.name,
        words: "\(table.bytes >> 20) MB, about \(table.rows) rows, \(table.deadRows) dead"
          + (isWell ? "" : ": vacuum lags behind, see autovacuum's settings and old transactions"),
        isWell: isWell)
    }
  }
}

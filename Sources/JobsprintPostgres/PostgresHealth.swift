public import JobsprintDomain
public import JobsprintPorts
import Postgres

/// How a database is doing, for `jobsprint doctor`.
public struct PostgresHealth: Sendable {
  public struct Server: Sendable {
    public let databaseBytes: Int
    /// `max_connections`.
    public let mostConnections: Int
    /// Open now, of all programs.
    public let connections: Int
    /// An old transaction keeps dead rows from being removed. Of sessions that this user may not look into, nothing.
    public let longestTransactionSeconds: Int
    /// Whether there are such sessions.
    public let hidesSessions: Bool
  }

  public struct Table: Sendable {
    public let name: String
    /// With indexes and large values.
    public let bytes: Int
    /// Estimates of PostgreSQL's statistics.
    public let rows: Int
    public let deadRows: Int
  }

  /// The weeks or months of one table.
  public struct Partitions: Sendable {
    public let table: String
    public let count: Int
    /// Where the oldest begins.
    public let since: Timestamp
    /// Where the newest ends: from then on rows go to the default partition.
    public let until: Timestamp
  }

  /// The connections of one program, as it names itself.
  public struct Pool: Sendable {
    public let program: String
    public let connections: Int
    /// In a transaction just now.
    public let inUse: Int
  }

  /// Microseconds.
  public struct Statements: Sendable {
    public enum Source: Sendable, Hashable {
      /// All calls of this program that PostgreSQL has counted (pg_stat_statements), each with the mean of its
      /// statement.
      case calls
      /// The same look at the newest executions, a hundred times, from here.
      case looks
    }

    public let source: Source
    public let p50: Int
    public let p95: Int
    public let p99: Int
  }

  /// New executions of a worker tag.
  public struct Tag: Sendable {
    public let name: String
    public let waiting: Int
    /// When the oldest was accepted.
    public let since: Timestamp
  }

  public let server: Server
  /// The largest first.
  public let tables: [Table]
  public let partitions: [Partitions]
  public let pools: [Pool]
  public let statements: Statements
  public let tags: [Tag]
}

extension PostgresStorage {
  private static let looks = 100

  public func health() async throws(PortError) -> PostgresHealth {
    // As the user that logged in, without a role: only so PostgreSQL tells about the sessions of the same user.
    let (server, pools) = try await attempt {
      (
        try await self.database.primary.query(ReadServerHealth()).first,
        try await self.database.primary.query(ListPools())
      )
    }
    guard let server else { throw PortError(.unavailable, "PostgreSQL told nothing of itself.") }
    return PostgresHealth(
      server: server, tables: try await read(ListTableHealth(), as: .keeper, in: []),
      partitions: try await read(ListPartitionHealth(), as: .keeper, in: []), pools: pools,
      statements: try await statementTimes(), tags: try await read(ListWaitingTags(), as: .claimer, in: []))
  }

  private func statementTimes() async throws(PortError) -> PostgresHealth.Statements {
    if let counted = await countedTimes() { return counted }
    let page = PageRequest<ExecutionID>(limit: 10)
    for _ in 0..<Self.looks {
      _ = try await executions.executions(matching: ExecutionFilter(), in: .initial, page: page)
    }
    let durations = database.replica.metrics.statements[ListExecutions.name]?.durations
    return PostgresHealth.Statements(
      source: .looks, p50: Int(clamping: durations?.p50 ?? 0), p95: Int(clamping: durations?.p95 ?? 0),
      p99: Int(clamping: durations?.p99 ?? 0))
  }

  /// nil where the server counts nothing: the extension is not made in this database, or its library not loaded.
  private func countedTimes() async -> PostgresHealth.Statements? {
    let primary = database.primary
    guard let schema = try? await primary.query(FindStatementCounts()).first,
      let rows = try? await primary.rows(ReadStatementCounts(schema: schema).command()), var row = rows.first
    else { return nil }
    return try? ReadStatementCounts.decode(&row)
  }
}

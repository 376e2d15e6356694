public import JobsprintPorts

/// How a database is doing, for `jobsprint doctor`. Of other users' sessions PostgreSQL shows numbers, not texts.
public struct PostgresHealth: Sendable {
  public struct Server: Sendable {
    public let databaseBytes: Int
    /// `max_connections`.
    public let mostConnections: Int
    /// Open now, of all programs.
    public let connections: Int
    /// An old transaction keeps dead rows from being removed.
    public let longestTransactionSeconds: Int
  }

  public struct Table: Sendable {
    public let name: String
    /// With indexes and large values.
    public let bytes: Int
    /// Estimates of PostgreSQL's statistics.
    public let rows: Int
    public let deadRows: Int
  }

  public let server: Server
  /// The largest first.
  public let tables: [Table]
}

extension PostgresStorage {
  public func health() async throws(PortError) -> PostgresHealth {
    guard let server = try await read(ReadServerHealth(), as: .keeper, in: []).first else {
      throw PortError(.unavailable, "PostgreSQL told nothing of itself.")
    }
    return PostgresHealth(server: server, tables: try await read(ListTableHealth(), as: .keeper, in: []))
  }
}

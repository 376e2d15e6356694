import Configuration
import JobsprintDomain
import JobsprintPostgres
import Postgres

/// What can be seen of a database without a server of Jobsprint.
public struct DatabaseHealth: Sendable {
  public struct Finding: Sendable {
    public let subject: String
    /// What is wrong, and what to do, or how it is.
    public let words: String
    public let level: HealthLevel
  }

  public let findings: [Finding]

  /// Dead rows of small tables come and go.
  private static let deadRowsThatCount = 10_000
  /// Without maintenance, new rows go to the default partitions after that.
  private static let daysAhead = 7

  /// - Returns: nil where the store is a folder.
  /// - Throws: ``PortError`` where the database can't be used, ``SettingError``.
  public init?(_ location: StorageLocation) async throws {
    guard case .postgres(let postgres) = location else { return nil }
    let levels = try HealthLevels(ConfigReader(provider: EnvironmentVariablesProvider()))
    var options = try postgres.options(postgres.address)
    options.applicationName = "jobsprint-doctor"
    options.size = 1
    let storage = PostgresStorage(primary: options)
    let running = Task { await storage.run() }
    defer { running.cancel() }
    try await storage.check()
    findings = Self.findings(
      of: try await storage.health(), levels, connections: postgres.connections, at: SystemClock().now)
  }

  /// - Parameter connections: of one process.
  static func findings(
    of health: PostgresHealth, _ levels: HealthLevels, connections: Int, at now: Timestamp
  ) -> [Finding] {
    server(health.server, levels, connections: connections) + pools(health.pools)
      + [statements(health.statements, levels)] + health.partitions.map { partitions($0, levels, at: now) }
      + tables(health.tables, levels) + health.tags.map { tag($0, levels, at: now) }
  }

  private static func server(
    _ server: PostgresHealth.Server, _ levels: HealthLevels, connections: Int
  ) -> [Finding] {
    let room = max(0, server.mostConnections - server.connections)
    let used = server.connections * 100 / max(1, server.mostConnections)
    let connectionsLevel = room < connections ? .critical : levels.connectionsPercent.level(of: used)
    let transaction = levels.transactionSeconds.level(of: server.longestTransactionSeconds)
    return [
      Finding(
        subject: "connections",
        words: "\(server.connections) of \(server.mostConnections) are open; each process opens \(connections) "
          + "(JOBSPRINT_DATABASE_POOL and one to listen), \(room / max(1, connections)) more processes fit",
        level: connectionsLevel),
      Finding(
        subject: "database", words: "\(server.databaseBytes >> 20) MB",
        level: levels.databaseGigabytes?.level(of: server.databaseBytes >> 30) ?? .ok),
      Finding(
        subject: "transactions",
        words: (transaction == .ok
          ? "the longest is open for \(server.longestTransactionSeconds) s"
          : "one is open for \(server.longestTransactionSeconds) s: end it, it keeps dead rows from being removed")
          + (server.hidesSessions ? " (of this user's; GRANT pg_read_all_stats to it to see all)" : ""),
        level: transaction),
    ]
  }

  private static func pools(_ pools: [PostgresHealth.Pool]) -> [Finding] {
    pools.map {
      Finding(subject: $0.program, words: "\($0.connections) connections, \($0.inUse) in use", level: .ok)
    }
  }

  private static func statements(_ times: PostgresHealth.Statements, _ levels: HealthLevels) -> Finding {
    let level = levels.statementMilliseconds.level(of: times.p99 / 1000)
    let figures = [times.p50, times.p95, times.p99].map { "\($0 / 1000).\($0 % 1000 / 100)" }
    return Finding(
      subject: "statements",
      words: (times.source == .calls ? "a call takes" : "a list takes")
        + " \(figures[0]) ms at p50, \(figures[1]) at p95, \(figures[2]) at p99"
        + (times.source == .calls
          ? ", in the server, by the means of pg_stat_statements"
          : ", from here; with the extension pg_stat_statements all calls are seen")
        + (level == .ok ? "" : ": look at the server's load, its disk and the network"),
      level: level)
  }

  private static func partitions(
    _ partitions: PostgresHealth.Partitions, _ levels: HealthLevels, at now: Timestamp
  ) -> Finding {
    let age = Int((now - partitions.since) / .seconds(86_400))
    let ahead = Int((partitions.until - now) / .seconds(86_400))
    let isHistory = partitions.table == "executions"
    var level = isHistory ? levels.partitionDays?.level(of: age) ?? .ok : .ok
    var words = "\(partitions.count) partitions, the oldest begins \(age) days ago, the newest ends in \(ahead) days"
    if level != .ok { words += ": see JOBSPRINT_RETENTION_DAYS" }
    if ahead < daysAhead {
      level = ahead <= 0 ? .critical : level == .critical ? .critical : .warning
      words += ": no server has made the next ones, see its log"
    }
    return Finding(subject: "partitions of \(partitions.table)", words: words, level: level)
  }

  private static func tag(_ tag: PostgresHealth.Tag, _ levels: HealthLevels, at now: Timestamp) -> Finding {
    let age = max(0, Int((now - tag.since) / .seconds(1)))
    let level = levels.tagSeconds.level(of: age)
    return Finding(
      subject: "worker tag \(tag.name)",
      words: "\(tag.waiting) executions wait for a worker that carries it, the oldest since \(age) s"
        + (level == .ok ? "" : ": start a worker with --tag \(tag.name), or more of them"),
      level: level)
  }

  private static func tables(_ tables: [PostgresHealth.Table], _ levels: HealthLevels) -> [Finding] {
    let findings = tables.map { table in
      let share = table.deadRows * 100 / max(1, table.rows)
      let level = table.deadRows < deadRowsThatCount ? .ok : levels.deadPercent.level(of: share)
      return Finding(
        subject: table.name,
        words: "\(table.bytes >> 20) MB, about \(table.rows) rows, \(table.deadRows) dead"
          + (level == .ok ? "" : ": vacuum lags behind, see autovacuum's settings and old transactions"),
        level: level)
    }
    // The largest ones, and whichever are not well.
    return findings.prefix(8) + findings.dropFirst(8).filter { $0.level != .ok }
  }
}

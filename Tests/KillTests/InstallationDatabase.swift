import Foundation
import JobsprintDomain
import JobsprintTesting
import Postgres

/// A database of one installation, and what a test asks it beside the API.
final class InstallationDatabase: Sendable {
  let name = "jobsprint_kill_\(UInt32.random(in: 0...UInt32.max))"
  let address: String
  private let pool: PostgresPool
  private let running: Task<Void, Never>

  init() async throws {
    guard let server = Installation.postgres, let end = server.lastIndex(of: "/") else {
      throw ServerFailure(reason: "no PostgreSQL")
    }
    let query = server[end...].firstIndex(of: "?").map { server[$0...] } ?? ""
    address = "\(server[..<end])/\(name)\(query)"
    var options = try PostgresOptions(server)
    options.size = 1
    let pool = PostgresPool(options)
    self.pool = pool
    running = Task { await pool.run() }
    try await pool.rows(PostgresCommand(sql: "CREATE DATABASE \(name)"), limit: .seconds(60))
  }

  func migrate(_ environment: [String: String?]) throws {
    let process = Process()
    process.executableURL = ServerProcess.executable
    process.arguments = ["migrate", "up"]
    process.environment = ProcessInfo.processInfo.environment.merging(environment.compactMapValues { $0 }) { $1 }
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ServerFailure(reason: "the database could not be migrated") }
  }

  /// Also under those who use it.
  func drop() async throws {
    try await pool.rows(PostgresCommand(sql: "DROP DATABASE IF EXISTS \(name) WITH (FORCE)"), limit: .seconds(60))
  }

  func close() async {
    try? await drop()
    running.cancel()
    await running.value
  }

  /// How many connections others have to it.
  func connections() async throws -> Int {
    var row = try await pool.rows(
      PostgresCommand(sql: "SELECT count(*)::int8 FROM pg_stat_activity WHERE datname = '\(name)'"))[0]
    return try row.next()
  }

  /// Asks the database itself, for as long as the body takes.
  func withProbe<Value: Sendable>(_ body: (InstallationProbe) async throws -> Value) async throws -> Value {
    var options = try PostgresOptions(address)
    options.size = 1
    let pool = PostgresPool(options)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await pool.run() }
      defer { group.cancelAll() }
      return try await body(InstallationProbe(pool: pool))
    }
  }
}

/// Looks at what has not ended.
struct InstallationProbe: Sendable {
  let pool: PostgresPool

  /// Executions that are neither done nor waiting on purpose, by their states.
  func live() async throws -> [String: Int] {
    var found: [String: Int] = [:]
    for var row in try await pool.rows(
      PostgresCommand(sql: "SELECT state, count(*)::int8 FROM jobsprint.live_executions GROUP BY state"))
    {
      found[try row.next()] = try row.next()
    }
    return found
  }

  /// Milliseconds since 1970 at which the longest orphaned execution lost its holder; nil where none is orphaned.
  ///
  /// - Parameter lease: a heartbeat is good for so many milliseconds.
  func oldestOrphan(lease: Int) async throws -> (lostAt: Int, now: Int)? {
    let sql = """
      WITH clock AS (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8 AS now)
      SELECT min(e.beat_at) + \(lease), clock.now
      FROM clock, jobsprint.live_executions AS l JOIN jobsprint.executors AS e ON e.id = l.executor_id
      WHERE l.state = 'running' AND e.beat_at + \(lease) < clock.now GROUP BY clock.now
      """
    guard var row = try await pool.rows(PostgresCommand(sql: sql)).first else { return nil }
    return (try row.next(), try row.next())
  }
}

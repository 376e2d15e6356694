// A server that a test may break: private, started and stopped with scripts/services, so that nobody else's connections
// break with it. Suites that break the shared one stand in `ServerFaults` and run one after the other.

import Foundation
import JobsprintPostgres
import JobsprintTesting
import Postgres
import Testing

@Suite(.enabled(if: TestServer.isExpected, TestServer.missing), .serialized, .timeLimit(.minutes(2)))
struct ServerFaults {}

final class FaultServer: Sendable {
  private let services = TestServices()
  var folder: String { services.folder }

  /// The one that all of `ServerFaults` share; it is gone with the process.
  static let shared = Task { try await FaultServer() }

  init() async throws {
    try await start()
    // The machine goes on when a server dies: what was written is there, flushed or not. (Restarts in a tenth of the
    // time.)
    try configure("fsync = off")
    if let process { kill(process, SIGHUP) }
  }

  /// Returns when it is ready.
  func start(_ service: String = "postgres") async throws { try await services.start(service) }

  /// The fast shutdown; data and port are kept.
  func halt(_ service: String = "postgres") async throws { try await services.halt(service) }

  /// The immediate shutdown: nothing is told, nothing is flushed; the next start recovers from the log.
  func crash() async throws {
    kill(try #require(process), SIGQUIT)
    try await halt()
  }

  /// Appends to the configuration; counts from the next start.
  func configure(_ line: String) throws {
    let file = try #require(FileHandle(forWritingAtPath: "\(folder)/postgres/data/postgresql.conf"))
    try file.seekToEnd()
    try file.write(contentsOf: Data("\(line)\n".utf8))
    try file.close()
  }

  func value(_ name: String) throws -> String { try services.value(name) }

  var address: String { get throws { try value("JOBSPRINT_TEST_POSTGRES") } }

  private var process: Int32? {
    (try? String(contentsOfFile: "\(folder)/postgres/data/postmaster.pid", encoding: .utf8))
      .flatMap { $0.split(separator: "\n").first }.flatMap { Int32($0) }
  }
}

extension FaultServer {
  /// How to reach a database of it.
  func options(_ database: String, as user: String? = nil, size: Int = 4) throws -> PostgresOptions {
    try TestServer.options(database, as: user, size: size, at: try address)
  }

  /// A migrated database of its own for each test.
  func makeDatabase() async throws -> String {
    let name = "jobsprint_fault_\(UInt32.random(in: 0...UInt32.max))"
    try await TestServer.makeUsers(at: try address)
    try await TestServer.administer(["CREATE DATABASE \(name) OWNER \(TestServer.owner)"], at: try address)
    _ = try await PostgresMigrations(try options(name, as: TestServer.owner)).up(login: TestServer.program)
    return name
  }

  /// Returns the first column of the superuser's query as numbers.
  func numbers(_ sql: String, on database: String = "postgres") async throws -> [Int32] {
    let pool = PostgresPool(try options(database, size: 1))
    let running = Task { await pool.run() }
    defer { running.cancel() }
    return try await pool.rows(PostgresCommand(sql: sql)).map { row in
      var row = row
      return try row.next()
    }
  }
}

// A server that a test may break: private, started and stopped with scripts/services, so that nobody else's connections
// break with it. Suites that break the shared one stand in `ServerFaults` and run one after the other.

import Foundation
import JobsprintPostgres
import Postgres
import Synchronization
import Testing

@Suite(.enabled(if: TestServer.isExpected, TestServer.missing), .serialized, .timeLimit(.minutes(2)))
struct ServerFaults {}

final class FaultServer: Sendable {
  let folder: String
  private let values = Mutex<[String: String]>([:])

  private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "scripts/services").path

  /// The one that all of `ServerFaults` share; it is gone with the process.
  static let shared: Task<FaultServer, any Error> = Task {
    let server = try await FaultServer()
    lastWill.withLock { $0.append(server.folder) }
    return server
  }

  private static let lastWill: Mutex<[String]> = {
    atexit { FaultServer.sweep() }
    return Mutex([])
  }()

  init(_ services: String...) async throws {
    folder = "/tmp/jobsprint-faults-\(UInt32.random(in: 0 ... .max))"
    try await start("postgres")
    // The machine goes on when a server dies: what was written is there, flushed or not. (Restarts in a tenth of the time.)
    try configure("fsync = off")
    if let process { kill(process, SIGHUP) }
    for service in services { try await start(service) }
  }

  private static func sweep() {
    for folder in lastWill.withLock({ $0 }) {
      let process = Process()
      process.executableURL = URL(filePath: "/bin/bash")
      process.arguments = [script, "stop", folder]
      try? process.run()
      process.waitUntilExit()
    }
  }

  /// Returns when it is ready.
  func start(_ service: String = "postgres") async throws {
    try await run("start", folder, service)
    let lines = try await run("env", folder).split(separator: "\n")
    values.withLock { values in
      for line in lines {
        let pair = line.dropFirst("export ".count).split(separator: "=", maxSplits: 1)
        if pair.count == 2 { values[String(pair[0])] = String(pair[1]) }
      }
    }
  }

  /// The fast shutdown; data and port are kept.
  func halt(_ service: String = "postgres") async throws { try await run("halt", folder, service) }

  /// The immediate shutdown: nothing is told, nothing is flushed; the next start recovers from the log.
  func crash() async throws {
    kill(try #require(process), SIGQUIT)
    try await halt()
  }

  func stop() async { _ = try? await run("stop", folder) }

  /// Appends to the configuration; counts from the next start.
  func configure(_ line: String) throws {
    let file = try #require(FileHandle(forWritingAtPath: "\(folder)/postgres/data/postgresql.conf"))
    try file.seekToEnd()
    try file.write(contentsOf: Data("\(line)\n".utf8))
    try file.close()
  }

  func value(_ name: String) throws -> String { try #require(values.withLock { $0[name] }) }

  var address: String { get throws { try value("JOBSPRINT_TEST_POSTGRES") } }

  private var process: Int32? {
    (try? String(contentsOfFile: "\(folder)/postgres/data/postmaster.pid", encoding: .utf8))
      .flatMap { $0.split(separator: "\n").first }.flatMap { Int32($0) }
  }

  /// Nobody's thread waits: the flow under test needs them.
  @discardableResult
  private func run(_ arguments: String...) async throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = [Self.script] + arguments
    // A pipe would stay open in the server.
    let path = "\(folder)-\(UInt32.random(in: 0 ... .max)).out"
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let output = try #require(FileHandle(forWritingAtPath: path))
    process.standardOutput = output
    process.standardError = output
    let status = try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    // Not #require: see TestServer.options.
    guard status == 0 else { throw PostgresError(.misuse, "scripts/services \(arguments): \(text)") }
    return text
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

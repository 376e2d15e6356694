import Foundation
import JobsprintDomain
import JobsprintTesting
import Postgres
import Synchronization

/// An API and its workers as processes of their own, over a database and queues that are theirs alone.
final class Installation: Sendable {
  static let postgres = ProcessInfo.processInfo.environment["JOBSPRINT_TEST_POSTGRES"]
  static let rabbitmq = ProcessInfo.processInfo.environment["JOBSPRINT_TEST_RABBITMQ"]
  static let areServersThere = postgres != nil && rabbitmq != nil

  /// Seconds; short, so that a run sees many take-overs.
  static let lease = 3

  let ledger: URL
  private let database: String
  private let environment: [String: String?]
  private let state: Mutex<(api: ServerProcess?, workers: [ServerProcess])>

  /// - Parameter sabotage: the promise to break on purpose.
  init(workers: Int, sabotage: String? = nil) async throws {
    database = "jobsprint_kill_\(UInt32.random(in: 0...UInt32.max))"
    ledger = FileManager.default.temporaryDirectory.appending(path: "\(database).ledger")
    let database = database
    try await Self.administer("CREATE DATABASE \(database)")
    let address = try Self.address(of: database)
    environment = [
      "JOBSPRINT_DATABASE_URL": address, "JOBSPRINT_BROKER_URL": Self.rabbitmq, "JOBSPRINT_BROKER_PREFIX": database,
      "JOBSPRINT_TICKET_KEYS": "test:\(String(repeating: "ab", count: 32))", "JOBSPRINT_LEASE_SECONDS": "\(Self.lease)",
      "JOBSPRINT_TEST_LEDGER": ledger.path, "JOBSPRINT_TEST_SABOTAGE": sabotage, "JOBSPRINT_DATABASE_POOL": "4",
    ]
    state = Mutex((nil, []))
    try Self.migrate(environment)
    let api = try await ServerProcess("jobsprint-api", ["--port", "0"], environment: environment)
    state.withLock { $0.api = api }
    for _ in 0..<workers { try await addWorker() }
  }

  var baseURL: String { state.withLock { $0.api?.baseURL ?? "" } }
  var workers: [ServerProcess] { state.withLock { $0.workers } }

  func addWorker() async throws {
    let worker = try await ServerProcess("jobsprint-worker", ["--port", "0"], environment: environment)
    state.withLock { $0.workers.append(worker) }
  }

  /// kill -9 of one, and another in its place.
  func replaceWorker() async throws {
    let victim = state.withLock { $0.workers.remove(at: .random(in: $0.workers.indices)) }
    victim.kill()
    try await addWorker()
  }

  /// kill -9, and another on a new port.
  func replaceAPI() async throws {
    state.withLock { $0.api }?.kill()
    let api = try await ServerProcess("jobsprint-api", ["--port", "0"], environment: environment)
    state.withLock { $0.api = api }
  }

  /// Stops all in order; their exit codes. The database goes with them.
  func end() async throws -> [Int32] {
    let codes = processes.map { $0.stop() }
    try await dropDatabase()
    try? FileManager.default.removeItem(at: ledger)
    return codes
  }

  /// kill -9 of all.
  func kill() {
    for process in processes { process.kill() }
    try? FileManager.default.removeItem(at: ledger)
  }

  /// Also under those who use it.
  func dropDatabase() async throws { try await Self.administer("DROP DATABASE \(database) WITH (FORCE)") }

  private var processes: [ServerProcess] { state.withLock { [$0.api].compactMap { $0 } + $0.workers } }

  // MARK: The database

  private static func address(of database: String) throws -> String {
    guard let postgres, let end = postgres.lastIndex(of: "/") else { throw ServerFailure(reason: "no PostgreSQL") }
    let query = postgres[end...].firstIndex(of: "?").map { postgres[$0...] } ?? ""
    return "\(postgres[..<end])/\(database)\(query)"
  }

  private static func administer(_ sql: String) async throws {
    var options = try PostgresOptions(postgres ?? "")
    options.size = 1
    let pool = PostgresPool(options)
    let running = Task { await pool.run() }
    try await pool.rows(PostgresCommand(sql: sql), limit: .seconds(60))
    running.cancel()
    await running.value
  }

  private static func migrate(_ environment: [String: String?]) throws {
    let process = Process()
    process.executableURL = ServerProcess.executable
    process.arguments = ["migrate", "up"]
    process.environment = ProcessInfo.processInfo.environment.merging(environment.compactMapValues { $0 }) { $1 }
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ServerFailure(reason: "the database could not be migrated") }
  }
}

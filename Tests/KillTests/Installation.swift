import AMQP
import Foundation
import JobsprintDomain
import JobsprintTesting
import Synchronization

/// An API and its workers as processes of their own, over a database and queues that are theirs alone.
final class Installation: Sendable {
  static let postgres = ProcessInfo.processInfo.environment["JOBSPRINT_TEST_POSTGRES"]
  static let rabbitmq = ProcessInfo.processInfo.environment["JOBSPRINT_TEST_RABBITMQ"]
  static let areServersThere = postgres != nil && rabbitmq != nil

  /// Seconds; short, so that a run sees many take-overs.
  static let lease = 3
  /// Of the tickets of its wake-ups.
  static let ticketKey = "test"

  /// One of its processes, by the order in which they were started.
  struct Member: Sendable {
    let number: Int
    let process: ServerProcess
  }

  private struct State {
    var api: Member?
    var workers: [Member] = []
    var started = 0
    var faulted: Set<Int> = []
  }

  let database: InstallationDatabase
  /// Begins the names of its queues.
  let prefix: String
  private let ledgers: URL
  private let logs: String?
  private let environment: [String: String?]
  private let state = Mutex(State())

  /// - Parameters:
  ///   - sabotage: the promise to break on purpose.
  ///   - doublesWakeUps: every message is published twice.
  ///   - logs: the folder that takes all that its processes log.
  ///   - more: of their environment.
  init(
    workers: Int, sabotage: String? = nil, doublesWakeUps: Bool = false, logs: String? = nil,
    more: [String: String] = [:]
  ) async throws {
    self.logs = logs
    database = try await InstallationDatabase()
    prefix = database.name
    ledgers = FileManager.default.temporaryDirectory.appending(path: "\(prefix).ledgers")
    try FileManager.default.createDirectory(at: ledgers, withIntermediateDirectories: true)
    environment = [
      "JOBSPRINT_DATABASE_URL": database.address, "JOBSPRINT_BROKER_URL": Self.rabbitmq,
      "JOBSPRINT_BROKER_PREFIX": prefix,
      "JOBSPRINT_CREDENTIAL_KEYS": "test:\((0..<32).map { UInt8($0) }.hexadecimalText)",
      "JOBSPRINT_LOG_LEVEL": logs == nil ? nil : "trace",
      "JOBSPRINT_TICKET_KEYS": HandmadeTicket.keyText(Self.ticketKey),
      "JOBSPRINT_LEASE_SECONDS": "\(Self.lease)", "JOBSPRINT_TEST_SABOTAGE": sabotage,
      "JOBSPRINT_TEST_DUPLICATES": doublesWakeUps ? "1" : nil, "JOBSPRINT_DATABASE_POOL": "4",
    ].merging(more.mapValues { $0 as String? }) { $1 }
    try database.migrate(environment)
    try await startAPI()
    for _ in 0..<workers { try await addWorker() }
  }

  var baseURL: String { state.withLock { $0.api?.process.baseURL ?? "" } }
  var workers: [Member] { state.withLock { $0.workers } }
  var members: [Member] { state.withLock { [$0.api].compactMap { $0 } + $0.workers } }
  /// Of processes that were killed or paused, or have died.
  var faulted: Set<Int> { state.withLock { $0.faulted } }

  // MARK: Its processes

  /// - Parameter more: of its environment.
  @discardableResult
  func addWorker(_ more: [String: String?] = [:]) async throws -> Member {
    let worker = try await start("jobsprint-worker", more)
    state.withLock { $0.workers.append(worker) }
    return worker
  }

  /// kill -9, and another in its place.
  func replace(_ worker: Member) async throws {
    kill(worker)
    try await addWorker()
  }

  func kill(_ worker: Member) {
    state.withLock { state in
      state.workers.removeAll { $0.number == worker.number }
      state.faulted.insert(worker.number)
    }
    worker.process.kill()
  }

  /// SIGTERM, and none in its place; its exit code.
  func dismiss(_ worker: Member) -> Int32 {
    state.withLock { state in
      state.workers.removeAll { $0.number == worker.number }
      state.faulted.insert(worker.number)
    }
    return worker.process.stop()
  }

  /// kill -9, and another on a new port.
  func replaceAPI() async throws {
    if let api = state.withLock({ $0.api.take() }) {
      state.withLock { _ = $0.faulted.insert(api.number) }
      api.process.kill()
    }
    try await startAPI()
  }

  /// Those of the workers that have ended by themselves, with others in their place.
  func replaceTheDead() async throws -> Int {
    let dead = workers.filter { !$0.process.isRunning }
    for worker in dead { try await replace(worker) }
    return dead.count
  }

  private func startAPI() async throws {
    let api = try await start("jobsprint-api", [:])
    state.withLock { $0.api = api }
  }

  private func start(_ program: String, _ more: [String: String?]) async throws -> Member {
    let number = state.withLock { state in
      state.started += 1
      return state.started
    }
    var environment = environment.merging(more) { $1 }
    environment["JOBSPRINT_TEST_LEDGER"] = ledgers.appending(path: "\(number)").path
    return Member(
      number: number,
      process: try await ServerProcess(
        program, ["--port", "0"], environment: environment, log: logs.map { "\($0)/\(number).log" }))
  }

  // MARK: What it leaves

  /// An effect, and who did it.
  struct Act: Sendable {
    let process: Int
    let line: JSONValue
  }

  func acts() throws -> [Act] {
    try FileManager.default.contentsOfDirectory(at: ledgers, includingPropertiesForKeys: nil).flatMap { file in
      try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
        Act(process: Int(file.lastPathComponent) ?? 0, line: try JSONValue(parsing: String(line)))
      }
    }
  }

  /// Somebody with a connection to its broker.
  static func withBroker<Value: Sendable>(_ body: (AMQPConnection) async throws -> Value) async throws -> Value {
    let connection = AMQPConnection(try AMQPOptions(rabbitmq ?? ""))
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await connection.run() }
      defer { group.cancelAll() }
      return try await body(connection)
    }
  }

  func queue(of lane: Lane) -> String { "\(prefix).wake.\(lane.rawValue)" }
  func queue(of tag: String) -> String { "\(prefix).wake.tag.\(tag)" }
  var quarantine: String { "\(prefix).quarantine" }

  /// Stops all in order, and removes what they leave; their exit codes.
  func end() async throws -> [Int32] {
    let codes = members.map { $0.process.stop() }
    try await remove()
    return codes
  }

  /// kill -9 of all, and removes what they leave.
  func kill() async throws {
    for member in members { member.process.kill() }
    try await remove()
  }

  private func remove() async throws {
    try await Self.withBroker { broker in
      let queues = Lane.allCases.map { queue(of: $0) } + ["gpu", "eu", "nobody"].map { queue(of: $0) } + [quarantine]
      for queue in queues { try await broker.delete(queue) }
    }
    await database.close()
    try? FileManager.default.removeItem(at: ledgers)
  }
}

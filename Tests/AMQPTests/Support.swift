import Foundation
import Glibc
import Testing

@testable import AMQP

/// All of these need a broker, and some of them stop it: one after the other.
@Suite(.serialized, .timeLimit(.minutes(2))) struct AMQPTests {}

/// A private broker, started and stopped with scripts/services.
final class TestBroker: Sendable {
  let url: String
  let secureURL: String
  private let home: String
  private let folder: String
  private let isOwn: Bool

  private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "scripts/services").path

  private init() throws {
    // A folder in which a broker runs already saves its start.
    let given = ProcessInfo.processInfo.environment["JOBSPRINT_TEST_SERVICES"]
    isOwn = given == nil
    folder = given ?? "/tmp/amqp-tests-\(UInt32.random(in: 0 ... .max))"
    try Self.run([Self.script, "start", folder, "rabbitmq"])
    let lines = try Self.run([Self.script, "env", folder, "rabbitmq"]).split(separator: "\n")
    func value(_ name: String) throws -> String {
      let prefix = "export JOBSPRINT_TEST_RABBITMQ\(name)="
      return String(try #require(lines.first { $0.hasPrefix(prefix) }).dropFirst(prefix.count))
    }
    url = try value("")
    secureURL = try value("_TLS")
    home = try value("_HOME")
  }

  func start() throws { try Self.run([Self.script, "start", folder, "rabbitmq"]) }
  func stop() { if isOwn { _ = try? Self.run([Self.script, "stop", folder, "rabbitmq"]) } }

  /// rabbitmqctl
  func control(_ arguments: String...) throws { try Self.run(["\(home)/ctl", "-q"] + arguments) }

  /// Ends it without a word, and waits until it's gone.
  func kill() throws {
    let pid = try signal(SIGKILL)
    while Glibc.kill(pid, 0) == 0 { sched_yield() }
  }

  @discardableResult
  func signal(_ number: Int32) throws -> pid_t {
    let text = try String(contentsOfFile: "\(home)/server.pid", encoding: .utf8)
    let pid = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    try #require(Glibc.kill(pid, number) == 0)
    return pid
  }

  private static let result: Result<TestBroker, any Error> = Result {
    let broker = try TestBroker()
    atexit { if case .success(let broker) = TestBroker.result { broker.stop() } }
    return broker
  }

  static func shared() throws -> TestBroker { try result.get() }

  @discardableResult
  private static func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = arguments
    // A pipe would stay open in the server.
    let path = "/tmp/amqp-tests-\(UInt32.random(in: 0 ... .max)).out"
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: path))
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try FileManager.default.removeItem(atPath: path)
    try #require(process.terminationStatus == 0, "\(arguments) failed")
    return text
  }
}

func testOptions(_ change: (inout AMQPOptions) -> Void = { _ in }) throws -> AMQPOptions {
  var options = try AMQPOptions(try TestBroker.shared().url)
  options.connectionName = "tests"
  change(&options)
  return options
}

func set<Value>(_ option: WritableKeyPath<AMQPOptions, Value>, _ value: Value) -> (inout AMQPOptions) -> Void {
  { $0[keyPath: option] = value }
}

/// Runs a connection beside the body, and waits until it has ended.
func withConnection<Value: Sendable>(
  _ topology: AMQPTopology = AMQPTopology(), _ change: (inout AMQPOptions) -> Void = { _ in },
  _ body: (AMQPConnection) async throws -> Value
) async throws -> Value {
  let connection = AMQPConnection(try testOptions(change), topology: topology)
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { await connection.run() }
    defer { group.cancelAll() }
    return try await body(connection)
  }
}

extension AMQPConnection {
  /// The first state from now on that is as asked.
  @discardableResult
  func reaches(
    _ isMeant: (AMQPConnectionState) -> Bool, location: SourceLocation = #_sourceLocation
  ) async throws -> AMQPConnectionState {
    for await state in states() where isMeant(state) { return state }
    Issue.record("the state was not reached", sourceLocation: location)
    throw CancellationError()
  }
}

extension AMQPConnectionState {
  var isDown: Bool { if case .down = self { true } else { false } }
  var isBlocked: Bool { if case .blocked = self { true } else { false } }
}

extension AMQPConsumer {
  /// So many, however many reads it takes.
  func take(_ count: Int) async -> [AMQPDelivery] {
    var all: [AMQPDelivery] = []
    while all.count < count {
      let some = await next(upTo: count - all.count)
      if some.isEmpty { break }
      all += some
    }
    return all
  }
}

/// Asks until the answer is yes.
func eventually(
  within limit: Duration = .seconds(30), _ location: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while try await !condition() {
    try #require(ContinuousClock.now < deadline, "it didn't come about", sourceLocation: location)
    await Task.yield()
  }
}

/// The error that the body throws; anything else fails the test.
func amqpError(
  _ body: () async throws -> Void, location: SourceLocation = #_sourceLocation
) async throws -> AMQPError {
  do { try await body() } catch let error as AMQPError { return error }
  Issue.record("nothing was thrown", sourceLocation: location)
  throw AMQPError(.invalid, "nothing was thrown")
}

func messages(_ queue: String, _ range: Range<Int>) -> [AMQPMessage] {
  range.map { AMQPMessage(routingKey: queue, body: Array("message \($0)".utf8)) }
}

func text(_ delivery: AMQPDelivery) -> String { String(decoding: delivery.body, as: UTF8.self) }

/// A quorum queue of this test alone.
func quorum(_ name: String) -> AMQPTopology.Queue {
  .quorum("\(name)-\(UInt32.random(in: 0 ... .max))", arguments: ["x-delivery-limit": .int(1000)])
}

import Foundation
import Testing

@testable import Postgres

/// All tests need a server, and share its connections: one suite after the other.
@Suite(.serialized, .timeLimit(.minutes(1))) struct PostgresTests {}

/// A private server, started and stopped with scripts/services.
final class TestServer: Sendable {
  let url: String
  private let folder: String

  private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "scripts/services").path

  init() throws {
    folder = "/tmp/postgres-tests-\(UInt32.random(in: 0 ... .max))"
    try Self.run("start", folder)
    let lines = try Self.run("env", folder).split(separator: "\n")
    let name = "export JOBSPRINT_TEST_POSTGRES="
    url = String(try #require(lines.first { $0.hasPrefix(name) }).dropFirst(name.count))
  }

  func halt() throws { try Self.run("halt", folder) }
  func start() throws { try Self.run("start", folder) }
  func stop() { _ = try? Self.run("stop", folder) }

  /// The one that all tests share which do not stop it.
  static let shared: Result<TestServer, any Error> = Result {
    let server = try TestServer()
    atexit { if case .success(let server) = TestServer.shared { server.stop() } }
    return server
  }

  @discardableResult
  private static func run(_ command: String, _ folder: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = [script, command, folder] + (command == "start" ? ["postgres"] : [])
    // A pipe would stay open in the server.
    let path = "\(folder).out"
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    let output = try #require(FileHandle(forWritingAtPath: path))
    process.standardOutput = output
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try FileManager.default.removeItem(atPath: path)
    try #require(process.terminationStatus == 0, "scripts/services \(command) failed")
    return text
  }
}

func testURL() throws -> String {
  if let url = ProcessInfo.processInfo.environment["JOBSPRINT_TEST_POSTGRES"] { return url }
  return try TestServer.shared.get().url
}

func testOptions(_ change: (inout PostgresOptions) -> Void = { _ in }) throws -> PostgresOptions {
  var options = try PostgresOptions(try testURL())
  options.applicationName = "postgres tests"
  options.waitLimit = .seconds(20)
  change(&options)
  return options
}

/// Runs a pool beside the body, and waits until it has ended.
@discardableResult
func withPool<Value: Sendable>(
  _ change: (inout PostgresOptions) -> Void = { _ in }, _ body: (PostgresPool) async throws -> Value
) async throws -> Value {
  try await withPool(try testOptions(change), body)
}

@discardableResult
func withPool<Value: Sendable>(
  _ options: PostgresOptions, _ body: (PostgresPool) async throws -> Value
) async throws -> Value {
  let pool = PostgresPool(options)
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { await pool.run() }
    defer { group.cancelAll() }
    return try await body(pool)
  }
}

extension PostgresPool {
  func run(_ sql: String) async throws { try await rows(PostgresCommand(sql: sql)) }

  func value<Value: PostgresValue>(_ sql: String, _: Value.Type = Value.self) async throws -> Value {
    var row = try #require(try await rows(PostgresCommand(sql: sql)).first)
    return try row.next()
  }

  /// Asks until the answer is yes.
  func until(_ sql: String) async throws {
    try await eventually { try await value(sql, Bool.self) }
  }
}

extension PostgresTransaction {
  func run(_ sql: String) async throws { try await rows(PostgresCommand(sql: sql)) }

  func value<Value: PostgresValue>(_ sql: String, _: Value.Type = Value.self) async throws -> Value {
    var row = try #require(try await rows(PostgresCommand(sql: sql)).first)
    return try row.next()
  }
}

/// Asks until the answer is yes.
func eventually(
  within limit: Duration = .seconds(20), _ location: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while try await !condition() {
    try #require(ContinuousClock.now < deadline, "it didn't come about", sourceLocation: location)
    await Task.yield()
  }
}

/// The error that the body throws; anything else fails the test.
func postgresError(
  _ body: () async throws -> Void, _ location: SourceLocation = #_sourceLocation
) async throws -> PostgresError {
  do { try await body() } catch let error as PostgresError { return error }
  Issue.record("nothing was thrown", sourceLocation: location)
  throw PostgresError(.misuse, "nothing was thrown")
}

import Foundation
import JobsprintTesting
import Testing

@testable import Postgres

/// All tests need a server, and share its connections: one suite after the other.
@Suite(.serialized, .timeLimit(.minutes(1))) struct PostgresTests {}

/// The server of the environment, or one for this run that no test stops.
private let given = Task {
  if let url = ProcessInfo.processInfo.environment["JOBSPRINT_TEST_POSTGRES"] { return url }
  let services = TestServices()
  try await services.start("postgres")
  return try services.value("JOBSPRINT_TEST_POSTGRES")
}

func testOptions(_ change: (inout PostgresOptions) -> Void = { _ in }) async throws -> PostgresOptions {
  var options = try PostgresOptions(try await given.value)
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
  try await withPool(try await testOptions(change), body)
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

/// The error that the body throws; anything else fails the test.
func postgresError(
  _ body: () async throws -> Void, _ location: SourceLocation = #_sourceLocation
) async throws -> PostgresError {
  do { try await body() } catch let error as PostgresError { return error }
  Issue.record("nothing was thrown", sourceLocation: location)
  throw PostgresError(.misuse, "nothing was thrown")
}

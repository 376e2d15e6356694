import JobsprintTesting
import Testing

@testable import Redis

/// All of these need a server, and some of them stop it: one after the other.
@Suite(.serialized, .timeLimit(.minutes(2))) struct RedisTests {}

extension TestRedis {
  private static let given = Task { try await TestRedis() }

  /// The one that all of these tests share, and stop.
  static var shared: TestRedis { get async throws { try await given.value } }
}

extension TestRedisCluster {
  private static let given = Task { try await TestRedisCluster() }
  static var shared: TestRedisCluster { get async throws { try await given.value } }
}

typealias Change = (inout RedisOptions) -> Void

func set<Value>(_ option: WritableKeyPath<RedisOptions, Value>, _ value: Value) -> Change {
  { $0[keyPath: option] = value }
}

/// Runs a client of the shared server beside the body, and waits until it has ended.
@discardableResult
func withClient<Value: Sendable>(
  _ changes: [Change] = [], body: (RedisClient) async throws -> Value
) async throws -> Value {
  try await withClient(of: try await TestRedis.shared.url, changes, body: body)
}

@discardableResult
func withClient<Value: Sendable>(
  of url: String, _ changes: [Change] = [], body: (RedisClient) async throws -> Value
) async throws -> Value {
  var options = try RedisOptions(url)
  // The machine may be busy with other tests; those that look at limits set their own.
  options.answerLimit = .seconds(20)
  options.connectLimit = .seconds(20)
  for change in changes { change(&options) }
  let client = try RedisClient(options)
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { await client.run() }
    defer { group.cancelAll() }
    return try await body(client)
  }
}

/// The error that the body throws; anything else fails the test.
func redisError(
  _ body: () async throws -> Void, location: SourceLocation = #_sourceLocation
) async throws -> RedisError {
  do { try await body() } catch let error as RedisError { return error }
  Issue.record("nothing was thrown", sourceLocation: location)
  throw RedisError(.invalid, "nothing was thrown")
}

/// A name of this test alone.
func fresh(_ name: String) -> RedisWord { .text("\(name)-\(UInt64.random(in: 0 ... .max))") }

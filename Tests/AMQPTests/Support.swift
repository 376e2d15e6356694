import Foundation
import JobsprintTesting
import Testing

@testable import AMQP

/// All of these need a broker, and some of them stop it: one after the other.
@Suite(.serialized, .timeLimit(.minutes(2))) struct AMQPTests {}

extension TestBroker {
  /// A folder in which a broker runs already saves its start.
  private static let given = Task {
    try await TestBroker(folder: ProcessInfo.processInfo.environment["JOBSPRINT_TEST_SERVICES"])
  }

  /// The one that all of these tests share, and stop.
  static var shared: TestBroker { get async throws { try await given.value } }
}

func testOptions(_ change: (inout AMQPOptions) -> Void = { _ in }) async throws -> AMQPOptions {
  var options = try AMQPOptions(try await TestBroker.shared.url)
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
  let connection = AMQPConnection(try await testOptions(change), topology: topology)
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

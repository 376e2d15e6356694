import AMQP
import Foundation
import JobsprintAccess
import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRabbitMQ

extension TestBroker {
  private static let given = Task {
    let home = ProcessInfo.processInfo.environment["JOBSPRINT_TEST_RABBITMQ_HOME"]
    return try await TestBroker(folder: home.map { URL(filePath: $0).deletingLastPathComponent().path })
  }

  /// That of the environment, or one for this run.
  static var shared: TestBroker { get async throws { try await given.value } }
}

/// An installation of its own on the broker of the tests: its prefix, its keys, its time.
final class Scene: Sendable {
  let prefix = "test-\(UInt32.random(in: 0 ... .max))"
  let clock = TestClock()
  let tickets: TicketRing
  let cipher: TransitVault
  let log = LogSpy()
  let url: String

  init(parameters: String = "") async throws {
    url = try await TestBroker.shared.url + parameters
    let key = try #require(NamedKey(HandmadeTicket.keyText("one")))
    tickets = try #require(TicketRing([key], clock: clock))
    cipher = try #require(TransitVault([key]))
  }

  var topology: RabbitMQTopology { RabbitMQTopology(prefix: prefix, queueLimit: 1) }

  /// Runs an instance beside the body.
  func withInstance<Value: Sendable>(
    _ change: (inout RabbitMQOptions) -> Void = { _ in }, _ body: (RabbitMQBroker) async throws -> Value
  ) async throws -> Value {
    var options = try RabbitMQOptions(url)
    options.prefix = prefix
    change(&options)
    let broker = RabbitMQBroker(
      options, tickets: tickets, cipher: cipher, local: MemoryEventBus(), log: log.logger())
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await broker.run() }
      defer { group.cancelAll() }
      return try await body(broker)
    }
  }

  /// Somebody with a connection to the same broker, and no key.
  func withStranger<Value: Sendable>(_ body: (AMQPConnection) async throws -> Value) async throws -> Value {
    let connection = AMQPConnection(try AMQPOptions(url))
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await connection.run() }
      defer { group.cancelAll() }
      return try await body(connection)
    }
  }

  /// Deletes the queues.
  func end() async throws {
    try await withStranger { connection async throws in
      let tags = [WorkerTag("gpu"), WorkerTag("eu")].compactMap { $0 }
      for queue in topology.shared.queues + topology.queues(of: tags).queues { try await connection.delete(queue.name) }
    }
  }
}

func set<Value>(
  _ option: WritableKeyPath<RabbitMQOptions, Value>, _ value: Value
) -> (inout RabbitMQOptions) -> Void {
  { $0[keyPath: option] = value }
}

func wakeUp(
  _ number: Int, _ lane: Lane = .normal, tag: WorkerTag? = nil, replyTo: String? = nil, trace: TraceContext? = nil,
  input: String? = nil
) -> WakeUp {
  WakeUp(
    execution: .numbered(number), workspace: .initial, lane: lane, tag: tag, replyTo: replyTo, trace: trace,
    start: input.map {
      WakeUp.Start(
        workflow: .numbered(number), version: .numbered(2), mode: .webhook, acceptedAt: .seconds(3),
        input: Array($0.utf8))
    })
}

extension WakeUpQueue {
  /// So many, however many batches they come in.
  func take(_ count: Int, _ settlement: WakeUpBatch.Settlement? = .acknowledged) async -> [WakeUp] {
    var all: [WakeUp] = []
    while all.count < count {
      let batch = await receive(upTo: count - all.count)
      if batch.wakeUps.isEmpty { break }
      if let settlement { batch.settle(settlement) }
      all += batch.wakeUps
    }
    return all
  }
}

func ended(_ number: Int, _ state: ExecutionState = .success) -> ExecutionEvent {
  ExecutionEvent(execution: .numbered(number), workspace: .initial, state: state)
}

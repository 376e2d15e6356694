// What is told without anybody waiting for it: ends, cancellations, dead letters. Whoever puts something here goes on
// at once; while the broker is away a bounded number waits, and what comes then is dropped, for all of it is best
// effort.

import AMQP
import Synchronization

final class RabbitMQOutbox: Sendable {
  private struct State {
    /// Made when they leave: whoever puts one here goes on at once.
    var messages: [@Sendable () -> AMQPMessage] = []
    var dropped = 0
  }

  private static let mostMessages = 10_000
  private static let fewMessages = 500
  /// In one publish. Its confirm is awaited before the next, so that the broker sets the pace.
  private static let largestBatch = 1000
  private static let limit: Duration = .seconds(5)

  private let publisher: AMQPPublisher
  private let state = Mutex(State())
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init(_ publisher: AMQPPublisher) {
    self.publisher = publisher
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Never told to anybody.
  var dropped: Int { state.withLock { $0.dropped } }

  /// What waits is little: messages may bring data with them.
  var isKeepingUp: Bool { state.withLock { $0.messages.count < Self.fewMessages } }

  func put(_ message: @escaping @Sendable () -> AMQPMessage) {
    let isFirst = state.withLock { state in
      guard state.messages.count < Self.mostMessages else {
        state.dropped += 1
        return false
      }
      state.messages.append(message)
      return state.messages.count == 1
    }
    if isFirst { signal.yield() }
  }

  /// Publishes what comes until the task is cancelled.
  func run() async {
    for await _ in signals { await flush() }
  }

  /// Publishes what is here now.
  func flush() async {
    while !Task.isCancelled {
      let batch = state.withLock { state in
        let batch = Array(state.messages.prefix(Self.largestBatch))
        state.messages.removeFirst(batch.count)
        return batch
      }
      if batch.isEmpty { return }
      do throws(AMQPError) { try await publisher.publish(batch.map { $0() }, within: Self.limit) } catch {
        state.withLock { $0.dropped += error.failures.isEmpty ? batch.count : error.failures.count }
      }
    }
  }
}

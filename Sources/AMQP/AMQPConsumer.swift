import DequeModule
import Synchronization

/// The messages of one queue, on a channel of its own. It goes on after lost connections, closed channels and deleted
/// queues, and ends when it is stopped or its connection is.
///
///     for await delivery in consumer { …; delivery.ack() }
///
/// At most `prefetch` messages are out without having been settled: that is what holds the broker back from a slow
/// reader. What was read when the connection broke is delivered again; its late `ack` is ignored.
public final class AMQPConsumer: AsyncSequence, Sendable {
  public typealias Element = AMQPDelivery

  private let inbox: AMQPInbox
  private let buffer = AMQPConsumerBuffer()
  private let channel: UInt16

  /// - Parameter isExclusive: the broker refuses a second consumer of the queue.
  public init(_ connection: AMQPConnection, queue: String, prefetch: Int, isExclusive: Bool = false) {
    inbox = connection.inbox
    let prefetch = UInt16(clamping: Swift.max(1, prefetch))
    channel = inbox.add(.consumer(buffer, queue: queue, prefetch: prefetch, isExclusive: isExclusive))
  }

  /// Whether the broker delivers to it now.
  public var isAttached: Bool { buffer.isAttached }

  /// Waits for at least one, and takes what else is there.
  /// - Returns: in the queue's order; none at the end, or when the task is cancelled.
  public func next(upTo count: Int) async -> [AMQPDelivery] { await buffer.next(upTo: Swift.max(1, count)) }

  /// Tells the broker to deliver no more. What nobody has read goes back to the queue; what was read can still be
  /// settled.
  public func stop() {
    buffer.stop()
    _ = inbox.put(.stop(channel: channel))
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(consumer: self) }

  public struct AsyncIterator: AsyncIteratorProtocol {
    let consumer: AMQPConsumer

    public mutating func next() async -> AMQPDelivery? { await consumer.next(upTo: 1).first }
  }
}

/// One message as it was delivered. To be settled once, by any task, in any order.
public struct AMQPDelivery: Sendable {
  public let body: [UInt8]
  public let exchange: String
  public let routingKey: String
  public let properties: AMQPProperties
  /// It was delivered before, to whomever, and not settled. Of a new message it is false.
  public let redelivered: Bool
  public let deliveryTag: UInt64
  let channel: UInt16
  let epoch: UInt32
  private let inbox: AMQPInbox

  init(_ content: AMQPContent, channel: UInt16, epoch: UInt32, inbox: AMQPInbox) {
    body = content.body
    exchange = content.exchange
    routingKey = content.routingKey
    properties = content.properties
    redelivered = content.redelivered
    deliveryTag = content.deliveryTag
    self.channel = channel
    self.epoch = epoch
    self.inbox = inbox
  }

  public var headers: [String: AMQPValue] { properties.headers }

  /// How often it was delivered before; only quorum queues count, others say nil.
  public var deliveryCount: Int? { headers["x-delivery-count"]?.int.map { Int($0) } }

  /// Returns at once. Nobody confirms an acknowledgement: if it's lost, the message comes again.
  /// - Parameter multiple: with all that were delivered before it on the same channel.
  public func ack(multiple: Bool = false) {
    _ = inbox.put(.acknowledge(channel: channel, epoch: epoch, tags: [deliveryTag], multiple: multiple))
  }

  /// - Parameter requeue: false drops it, or hands it to the queue's dead-letter exchange.
  public func reject(requeue: Bool) {
    _ = inbox.put(.reject(channel: channel, epoch: epoch, tag: deliveryTag, requeue: requeue))
  }
}

extension Collection where Element == AMQPDelivery {
  /// Acknowledges all of them, in as few frames as can be.
  public func ack() {
    guard let first else { return }
    if allSatisfy({ $0.channel == first.channel && $0.epoch == first.epoch }) {
      first.ack(tags: map(\.deliveryTag))
    } else {
      for delivery in self { delivery.ack() }
    }
  }
}

extension AMQPDelivery {
  func ack(tags: [UInt64]) {
    _ = inbox.put(.acknowledge(channel: channel, epoch: epoch, tags: tags, multiple: false))
  }
}

/// Between the owner's thread and the readers of one consumer. It never holds more than the prefetch.
final class AMQPConsumerBuffer: Sendable {
  private typealias Reader = UnsafeContinuation<[AMQPDelivery], Never>

  private struct State {
    var deliveries = Deque<AMQPDelivery>()
    var readers: [(number: Int, count: Int, continuation: Reader)] = []
    var next = 0
    var isEnded = false

    mutating func take(_ count: Int) -> [AMQPDelivery] {
      var taken: [AMQPDelivery] = []
      while taken.count < count, let delivery = deliveries.popFirst() { taken.append(delivery) }
      return taken
    }
  }

  private let state = Mutex(State())
  private let attached = Atomic(false)

  var isAttached: Bool { attached.load(ordering: .relaxed) }

  /// Told by the owner's thread.
  func attach(_ isAttached: Bool) { attached.store(isAttached, ordering: .relaxed) }

  func append(_ new: [AMQPDelivery]) {
    let served = state.withLock { state in
      for delivery in new { state.deliveries.append(delivery) }
      var served: [(Reader, [AMQPDelivery])] = []
      while !state.readers.isEmpty, !state.deliveries.isEmpty {
        let reader = state.readers.removeFirst()
        served.append((reader.continuation, state.take(reader.count)))
      }
      return served
    }
    for (continuation, deliveries) in served { continuation.resume(returning: deliveries) }
  }

  /// What nobody has read belongs to a channel that is no more, and comes again.
  func clear() { state.withLock { $0.deliveries = Deque() } }

  /// Readers get nothing from here on.
  func stop() {
    let readers = state.withLock { state in
      state.isEnded = true
      defer { state.readers = [] }
      return state.readers
    }
    for reader in readers { reader.continuation.resume(returning: []) }
  }

  /// - Returns: what nobody has read.
  func end() -> [AMQPDelivery] {
    stop()
    return state.withLock { $0.take(.max) }
  }

  func next(upTo count: Int) async -> [AMQPDelivery] {
    let number = state.withLock { state in
      state.next += 1
      return state.next
    }
    return await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let ready: [AMQPDelivery]? = state.withLock { state in
          if state.isEnded || Task.isCancelled { return [] }
          if !state.deliveries.isEmpty { return state.take(count) }
          state.readers.append((number, count, continuation))
          return nil
        }
        if let ready { continuation.resume(returning: ready) }
      }
    } onCancel: {
      let reader = state.withLock { state in
        state.readers.firstIndex { $0.number == number }.map { state.readers.remove(at: $0) }
      }
      reader?.continuation.resume(returning: [])
    }
  }
}

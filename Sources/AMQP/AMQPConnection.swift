import DriverThread

/// One connection to a broker, kept up for as long as `run()` runs: it is made again whenever it's lost, with its
/// topology and its lanes. Publishers and consumers should have different ones: a broker that blocks a connection for
/// publishing takes no acknowledgements from it either.
///
///     let connection = AMQPConnection(options, topology: topology)
///     async let running: Void = connection.run()
///     let publisher = AMQPPublisher(connection)
///     try await publisher.publish(messages)
///
/// A thread of its own makes all calls that concern the socket. `run()` may be called once; what is asked for before
/// waits for it.
public final class AMQPConnection: Sendable {
  let options: AMQPOptions
  let inbox = AMQPInbox()
  let hub = AMQPHub()
  private let topology: AMQPTopology

  public init(_ options: AMQPOptions, topology: AMQPTopology = AMQPTopology()) {
    self.options = options
    self.topology = topology
  }

  /// Serves until the task is cancelled, then takes nothing new, waits for confirms that are due, and closes.
  public func run() async {
    let core = AMQPCoreBox(options: options, topology: topology, inbox: inbox, hub: hub)
    await withTaskCancellationHandler {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
        let name = options.connectionName
        let isStarted = DriverThread.start("amqp-\(name)") {
          core.run()
          continuation.resume()
        }
        if !isStarted {
          core.abandon()
          continuation.resume()
        }
      }
    } onCancel: {
      _ = inbox.put(.close)
    }
  }

  public var state: AMQPConnectionState { hub.current }

  /// The current state and each new one, for any number of readers; ends with `closed`.
  public func states() -> AsyncStream<AMQPConnectionState> { hub.states() }

  public var metrics: AMQPMetrics { hub.metrics }

  /// How long ago the broker was heard of last; nil without a connection. On a sound one it is about half the heartbeat
  /// at most: brokers send one in each half of the interval.
  public var silence: Duration? {
    guard let heardAt = hub.heardAt else { return nil }
    let now = DriverThread.now()
    return .nanoseconds(Int64(clamping: now > heardAt ? now - heardAt : 0))
  }

  // MARK: errands

  /// Declares now, and from now on after every reconnection too.
  /// - Throws: `topologyRefused`; `notConnected`, `connectionLost`, `timedOut` within `answerLimit`.
  public func declare(_ topology: AMQPTopology) async throws(AMQPError) {
    try topology.check()
    _ = try await ask(topology.commands, topology: topology)
  }

  /// Messages that are ready to be delivered.
  public func messageCount(of queue: String) async throws(AMQPError) -> Int {
    try await ask([.queueCount(queue)]).first ?? 0
  }

  /// - Returns: how many messages were removed.
  @discardableResult
  public func purge(_ queue: String) async throws(AMQPError) -> Int {
    try await ask([.queuePurge(queue)]).first ?? 0
  }

  /// With what is in it. A queue of the topology comes back with the next connection.
  public func delete(_ queue: String) async throws(AMQPError) {
    _ = try await ask([.queueDelete(queue)])
  }

  private func ask(_ commands: [AMQPCommand], topology: AMQPTopology? = nil) async throws(AMQPError) -> [Int] {
    let errand = AMQPErrand(commands, topology: topology, limit: options.answerLimit.nanoseconds)
    let answer = await withUnsafeContinuation { (continuation: UnsafeContinuation<AMQPErrand.Answer, Never>) in
      errand.continuation = continuation
      if !inbox.put(.errand(errand)) {
        errand.answer(.failure(AMQPError(.closed, "the AMQP connection was shut down")))
      }
    }
    return try answer.get()
  }
}

public enum AMQPConnectionState: Sendable {
  /// `run()` has not been called.
  case idle
  case connecting
  case ready
  /// The broker takes no messages, for the reason that it names.
  case blocked(String)
  case down(AMQPError, retryIn: Duration)
  /// Passing: the broker closed the channel of the publisher, or of the consumer of this queue; it's opened again.
  case channelClosed(queue: String?, code: Int, String)
  /// Passing: the broker took the consumer of this queue away, because the queue was deleted; it's declared again.
  case consumerCancelled(queue: String?)
  case closed

  public var isReady: Bool { if case .ready = self { true } else { false } }
}

/// Carries the core to its thread.
private final class AMQPCoreBox: Sendable {
  /// Made and used on the owner's thread only.
  private nonisolated(unsafe) var core: AMQPCore

  init(options: AMQPOptions, topology: AMQPTopology, inbox: AMQPInbox, hub: AMQPHub) {
    core = AMQPCore(options: options, topology: topology, inbox: inbox, hub: hub)
  }

  func run() { core.run() }
  func abandon() { core.abandon() }
}

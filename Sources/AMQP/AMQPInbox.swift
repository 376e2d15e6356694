import CRabbitMQ
import Glibc
import Synchronization

/// The way to the owner's thread: whoever wants something leaves it here, and wakes the thread if it sleeps. What many
/// tasks leave while it works is taken together.
final class AMQPInbox: Sendable {
  enum Item {
    case add(AMQPLane.Kind, channel: UInt16)
    case publish(channel: UInt16, AMQPPublishUnit)
    case cancelled(AMQPPublishUnit)
    case errand(AMQPErrand)
    case acknowledge(channel: UInt16, epoch: UInt32, tags: [UInt64], multiple: Bool)
    case reject(channel: UInt16, epoch: UInt32, tag: UInt64, requeue: Bool)
    case stop(channel: UInt16)
    case connected(attempt: UInt32, AMQPLink)
    case connectFailed(attempt: UInt32, AMQPError)
    case close
  }

  private struct State {
    var items: [Item] = []
    var lanes: UInt16 = 0
    var isSleeping = false
    var isClosed = false
  }

  private let state = Mutex(State())
  /// Readable while there's a reason to wake up.
  let wake: Int32

  init() { wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)) }

  deinit { Glibc.close(wake) }

  /// - Returns: false where nobody will ever take it.
  func put(_ item: Item) -> Bool {
    let (isTaken, isSleeping) = state.withLock { state in
      guard !state.isClosed else { return (false, false) }
      state.items.append(item)
      defer { state.isSleeping = false }
      return (true, state.isSleeping)
    }
    if isSleeping { eventfd_write(wake, 1) }
    return isTaken
  }

  /// Channel 0 is the connection's, 1 that of errands.
  func add(_ kind: AMQPLane.Kind) -> UInt16 {
    let channel = state.withLock { state in
      state.lanes += 1
      return state.lanes + 1
    }
    _ = put(.add(kind, channel: channel))
    return channel
  }

  func take() -> [Item] {
    state.withLock { state in
      let items = state.items
      state.items = []
      return items
    }
  }

  /// - Returns: what came in the meantime, to the last one.
  func close() -> [Item] {
    state.withLock { state in
      state.isClosed = true
      defer { state.items = [] }
      return state.items
    }
  }

  /// Sleeps until something is put here, the socket is ready or the time is over.
  /// - Parameter socket: -1 for none.
  /// - Returns: whether the socket is readable, or broken.
  func sleep(socket: Int32, writable: Bool, nanoseconds: UInt64) -> Bool {
    let hasItems = state.withLock { state in
      state.isSleeping = state.items.isEmpty
      return !state.isSleeping
    }
    // Rounded up, so that a deadline has passed when the thread wakes for it.
    let milliseconds = hasItems ? 0 : Int32(clamping: (min(nanoseconds, 60_000_000_000) + 999_999) / 1_000_000)
    let events = Int16(writable ? POLLIN | POLLOUT : POLLIN)
    let isReadable = withUnsafeTemporaryAllocation(of: pollfd.self, capacity: 2) { watched in
      watched[0] = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
      watched[1] = pollfd(fd: socket, events: events, revents: 0)
      guard poll(watched.baseAddress, 2, milliseconds) > 0 else { return false }
      if watched[0].revents != 0 {
        var value: eventfd_t = 0
        eventfd_read(wake, &value)
      }
      return watched[1].revents & ~Int16(POLLOUT) != 0
    }
    state.withLock { $0.isSleeping = false }
    return isReadable
  }
}

/// What is known of the connection outside of the owner's thread.
final class AMQPHub: Sendable {
  private struct State {
    var metrics = AMQPMetrics()
    var state = AMQPConnectionState.idle
    var heardAt: UInt64?
    var watchers: [Int: AsyncStream<AMQPConnectionState>.Continuation] = [:]
    var next = 0
  }

  private let state = Mutex(State())

  var metrics: AMQPMetrics { state.withLock { $0.metrics } }
  var current: AMQPConnectionState { state.withLock { $0.state } }

  var heardAt: UInt64? { state.withLock { $0.heardAt } }

  func update(_ metrics: AMQPMetrics, heardAt: UInt64?) {
    state.withLock { state in
      state.metrics = metrics
      state.heardAt = heardAt
    }
  }

  func set(_ new: AMQPConnectionState) {
    let watchers = state.withLock { state in
      state.state = new
      return Array(state.watchers.values)
    }
    for watcher in watchers {
      watcher.yield(new)
      if case .closed = new { watcher.finish() }
    }
  }

  func states() -> AsyncStream<AMQPConnectionState> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: AMQPConnectionState.self, bufferingPolicy: .bufferingNewest(100))
    let number = state.withLock { state in
      state.next += 1
      state.watchers[state.next] = continuation
      continuation.yield(state.state)
      if case .closed = state.state { continuation.finish() }
      return state.next
    }
    continuation.onTermination = { [weak self] _ in self?.state.withLock { _ = $0.watchers.removeValue(forKey: number) }
    }
    return stream
  }
}

// Hands what is committed, and only that, to the queue (arrows 4 and 5). Nobody waits for it: an answer that a broker
// is slow to give must not hold up an acceptance that is durable already. A message that gets lost is no loss: the
// recoverer finds whatever nobody claims.

public import JobsprintPorts
public import Logging
import Synchronization

public final class Dispatcher: Sendable {
  private struct State {
    var line: [WakeUp] = []
    var underway = 0
    var sleeper: CheckedContinuation<Void, Never>?
    var isClosed = false
    /// The queue has refused what was published last.
    var isRefused = false
  }

  /// Messages in one publish.
  private static let largestBatch = 500
  /// Publishes at a time: a broker confirms after its disk has, and the next message should not wait for that.
  private static let mostUnderway = 8
  /// What waits while the queue is away; more is left to the recoverers.
  private static let longestLine = 20_000
  private static let pause: Duration = .milliseconds(250)

  private let queue: any WakeUpQueue
  private let clock: any WallClock
  private let log: Logger
  private let state = Mutex(State())

  public init(queue: any WakeUpQueue, clock: any WallClock, log: Logger) {
    self.queue = queue
    self.clock = clock
    self.log = log
  }

  /// Takes committed executions to be published; returns at once.
  func dispatch(_ wakeUps: [WakeUp]) {
    let sleeper = state.withLock { state in
      state.line += wakeUps.prefix(max(0, Self.longestLine - state.line.count))
      return state.sleeper.take()
    }
    sleeper?.resume()
  }

  /// Messages that the queue has not taken yet.
  public var waiting: Int { state.withLock { $0.line.count } }

  /// What waits is little: wake-ups may bring data with them.
  var isKeepingUp: Bool { waiting < Self.largestBatch }

  /// Publishes until ``close()``; what is left then stays in the store.
  public func run() async {
    await withDiscardingTaskGroup { group in
      while let batch = await next() { group.addTask { await self.publish(batch) } }
    }
  }

  public func close() {
    let sleeper = state.withLock { state in
      state.isClosed = true
      return state.sleeper.take()
    }
    sleeper?.resume()
  }

  /// nil when it is closed.
  private func next() async -> [WakeUp]? {
    while true {
      let batch: [WakeUp]?? = state.withLock { state in
        if state.isClosed { return .some(nil) }
        guard !state.line.isEmpty, state.underway < Self.mostUnderway else { return nil }
        let batch = Array(state.line.prefix(Self.largestBatch))
        state.line.removeFirst(batch.count)
        state.underway += 1
        return batch
      }
      if let batch { return batch }
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let isAwake = state.withLock { state in
          if state.isClosed || !state.line.isEmpty && state.underway < Self.mostUnderway { return true }
          state.sleeper = continuation
          return false
        }
        if isAwake { continuation.resume() }
      }
    }
  }

  private func publish(_ batch: [WakeUp]) async {
    do {
      try await queue.publish(batch)
      if note(isRefused: false) { log.notice("wake-ups are published again") }
    } catch {
      // Said once for as long as it lasts: attempts follow each other all the time.
      if note(isRefused: true) {
        log.warning("could not publish wake-ups", metadata: ["error": "\(error)", "count": "\(batch.count)"])
      }
      // Some may have arrived: being told twice harms nobody.
      dispatch(batch.map(\.withoutStart))
      // Its turn is kept meanwhile, so that a queue that is away is not asked all the time.
      try? await clock.sleep(for: Self.pause)
    }
    let sleeper = state.withLock { state in
      state.underway -= 1
      return state.sleeper.take()
    }
    sleeper?.resume()
  }

  /// - Returns: whether that is news.
  private func note(isRefused: Bool) -> Bool {
    state.withLock { state in
      defer { state.isRefused = isRefused }
      return state.isRefused != isRefused
    }
  }
}

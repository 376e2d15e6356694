// A clock that stands still until a test moves it. With `advancesByItself`, whoever sleeps is woken as soon as
// everybody has had a chance to go to sleep: time jumps from deadline to deadline, in order.

public import JobsprintDomain
public import JobsprintPorts
import Synchronization

public final class TestClock: WallClock {
  private struct Sleeper {
    let id: Int
    let deadline: Timestamp
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct Watcher {
    let count: Int
    let continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var now: Timestamp
    /// By deadline, then by arrival.
    var sleepers: [Sleeper] = []
    var watchers: [Watcher] = []
    var nextSleeper = 0
    var isJumping = false
  }

  private let state: Mutex<State>
  private let advancesByItself: Bool

  public init(at now: Timestamp = .seconds(0), advancesByItself: Bool = false) {
    state = Mutex(State(now: now))
    self.advancesByItself = advancesByItself
  }

  /// Setting it forward wakes whoever's deadline has come, in the order of deadlines; setting it back wakes nobody.
  public var now: Timestamp {
    get { state.withLock { $0.now } }
    set {
      let woken = state.withLock { state in
        state.now = newValue
        let count = state.sleepers.prefix { $0.deadline <= newValue }.count
        defer { state.sleepers.removeFirst(count) }
        return Array(state.sleepers.prefix(count))
      }
      for sleeper in woken { sleeper.continuation.resume() }
    }
  }

  public func advance(by duration: Duration) { now = now + duration }

  /// Returns when at least `count` tasks sleep on this clock.
  public func sleepers(atLeast count: Int = 1) async {
    await withCheckedContinuation { continuation in
      let isEnough = state.withLock { state in
        if state.sleepers.count >= count { return true }
        state.watchers.append(Watcher(count: count, continuation: continuation))
        return false
      }
      if isEnough { continuation.resume() }
    }
  }

  public func sleep(until deadline: Timestamp) async throws {
    try Task.checkCancellation()
    let id = state.withLock { state in
      state.nextSleeper += 1
      return state.nextSleeper
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        lieDown(Sleeper(id: id, deadline: deadline, continuation: continuation))
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        state.sleepers.firstIndex { $0.id == id }.map { state.sleepers.remove(at: $0) }
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }

  private func lieDown(_ sleeper: Sleeper) {
    enum Next {
      case wake, cancel
      case sleep([Watcher], jump: Bool)
    }
    let next: Next = state.withLock { state in
      // The cancellation's handler may have run before there was anybody to find.
      if Task.isCancelled { return .cancel }
      if sleeper.deadline <= state.now { return .wake }
      let place = state.sleepers.firstIndex { $0.deadline > sleeper.deadline } ?? state.sleepers.count
      state.sleepers.insert(sleeper, at: place)
      let count = state.sleepers.count
      let watchers = state.watchers.filter { $0.count <= count }
      state.watchers.removeAll { $0.count <= count }
      let jump = advancesByItself && !state.isJumping
      if jump { state.isJumping = true }
      return .sleep(watchers, jump: jump)
    }
    switch next {
    case .wake: sleeper.continuation.resume()
    case .cancel: sleeper.continuation.resume(throwing: CancellationError())
    case .sleep(let watchers, let jump):
      for watcher in watchers { watcher.continuation.resume() }
      if jump { Task { await self.jump() } }
    }
  }

  /// Goes from deadline to deadline while anybody sleeps.
  private func jump() async {
    while true {
      // Others that are about to sleep may have an earlier deadline.
      for _ in 0..<8 { await Task.yield() }
      let deadline: Timestamp? = state.withLock { state in
        let first = state.sleepers.first?.deadline
        if first == nil { state.isJumping = false }
        return first
      }
      guard let deadline else { return }
      now = max(now, deadline)
    }
  }
}

import JobsprintDomain
import Synchronization

/// What one executor holds: its slots, and a way to tell each running execution to stop.
final class HeldExecutions: Sendable {
  /// Why a running execution is told to leave off.
  enum Interruption: Sendable {
    /// Somebody ended it, or took it over: write no more.
    case lost
    /// The process stops: give it back.
    case draining
  }

  final class Hold: Sendable {
    /// For the log.
    let trace: TraceContext?
    private struct State {
      var interruption: Interruption?
      var lostAt: Timestamp?
      var nodeDeadline: Timestamp?
      var task: Task<Void, Never>?
    }

    private let state = Mutex(State())
    private let stored: Atomic<Bool>

    fileprivate init(isStored: Bool, trace: TraceContext?) {
      stored = Atomic(isStored)
      self.trace = trace
    }

    /// Its accept, or its claim, was committed.
    func store() { stored.store(true, ordering: .relaxed) }

    /// By the store this executor holds it, as far as is known.
    var isStored: Bool { stored.load(ordering: .relaxed) }

    var interruption: Interruption? { state.withLock { $0.interruption } }

    /// Since when its node has been told to leave off and goes on.
    fileprivate var toldAt: Timestamp? {
      state.withLock { state in [state.lostAt, state.nodeDeadline].compactMap { $0 }.min() }
    }

    /// A node begins that is told to leave off at that time; nil: it has ended.
    func awaitNode(until deadline: Timestamp?) { state.withLock { $0.nodeDeadline = deadline } }

    func attach(_ task: Task<Void, Never>) {
      let isLost = state.withLock { state in
        state.task = task
        return state.interruption == .lost
      }
      if isLost { task.cancel() }
    }

    /// A lost execution's node is cancelled at once; a drained one may finish its node.
    func interrupt(_ interruption: Interruption, at time: Timestamp? = nil) {
      let task = state.withLock { state in
        // What is lost stays so, also while the process stops.
        if state.interruption != .lost { state.interruption = interruption }
        if interruption == .lost { state.lostAt = state.lostAt ?? time }
        return state.task
      }
      if interruption == .lost { task?.cancel() }
    }

    func cancel() { state.withLock { $0.task }?.cancel() }
  }

  private struct State {
    var reserved = 0
    var holds: [ExecutionID: Hold] = [:]
    var isDraining = false
    /// Nobody waits for those that are lost any more.
    var leavesLostBehind = false
    /// Waits for a free slot, or for the last execution to leave.
    var sleeper: CheckedContinuation<Void, Never>?

    var isIdle: Bool {
      reserved == (leavesLostBehind ? holds.values.count { $0.interruption == .lost } : 0)
    }
  }

  private let slots: Int
  private let state = Mutex(State())

  init(slots: Int) { self.slots = slots }

  var count: Int { state.withLock { $0.holds.count } }

  /// Those that the store knows to be held.
  var stored: [ExecutionID] {
    state.withLock { state in state.holds.filter(\.value.isStored).map(\.key) }
  }

  /// Whether the store knows that it is held.
  func holds(_ id: ExecutionID) -> Bool { state.withLock { $0.holds[id]?.isStored ?? false } }

  /// Takes up to `wanted` free slots, at most all of them; 0 when none is free or the executor drains.
  func reserve(upTo wanted: Int) -> Int {
    state.withLock { state in
      guard !state.isDraining else { return 0 }
      let free = min(wanted, slots - state.reserved)
      state.reserved += max(0, free)
      return max(0, free)
    }
  }

  func release(_ count: Int) {
    guard count > 0 else { return }
    let sleeper = state.withLock { state in
      state.reserved -= count
      return state.sleeper.take()
    }
    sleeper?.resume()
  }

  /// A reserved slot is now this execution's. nil when it is held already: its slot is free again.
  func hold(_ id: ExecutionID, isStored: Bool = true, trace: TraceContext?) -> Hold? {
    let hold = state.withLock { state -> Hold? in
      guard state.holds[id] == nil else { return nil }
      let hold = Hold(isStored: isStored, trace: trace)
      if state.isDraining { hold.interrupt(.draining) }
      state.holds[id] = hold
      return hold
    }
    if hold == nil { release(1) }
    return hold
  }

  func drop(_ id: ExecutionID) {
    state.withLock { $0.holds[id] = nil }
    release(1)
  }

  /// Whether it is held, and the store was not known to know. Now it is.
  func store(_ id: ExecutionID) -> Bool {
    guard let hold = state.withLock({ $0.holds[id] }), !hold.isStored, hold.interruption != .lost else { return false }
    hold.store()
    return true
  }

  /// Somebody ended them, or took them over.
  func lose(_ ids: [ExecutionID], at time: Timestamp) {
    let holds = state.withLock { state in ids.compactMap { state.holds[$0] } }
    for hold in holds { hold.interrupt(.lost, at: time) }
  }

  /// Those that were lost, or whose time was up, before `time` and are still here: their nodes ignore that they were
  /// cancelled.
  func stuck(since time: Timestamp) -> [ExecutionID] {
    let holds = state.withLock { $0.holds }
    return holds.filter { _, hold in hold.toldAt.map { $0 <= time } ?? false }.map(\.key)
  }

  /// No new executions; those held are told to leave at their next step.
  func drain() {
    let (holds, sleeper) = state.withLock { state in
      state.isDraining = true
      return (Array(state.holds.values), state.sleeper.take())
    }
    for hold in holds { hold.interrupt(.draining) }
    sleeper?.resume()
  }

  /// Cancels the nodes that still run. Nobody waits from now on for one that was cancelled before and goes on: what it
  /// would write is refused.
  func cancelAll() {
    let (holds, sleeper) = state.withLock { state in
      state.leavesLostBehind = true
      return (Array(state.holds.values), state.sleeper.take())
    }
    for hold in holds { hold.cancel() }
    sleeper?.resume()
  }

  var isIdle: Bool { state.withLock(\.isIdle) }

  /// Returns when something has changed: a slot was freed, or draining began.
  func change() async {
    await withCheckedContinuation { continuation in
      let isAwake = state.withLock { state in
        if state.reserved < slots && !state.isDraining || state.isIdle { return true }
        state.sleeper = continuation
        return false
      }
      if isAwake { continuation.resume() }
    }
  }
}

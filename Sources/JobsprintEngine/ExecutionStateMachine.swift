// An execution as a pure machine: `next()` says what is due, `complete(_:with:)` takes how it went, `replay(_:)` brings
// it to where a journal ends. It never waits, reads no clock, rolls no dice; the same answers give the same execution.
//
//   state      | next()             | complete(...)                     | to
//   -----------+--------------------+-----------------------------------+-------------------------------
//   ready      | run(task)          | outputs, ended, failed + continue | ready
//              |                    | failed, tries left                | ready (same task, next attempt)
//              |                    | failed + stop, attempts left      | suspended(until) (next attempt)
//              |                    | failed + stop                     | ended(error)
//              |                    | wait(until)                       | suspended(until)
//   ready      | finish(success)    | (nothing due, nothing pending)    | ended(success)
//   suspended  | wait(until)        | resume()                          | ready (same task; resumed, if it asked to wait)
//   ended      | finish(state)      | -                                 | -
//
// Tries are the node's own (`retryOnFail`): seconds apart, in memory. Attempts are the workflow's (`retryPolicy`): each
// has all the node's tries, and the pause between two is a wait like any other, journaled with the count of what has
// failed.
//
// Scheduling (both execution orders) is in `ExecutionStateMachine+Scheduling.swift`.

public import JobsprintDomain

public struct ExecutionStateMachine: Sendable {
  enum Status: Sendable {
    case ready
    case suspended(until: Timestamp, isPause: Bool)
    case ended(ExecutionState, NodeError?)
  }

  /// A node with its input complete.
  struct DueRun: Sendable {
    let place: Int
    let inputs: [[Item]]
    let sources: [RunSource?]
  }

  /// A node of several inputs with some of them still to come.
  struct PendingRun: Sendable {
    var inputs: [[Item]?]
    var sources: [RunSource?]
  }

  public let graph: WorkflowGraph
  /// Finished runs so far.
  public private(set) var history = RunHistory()
  /// What its runs have left besides items, failed attempts included.
  public private(set) var notes = ExecutionNotes()
  /// The node that ran last.
  public private(set) var lastNode: String?
  /// Why it ended as a dead letter; nil while it goes on, and where it did not.
  public private(set) var deadLetter: DeadLetterReason?

  var due = DueQueue()
  /// In the order in which the nodes began to wait.
  var pending: [(place: Int, runs: [PendingRun])] = []
  private var status = Status.ready
  private var current: NodeTask?
  private var position = 0
  /// What the current task's attempts so far have left: it goes into the record of the run.
  private var left = RunNotes()
  /// The attempt of the current task that a replayed journal says was begun and not how it went.
  private var begun: Int?
  private let pinned: [Int: [Item]]
  /// The only nodes that may run; nil for all.
  private let allowed: Set<Int>?
  private let destination: Int?

  /// - Parameters:
  ///   - start: the node to begin with.
  ///   - items: its input.
  ///   - pinned: output 0 of nodes that are not to run.
  ///   - destination: run only up to this node.
  public init(
    _ graph: WorkflowGraph, start: Int, items: [Item], pinned: [ExactString: [Item]] = [:], destination: Int? = nil
  ) {
    self.graph = graph
    self.destination = destination
    allowed = destination.map { Set(graph.ancestors(of: $0) + [$0]) }
    var byPlace: [Int: [Item]] = [:]
    for (name, items) in pinned { if let place = graph.place(of: name.text) { byPlace[place] = items } }
    self.pinned = byPlace
    due.append(DueRun(place: start, inputs: [items], sources: [nil]))
  }

  /// What nodes see of one another: their runs, and of a pinned node that has not run what it is pinned to.
  public var visibleHistory: RunHistory {
    guard !pinned.isEmpty else { return history }
    let nodes = pinned.map { (graph.vertices[$0].node, $1) }
    let items = nodes.filter { !$0.0.isDisabled }.map { (ExactString($0.0.name), $0.1) }
    return history.standingIn(Dictionary(items) { first, _ in first })
  }

  /// Not all of the workflow runs, or not on what it would find: somebody tries something out.
  public var isTrial: Bool { destination != nil || !pinned.isEmpty }

  /// What is due now. Asking again without completing gives the same answer.
  public mutating func next() -> Action {
    switch status {
    case .suspended(let until, _): return .wait(until: until)
    case .ended(let state, let error): return .finish(state, error)
    case .ready: break
    }
    if let current { return .run(current) }
    while true {
      guard let run = due.popFirst() ?? popPending() else {
        status = .ended(.success, nil)
        return .finish(.success, nil)
      }
      if let allowed, !allowed.contains(run.place) { continue }
      // A run without items to work on never happened.
      guard let task = task(for: run) else { continue }
      current = task
      return .run(task)
    }
  }

  /// Takes how the current task went. `duration` and `startedAt` go into the record.
  /// - Parameters:
  ///   - draw: a random number from 0 to 1: how much of the longest pause the next attempt waits.
  ///   - console: what the node's code wrote; it goes with the record, and is lost with an attempt that is followed by
  ///     another.
  ///   - notes: what this attempt left; the next one finds it, and the record has it.
  public mutating func complete(
    _ task: NodeTask, with outcome: NodeOutcome, startedAt: Timestamp, duration: Duration, draw: Double = 1,
    console: [ConsoleLine] = [], notes attempt: RunNotes = RunNotes()
  ) -> Completion {
    begun = nil
    if !attempt.isEmpty { keep(attempt) }
    if let wait = waitBeforeRetry(task, outcome) {
      current?.attempt += 1
      return .retry(after: wait)
    }
    if let pause = pauseBeforeNextAttempt(task, outcome, at: startedAt + duration, draw: draw) {
      current?.failures = pause.failures
      current?.firstTry = pause.firstTry
      current?.attempt = pause.firstTry
      status = .suspended(until: pause.until, isPause: true)
      return .suspended(pause, attempt: pause.firstTry)
    }
    var run = NodeRun(
      node: task.node.name, run: task.run, startedAt: startedAt, duration: duration, sources: task.sources,
      state: history.run(of: task.node.name)?.state ?? [:], console: console, notes: left)
    switch outcome {
    case .wait(let until):
      status = .suspended(until: until, isPause: false)
      let suspension = Suspension(until: until, failures: task.failures, firstTry: task.firstTry, notes: left)
      return .suspended(suspension, attempt: task.attempt)
    case .ended: break
    case .outputs(let outputs, let state):
      // What was known beforehand is not the node's doing, and stays as it is.
      run.outputs = task.outputs ?? task.recorded(outputs)
      if let state { run.state = state }
    case .failed(let error), .stopped(let error):
      run.error = error
      if task.node.onError != .stopWorkflow { run.outputs = task.passedThrough() }
    }
    record(run, of: task)
    if deadLetter != nil, case .stopped = outcome { deadLetter = .notRetryable }
    return .recorded(run)
  }

  /// The wait is over: the suspended task is due again.
  public mutating func resume() {
    guard case .suspended(_, let isPause) = status else { return }
    status = .ready
    if !isPause { current?.isResumed = true }
  }

  /// The journal ends while the current task's effect is in flight: nobody knows whether it happened.
  public var isUncertain: Bool { begun != nil }

  /// Takes one entry of the journal, in the order of positions, and skips what it says is done.
  public mutating func replay(_ entry: JournalEntry) throws(ReplayError) {
    // Whatever was recorded behind a wait was recorded after it.
    if case .suspended = status { resume() }
    guard case .run(let task) = next(), task.position == entry.position,
      task.node.name.hasSameCodeUnits(as: entry.node),
      task.run == entry.run
    else {
      throw ReplayError(
        position: entry.position,
        message: "the journal has run \(entry.run) of '\(entry.node)' here, the workflow would do something else")
    }
    switch entry.kind {
    case .started:
      current?.attempt = entry.attempt
      begun = entry.attempt
    case .suspended:
      guard let suspension = Suspension(entry.payload) else {
        throw ReplayError(position: entry.position, message: "the end of the wait is unreadable")
      }
      replay(suspension, attempt: entry.attempt)
    case .finished:
      do { record(try NodeRun(node: entry.node, run: entry.run, payload: entry.payload), of: task) } catch {
        throw ReplayError(position: entry.position, message: "the record of the run is unreadable: \(error)")
      }
    }
  }

  /// A journal has all its `started` of a position before its `suspended`: one that was begun behind this wait is known
  /// by its attempt. (The pause has the number of the attempt behind it, a wait that of the attempt before it.)
  private mutating func replay(_ suspension: Suspension, attempt: Int) {
    let isPause = suspension.error != nil
    keep(suspension.notes)
    current?.failures = suspension.failures
    current?.firstTry = suspension.firstTry
    status = .suspended(until: suspension.until, isPause: isPause)
    if let begun, isPause ? begun >= attempt : begun > attempt {
      resume()
    } else {
      current?.attempt = attempt
      begun = nil
    }
  }

  /// A run that crashed with its effect in flight is tried again: the next attempt of the current task.
  public mutating func countUncertainAttempt() {
    current?.attempt += 1
    begun = nil
  }

  private mutating func keep(_ attempt: RunNotes) {
    notes.take(attempt)
    left.merge(attempt)
  }

  private mutating func record(_ run: NodeRun, of task: NodeTask) {
    if !run.notes.isEmpty { notes.take(run.notes) }
    left = RunNotes()
    current = nil
    begun = nil
    position += 1
    lastNode = run.node
    history.append(run)
    if let error = run.error, task.node.onError == .stopWorkflow {
      status = .ended(.error, error)
      deadLetter = graph.retryPolicy.map { $0.covers(error) ? .attemptsExhausted : .notRetryable }
    } else if task.place != destination {
      follow(run, from: task.place)
    }
  }

  private func waitBeforeRetry(_ task: NodeTask, _ outcome: NodeOutcome) -> Duration? {
    guard let retry = task.node.retry, task.outputs == nil, task.attempt - task.firstTry + 1 < retry.maxTries else {
      return nil
    }
    switch outcome {
    case .failed: return retry.waitBetweenTries
    case .outputs(let outputs, _):
      // A node that reports its failure in an item failed as well.
      return outputs.first?.first?.json["error"] == nil ? nil : retry.waitBetweenTries
    case .ended, .wait, .stopped: return nil
    }
  }

  /// nil where the workflow has no attempt left for this failure, or where the failure stops nothing.
  private func pauseBeforeNextAttempt(
    _ task: NodeTask, _ outcome: NodeOutcome, at now: Timestamp, draw: Double
  ) -> Suspension? {
    guard let policy = graph.retryPolicy, case .failed(let error) = outcome, task.node.onError == .stopWorkflow,
      task.failures + 1 < policy.attempts, policy.covers(error)
    else { return nil }
    let failures = task.failures + 1
    return Suspension(
      until: now + policy.pause(after: failures, draw: draw), failures: failures, firstTry: task.attempt + 1,
      error: error, notes: left)
  }

  private func task(for due: DueRun) -> NodeTask? {
    let vertex = graph.vertices[due.place]
    var inputs = due.inputs
    for input in inputs.indices {
      if vertex.node.executeOnce, inputs[input].count > 1 { inputs[input].removeSubrange(1...) }
      inputs[input].pair(withInput: input)
    }
    let mainInput = graph.order == .v1 ? inputs.firstIndex { !$0.isEmpty } ?? 0 : 0
    let known = knownOutputs(vertex, place: due.place, inputs: inputs)
    // Order v0 follows empty outputs: what is known beforehand would go round in a loop for ever.
    if known == nil ? inputs[mainInput].isEmpty : inputs.allSatisfy(\.isEmpty) { return nil }
    return NodeTask(
      position: position, node: vertex.node, traits: vertex.traits, run: history.runs(of: vertex.node.name).count,
      inputs: inputs, sources: due.sources, mainInput: mainInput, attempt: 1, isResumed: false,
      outputs: known, place: due.place)
  }

  private func knownOutputs(_ vertex: WorkflowGraph.Vertex, place: Int, inputs: [[Item]]) -> [[Item]]? {
    if vertex.node.isDisabled { return inputs.first.map { $0.isEmpty ? [] : [$0] } ?? [] }
    return pinned[place].map { [$0] }
  }
}

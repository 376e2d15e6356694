// One execution from its claim to where it ends, waits or is given back (arrows 7 to 9).
//
// Entries are gathered and journaled together at the next barrier: before a node with an outside effect (together with
// its `started`), at a wait, at the end, and after 1 s or 1 MB. What is not journaled when the process dies is done
// again; nothing outside has seen it.
//
// An execution that was taken up several times and came no further may be what killed its processes, or may only have
// been beside it. From then on each of its nodes is journaled by itself, so that an innocent one comes further; one
// that still does not is ended as crashed.
//
// The workflow's static data is read when the first node that looks at it is due. What it was is journaled with that
// node's run, so that it is the same behind a crash; what the execution has changed of it is stored with its end: with
// success, where an active workflow has run as a whole, and what duplicates are known by with every end.
//
// What can't be done leaves a dead letter in the commit of its end: a crashed execution always, a failed one where its
// workflow has a retry policy, whose attempts it has used up.

import JobsprintDomain
import JobsprintEngine
import JobsprintPorts

struct ExecutionRun {
  private let claimed: ClaimedExecution
  private let plan: ExecutionPlan
  private let facts: ExecutionFacts
  private let runner: NodeRunner
  private let credentials: CredentialDesk
  private let staticData: any StaticDataStore
  private let writer: JournalWriter
  private let accept: PendingAccept?
  private let claim: PendingClaim?
  private let clock: any WallClock
  private let timers: TimerSignal
  private let hold: HeldExecutions.Hold

  private let isTrial: Bool
  /// What its runs have left so far.
  private var notes: ExecutionNotes
  /// Those whose use is on record.
  private var usedCredentials: Set<CredentialID> = []
  private var gathered: [JournalEntry] = []
  private var gatheredBytes = 0
  private var lastBarrier: Timestamp
  private var hasWritten = false
  /// Of all its records so far.
  private var recordedBytes: Int
  private let mostBytes: Int
  /// Claims since the last one that finished a node.
  private let claimsWithoutProgress: Int

  private static let longestGathering: Duration = .seconds(1)
  private static let mostGatheredBytes = 1_000_000
  /// Nodes in a row before other executions get their turn on this thread: about a millisecond of work.
  private static let nodesBeforeYield = 64
  /// Memory of a record besides its payload, about.
  private static let recordOverhead = 512
  private static let claimsBeforeCaution = 3
  private static let mostClaimsWithoutProgress = 20

  /// - Parameters:
  ///   - accept: nil for an execution that is stored.
  ///   - claim: nil for one that is claimed.
  init(
    _ claimed: ClaimedExecution, _ ready: ReadyExecution, variables: JSONObject, runner: NodeRunner,
    credentials: CredentialDesk, staticData: any StaticDataStore, writer: JournalWriter,
    accept: PendingAccept?, claim: PendingClaim?, clock: any WallClock, timers: TimerSignal,
    hold: HeldExecutions.Hold, mostBytes: Int
  ) {
    self.claimed = claimed
    plan = ready.plan
    facts = ExecutionFacts(
      id: claimed.id, mode: claimed.mode, workflowID: claimed.workflow, workflowIsActive: ready.isActive,
      variables: variables)
    self.runner = runner
    self.credentials = credentials
    self.staticData = staticData
    isTrial = ready.machine.isTrial
    notes = ready.machine.notes
    self.writer = writer
    self.accept = accept
    self.claim = claim
    self.clock = clock
    self.timers = timers
    self.hold = hold
    lastBarrier = clock.now
    recordedBytes = claimed.entries.reduce(0) { $0 + $1.payload.count + Self.recordOverhead }
    self.mostBytes = mostBytes
    claimsWithoutProgress = claimed.fence.term - (claimed.entries.last { $0.kind != .started }?.term ?? 0)
  }

  /// Runs until the execution ends, waits, is given back or is lost. Throws when the store fails.
  mutating func run(_ machine: ExecutionStateMachine) async throws(PortError) {
    var machine = machine
    if case .wait(let until) = machine.next(), until <= clock.now { machine.resume() }
    if claimsWithoutProgress > Self.mostClaimsWithoutProgress {
      return try await finish(
        .crashed, .stuck(at: machine.next(), claims: claimsWithoutProgress), lastNode: machine.lastNode,
        deadLetter: .crashedRepeatedly)
    }
    var isUncertain = machine.isUncertain
    var nodes = 0
    while true {
      switch hold.interruption {
      case .lost?: return
      case .draining?: return try await barrier(transition: .handBack)
      case nil: break
      }
      if let deadline, clock.now >= deadline { return try await timeOut() }
      switch machine.next() {
      case .finish(let state, let error):
        return try await finish(state, error, lastNode: machine.lastNode, deadLetter: machine.deadLetter)
      case .wait(let until):
        let time = min(until, deadline ?? until)
        try await barrier(transition: .wait(until: time))
        return timers.tell(time)
      case .run(let task):
        let outcome = try await outcome(of: task, in: &machine, isUncertain: isUncertain)
        isUncertain = false
        guard let outcome else { return }
        try await take(outcome, in: &machine)
        if recordedBytes > mostBytes {
          return try await finish(
            .error, .tooLarge(outcome.task.node, limit: mostBytes), lastNode: outcome.task.node.name,
            deadLetter: plan.workflow.settings.retryPolicy == nil ? nil : .notRetryable)
        }
        nodes += 1
        if nodes % Self.nodesBeforeYield == 0 { await Task.yield() }
      }
    }
  }

  private var deadline: Timestamp? {
    plan.workflow.settings.executionTimeout.map { claimed.acceptedAt + $0 }
  }

  private struct Ran {
    let task: NodeTask
    let outcome: NodeOutcome
    let startedAt: Timestamp
    var console: [ConsoleLine] = []
    var notes = RunNotes()
  }

  /// Runs the task behind its barrier; nil when the execution is not ours any more.
  private mutating func outcome(
    of task: NodeTask, in machine: inout ExecutionStateMachine, isUncertain: Bool
  ) async throws(PortError) -> Ran? {
    var task = task
    if task.traits.hasOutsideEffect, task.outputs == nil {
      if isUncertain, !task.isResumed {
        if task.node.whenUncertain == .stop {
          return Ran(task: task, outcome: .stopped(.uncertain(task.node)), startedAt: clock.now)
        }
        machine.countUncertainAttempt()
        if case .run(let next) = machine.next() { task = next }
      }
      gather(
        JournalEntry(
          position: task.position, kind: .started, node: task.node.name, run: task.run, attempt: task.attempt,
          term: claimed.fence.term, recordedAt: clock.now, payload: []))
      guard try await isWritten(.none) else { return nil }
    }
    let startedAt = clock.now
    let place = plan.graph.place(of: task.node.name)
    let type = place.flatMap { plan.types[$0] }
    let console = NodeConsole()
    let notes = NodeNotes(self.notes, taking: try await untakenStaticData(of: task, at: place))
    let outcome: NodeOutcome
    switch try await secrets(of: task, type) {
    case .success(let secrets):
      let deadline = deadline
      if deadline != nil { hold.awaitNode(until: deadline) }
      defer { if deadline != nil { hold.awaitNode(until: nil) } }
      outcome = await runner.run(
        task, type: type, workflow: plan.workflow, facts: facts, history: machine.visibleHistory, deadline: deadline,
        secrets: secrets, console: console, notes: notes)
    case .failure(let error): outcome = .failed(error)
    }
    if hold.interruption == .lost { return nil }
    if let deadline, clock.now >= deadline {
      try await timeOut()
      return nil
    }
    return Ran(task: task, outcome: outcome, startedAt: startedAt, console: console.lines, notes: notes.left)
  }

  /// The secrets that the node may use, by the types of their credentials; their use is on record before it begins.
  private mutating func secrets(
    of task: NodeTask, _ type: (any NodeType)?
  ) async throws(PortError) -> Result<[String: JSONObject], NodeError> {
    guard !task.node.credentials.isEmpty, task.outputs == nil, let type else { return .success([:]) }
    var secrets: [String: JSONObject] = [:]
    for name in type.description.credentials {
      guard let reference = task.node.credentials[name] else { continue }
      let opened = try await patiently { () async throws(PortError) in
        try await credentials.open(reference, type: name, in: claimed.workspace)
      }
      switch opened {
      case .success(let credential):
        if usedCredentials.insert(credential.id).inserted {
          try await patiently { () async throws(PortError) in
            try await credentials.record(credential.id, usedBy: task.node.name, of: facts, in: claimed.workspace)
          }
        }
        secrets[name] = credential.secrets
      case .failure(let error): return .failure(error)
      }
    }
    return .success(secrets)
  }

  /// What the node sees of its workflow's static data, where no node of the execution has looked at it before.
  private func untakenStaticData(of task: NodeTask, at place: Int?) async throws(PortError) -> JSONObject {
    guard let slots = place.map({ plan.staticData[$0] }), !slots.isEmpty, task.outputs == nil else { return [:] }
    let untaken = slots.map(\.name).filter { !notes.staticData.contains($0) }
    guard !untaken.isEmpty else { return [:] }
    let stored = try await patiently { () async throws(PortError) in
      try await staticData.staticData(in: untaken, of: claimed.workflow, in: claimed.workspace)
    }
    var taken = JSONObject()
    for slot in untaken {
      let known = stored.first { $0.slot.hasSameCodeUnits(as: slot) }.flatMap { try? JSONValue(parsing: $0.value) }
      taken[slot] = .object(known?.objectValue ?? plan.workflow.staticData[slot]?.objectValue ?? [:])
    }
    return taken
  }

  /// What the execution leaves to its workflow when it ends like this.
  private func staticDataChange(with state: ExecutionState) -> StaticDataChange? {
    guard !notes.changedSlots.isEmpty else { return nil }
    let isKept = state == .success && facts.workflowIsActive && !isTrial
    let values = notes.changedSlots.sorted().compactMap { slot -> StaticDatum? in
      guard isKept || StaticDataSlot(name: slot.text)?.isHistory == true, let value = notes.staticData[slot.text] else {
        return nil
      }
      return StaticDatum(slot: slot.text, value: value.jsonBytes)
    }
    return values.isEmpty ? nil : StaticDataChange(workflow: claimed.workflow, values: values)
  }

  private mutating func take(_ ran: Ran, in machine: inout ExecutionStateMachine) async throws(PortError) {
    let (task, now) = (ran.task, clock.now)
    let completion = machine.complete(
      task, with: ran.outcome, startedAt: ran.startedAt, duration: now - ran.startedAt, draw: .random(in: 0...1),
      console: ran.console, notes: ran.notes)
    if !ran.notes.isEmpty { notes = machine.notes }
    switch completion {
    case .recorded(let run):
      gather(
        JournalEntry(
          position: task.position, kind: .finished, node: run.node, run: run.run, attempt: task.attempt,
          term: claimed.fence.term, recordedAt: now, payload: run.jsonBytes))
      if gatheredBytes >= Self.mostGatheredBytes || now - lastBarrier >= Self.longestGathering
        || claimsWithoutProgress > Self.claimsBeforeCaution
      {
        try await barrier(transition: .none)
      }
    case .suspended(let suspension, let attempt):
      gather(
        JournalEntry(
          position: task.position, kind: .suspended, node: task.node.name, run: task.run, attempt: attempt,
          term: claimed.fence.term, recordedAt: now, payload: suspension.bytes))
    case .retry(let wait):
      // Up to five seconds, in memory: a crash meanwhile begins the next attempt at once.
      try? await clock.sleep(for: wait)
    }
  }

  private mutating func gather(_ entry: JournalEntry) {
    gathered.append(entry)
    gatheredBytes += entry.payload.count
    recordedBytes += entry.payload.count + Self.recordOverhead
  }

  private mutating func finish(
    _ state: ExecutionState, _ error: NodeError?, lastNode: String?, deadLetter: DeadLetterReason? = nil
  ) async throws(PortError) {
    try await barrier(
      transition: .finish(
        state, error: error.map(\.asJSON.jsonBytes), lastNode: lastNode, at: clock.now, deadLetter: deadLetter),
      leaving: staticDataChange(with: state))
  }

  private mutating func timeOut() async throws(PortError) {
    let limit = plan.workflow.settings.executionTimeout ?? .zero
    try await finish(
      .canceled,
      NodeError(
        "The execution was stopped: it took longer than the \(limit / .seconds(1)) s of the workflow's setting "
          + "'executionTimeout'", name: "ExecutionTimeoutError"),
      lastNode: nil)
  }

  private mutating func barrier(
    transition: ExecutionTransition, leaving change: StaticDataChange? = nil
  ) async throws(PortError) {
    if try await !isWritten(transition, leaving: change) { hold.interrupt(.lost) }
  }

  /// Journals what was gathered; false when the fence has refused it, and nothing more may be written.
  private mutating func isWritten(
    _ transition: ExecutionTransition, leaving change: StaticDataChange? = nil
  ) async throws(PortError) -> Bool {
    let append = JournalAppend(
      execution: claimed.id, workspace: claimed.workspace, fence: claimed.fence, entries: gathered,
      transition: transition, staticData: change,
      wholeSince: claimed.fence.term == 1 && !hasWritten ? claimed.startedAt : nil)
    hasWritten = true
    let outcome = try await written(append)
    gathered.removeAll(keepingCapacity: true)
    gatheredBytes = 0
    lastBarrier = clock.now
    return outcome == .committed
  }
}

extension ExecutionRun {
  /// A store that is away or full is asked again while the execution is ours: nobody else would take it up meanwhile.
  private func patiently<Value>(_ body: () async throws(PortError) -> Value) async throws(PortError) -> Value {
    var wait: Duration = .milliseconds(100)
    while true {
      do throws(PortError) { return try await body() } catch {
        guard error.code == .unavailable || error.code == .full, hold.interruption == nil else { throw error }
        try? await clock.sleep(for: wait)
        wait = min(wait * 2, .seconds(2))
      }
    }
  }

  private func written(_ append: JournalAppend) async throws(PortError) -> JournalOutcome {
    do throws(PortError) {
      return try await patiently { () async throws(PortError) in
        if let accept = accept?.take() { return try await writer.write(append, behind: accept) }
        return try await writer.write(append, claiming: claim)
      }
    } catch {
      // Who wanted it accepted was told why it was not.
      guard hold.interruption == .lost else { throw error }
      return .fenced
    }
  }
}

extension NodeError {
  fileprivate static func stuck(at action: Action, claims: Int) -> NodeError {
    var node = "its next step"
    if case .run(let task) = action { node = "'\(task.node.name)'" }
    return NodeError(
      "The execution was taken up \(claims) times and never got past \(node)", name: "ExecutionCrashedError",
      description:
        "Each time the process that ran it ended before the step did. Look at what this node is given and at "
        + "the memory of the workers, then retry the execution.")
  }

  fileprivate static func tooLarge(_ node: Node, limit: Int) -> NodeError {
    NodeError(
      "With '\(node.name)' the data of the execution is larger than the \(limit >> 20) MiB that it may have",
      name: "ExecutionTooLargeError",
      description:
        "A loop may have no end, or its data may grow in each round. Split the work into several executions, "
        + "or raise JOBSPRINT_EXECUTION_MEGABYTES.")
  }

  fileprivate static func uncertain(_ node: Node) -> NodeError {
    NodeError(
      "The process stopped while '\(node.name)' was acting; whether it did is unknown",
      name: "UncertainEffectError",
      description: "Look at the system it acts on, then retry the execution from this node or from the start. "
        + "The node is set to stop rather than to repeat.")
  }
}

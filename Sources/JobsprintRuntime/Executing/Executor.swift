// Takes wake-ups up to its free slots, claims many executions in one statement, runs them, and shows by one heartbeat
// that it is alive for all that it holds (arrows 6 to 9).

public import JobsprintDomain
public import JobsprintPorts
public import Logging
import Synchronization

public final class Executor: Sendable {
  public let id: ExecutorID
  private let options: ExecutorOptions
  private let queue: any WakeUpQueue
  private let claims: any ExecutionClaims
  private let catalog: WorkflowCatalog
  private let variables: VariableCatalog
  private let credentials: CredentialDesk
  private let staticData: any StaticDataStore
  private let writer: JournalWriter
  private let limits: WorkspaceLimits
  private let runner: NodeRunner
  private let bus: any EventBus
  private let clock: any WallClock
  private let timers: TimerSignal
  private let log: Logger
  private let held: HeldExecutions
  private let patience: HoldPatience
  private let counts = Mutex(ExecutorMetrics())
  /// Executions whose nodes go on although they were cancelled long ago.
  private let stuck = Mutex<Set<ExecutionID>>([])

  /// As long as wake-ups are taken, a recoverer looks so often whether a line has to move up.
  private static let turn: Duration = .seconds(1)
  /// What was accepted longer ago has been waiting: it is claimed with others, and not begun by each who hears of it. A
  /// recoverer tells nobody of an execution again before 30 s.
  private static let freshness: Duration = .seconds(2)

  public init(
    id: ExecutorID, options: ExecutorOptions = ExecutorOptions(), queue: any WakeUpQueue, claims: any ExecutionClaims,
    catalog: WorkflowCatalog, variables: VariableCatalog, credentials: CredentialDesk,
    staticData: any StaticDataStore, writer: JournalWriter, limits: WorkspaceLimits, bus: any EventBus,
    evaluator: any ExpressionEvaluator, code: (any CodeRunner)? = nil, clock: any WallClock,
    timers: TimerSignal = TimerSignal(), log: Logger
  ) {
    self.id = id
    self.options = options
    self.queue = queue
    self.claims = claims
    self.catalog = catalog
    self.variables = variables
    self.credentials = credentials
    self.staticData = staticData
    self.writer = writer
    self.limits = limits
    self.bus = bus
    runner = NodeRunner(evaluator: evaluator, code: code, clock: clock)
    self.clock = clock
    self.timers = timers
    self.log = log
    held = HeldExecutions(slots: options.slots)
    patience = HoldPatience(writer: writer)
  }

  /// The first heartbeat: what has none could be taken over at once. Before ``run()``, and before anything is accepted.
  public func register() async throws(PortError) {
    _ = try await claims.beat(id, holding: [], at: clock.now)
  }

  /// Takes and runs executions until the task is cancelled, or until a node ignores its cancellation where the options
  /// say so; then drains.
  public func run() async {
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        group.addTask { await self.takeWakeUps() }
        group.addTask { await self.hearOfCancellations() }
        await keepBeating()
        held.drain()
        group.cancelAll()
      }
    } onCancel: {
      held.drain()
    }
    await waitUntilIdle()
  }

  /// An execution whose node ended this executor; nil where it has just been stopped.
  public var stuckExecution: ExecutionID? { options.leavesWhenStuck ? stuck.withLock(\.first) : nil }

  public var metrics: ExecutorMetrics {
    var metrics = counts.withLock { $0 }
    metrics.slots = options.slots
    metrics.running = held.count
    return metrics
  }

  // MARK: Executions that this process accepts

  /// A slot for an execution that is about to be accepted as claimed by this executor (see docs/decisions/0003).
  /// False where it may not take it, or none is free.
  func reserveSlot(for tag: WorkerTag?) -> Bool { options.tags.carries(tag) && held.reserve(upTo: 1) == 1 }

  /// Accepts an execution, and runs it in a slot that was reserved for it. It begins at once; that it was accepted is
  /// written with the first that it journals (docs/decisions/0017).
  /// - Parameter new: claimed by this executor.
  /// - Returns: with what it has ended, where that was committed with its accept.
  func accept(_ new: NewExecution, _ ready: ReadyExecution, _ trace: TraceContext?) async throws(PortError) -> (
    outcome: JournalOutcome, end: JournalAppend?
  ) {
    guard let hold = held.hold(new.id, isStored: false, trace: trace) else {
      throw PortError(.refused, "The execution \(new.id) is running already.")
    }
    let answer = await withCheckedContinuation { continuation in
      let accept = PendingAccept(new) { answer in
        if case .success(.committed) = answer.outcome { hold.store() } else { hold.interrupt(.lost) }
        continuation.resume(returning: answer)
      }
      counts.withLock { $0.started += 1 }
      hold.attach(
        Task {
          // Not before its turn has come: under load the line is long, and each is through it in a moment.
          self.patience.watch { accept.late() }
          await self.execute(ClaimedExecution(accepted: new, by: self.id), ready, hold, accept: accept)
          accept.take()?.answer(
            PendingAccept.Answer(outcome: .failure(PortError(.unavailable, "The process is stopping."))))
          self.held.drop(new.id)
        })
    }
    return (try answer.outcome.get(), answer.end)
  }

  /// Runs an execution in a slot that was reserved for it.
  private func start(_ claimed: ClaimedExecution, _ trace: TraceContext?) {
    guard let hold = held.hold(claimed.id, trace: trace) else {
      // Told twice, and begun before it was claimed: this is the claim of the run under way, with its fence.
      if claimed.fence.term == 1, held.store(claimed.id) { return }
      // Its first claim was lost without anybody here knowing it. The run under way finds its fence void; by the store
      // this process holds the execution, and nobody else would take it up.
      Task { await write(.handBack, for: claimed) }
      return
    }
    counts.withLock { $0.started += 1 }
    hold.attach(
      Task {
        await self.execute(claimed, nil, hold)
        self.held.drop(claimed.id)
      })
  }

  /// Runs an execution that nobody has held yet, before it is claimed, in a slot that was reserved for it.
  /// - Parameter settling: of its wake-up, when it is known who holds it.
  private func begin(_ claimed: ClaimedExecution, _ trace: TraceContext?, _ settling: BatchSettling) {
    guard let hold = held.hold(claimed.id, isStored: false, trace: trace) else {
      // Told twice: it is under way here.
      counts.withLock { $0.idleWakeUps += 1 }
      return settling.settle(.acknowledged)
    }
    counts.withLock { $0.started += 1 }
    let claim = PendingClaim(claimed, hold) { outcome in
      if outcome == .fenced { self.counts.withLock { $0.idleWakeUps += 1 } }
      settling.settle(outcome == nil ? .givenBack : .acknowledged)
    }
    hold.attach(
      Task {
        self.watch(claim)
        await self.execute(claimed, nil, hold, claim: claim)
        claim.leave()
        self.held.drop(claimed.id)
      })
  }

  private func watch(_ claim: PendingClaim) {
    patience.watch { claim.late(again: { self.watch(claim) }) }
  }

  // MARK: The loops

  private func takeWakeUps() async {
    while !Task.isCancelled {
      let slots = held.reserve(upTo: options.slots)
      guard slots > 0 else {
        await held.change()
        continue
      }
      // Slots stay free for accepted executions while there is nothing to take.
      held.release(slots - 1)
      let batch = await queue.receive(upTo: slots)
      let more = held.reserve(upTo: max(0, batch.wakeUps.count - 1))
      await take(batch, slots: 1 + more)
    }
  }

  /// Begins what has just been accepted, and claims what else is taken of a batch.
  private func take(_ batch: WakeUpBatch, slots: Int) async {
    guard !batch.wakeUps.isEmpty else { return held.release(slots) }
    let taken = batch.wakeUps.prefix(slots)
    let now = clock.now
    // Where something is taken from a line, the next in it may be due.
    timers.tell(now + Self.turn)
    var fresh: [(WakeUp, WakeUp.Start)] = []
    var others: [WakeUp] = []
    for wakeUp in taken {
      if let start = wakeUp.start, now - start.acceptedAt < Self.freshness, options.tags.carries(wakeUp.tag) {
        fresh.append((wakeUp, start))
      } else {
        others.append(wakeUp)
      }
    }
    let settling = BatchSettling(batch, parts: fresh.count + 1)
    for (wakeUp, start) in fresh {
      note(queueLag: now - start.acceptedAt)
      begin(ClaimedExecution(wakeUp, start, at: now, by: id), wakeUp.trace, settling)
    }
    let started = await claim(others)
    // What there was no slot for goes back into the queue; what doesn't get there stays in the store, for the recoverer.
    if batch.wakeUps.count > slots { try? await queue.publish(Array(batch.wakeUps.dropFirst(slots))) }
    settling.settle(started == nil ? .givenBack : .acknowledged)
    held.release(slots - fresh.count - (started ?? 0))
  }

  /// Claims wake-ups and starts what is claimed, in slots that were reserved for them.
  /// - Returns: how many were started; nil where the store could not be asked.
  private func claim(_ wanted: [WakeUp]) async -> Int? {
    guard !wanted.isEmpty else { return 0 }
    do {
      let claimed = try await claims.claim(
        wanted, for: id, carrying: options.tags, at: clock.now, leaseExpiry: clock.now - options.lease)
      let now = clock.now
      counts.withLock { $0.idleWakeUps += wanted.count - claimed.count }
      for execution in claimed where execution.fence.term == 1 { note(queueLag: now - execution.acceptedAt) }
      let traced = wanted.compactMap { wakeUp in wakeUp.trace.map { (wakeUp.execution, $0) } }
      let traces = Dictionary(traced) { first, _ in first }
      for execution in claimed { start(execution, traces[execution.id]) }
      return claimed.count
    } catch {
      log.warning("could not claim executions", metadata: ["error": "\(error)", "count": "\(wanted.count)"])
      try? await clock.sleep(for: .milliseconds(200))
      return nil
    }
  }

  private func note(queueLag lag: Duration) {
    counts.withLock { $0.queueLag.record(max(0, lag / .seconds(1))) }
  }

  /// Whoever cancels an execution has voided its fence; the next heartbeat would find that too.
  private func hearOfCancellations() async {
    for await id in bus.cancellations() where held.holds(id) {
      do {
        held.lose(try await claims.beat(self.id, holding: [id], at: clock.now), at: clock.now)
      } catch {
        log.warning("could not look after a cancellation", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Until the task is cancelled, or a node ends this executor.
  private func keepBeating() async {
    while !Task.isCancelled {
      do {
        let lost = try await claims.beat(id, holding: held.stored, at: clock.now)
        held.lose(lost, at: clock.now)
      } catch {
        log.warning("heartbeat failed", metadata: ["error": "\(error)"])
      }
      if lookForStuckNodes() { return }
      try? await clock.sleep(for: options.heartbeat)
    }
  }

  /// - Returns: whether one of them ends this executor.
  private func lookForStuckNodes() -> Bool {
    let found = Set(held.stuck(since: clock.now - options.cancelPatience))
    let new = stuck.withLock { stuck in
      defer { stuck = found }
      return found.subtracting(stuck)
    }
    for id in new {
      log.error(
        "a node goes on although its execution was canceled, taken over or out of time",
        metadata: ["execution": "\(id)", "for": "\(options.cancelPatience / .seconds(1)) s and more"])
    }
    guard options.leavesWhenStuck, !found.isEmpty else { return false }
    // Nobody waits for them: whoever takes them up behind this process ends those whose time is up.
    held.lose(Array(found), at: clock.now)
    return true
  }

  private func waitUntilIdle() async {
    // The stop itself is no reason to cancel this wait.
    await Task { [held, options, clock, claims, id] in
      let limit = Task {
        try await clock.sleep(for: options.grace)
        held.cancelAll()
      }
      while !held.isIdle { await held.change() }
      limit.cancel()
      try? await claims.retire([id])
    }.value
  }

  // MARK: One execution

  private func execute(
    _ claimed: ClaimedExecution, _ ready: ReadyExecution?, _ hold: HeldExecutions.Hold, accept: PendingAccept? = nil,
    claim: PendingClaim? = nil
  ) async {
    log.debug("an execution goes on", metadata: metadata(of: claimed, hold))
    do throws(PortError) {
      try await run(claimed, ready, hold, accept, claim)
    } catch {
      log.warning("could not journal", metadata: metadata(of: claimed, hold, error))
      // What the store refuses it would refuse again; everything else goes on with the next claim.
      if error.code == .refused {
        await giveUp(claimed, error, claim)
      } else {
        await write(.handBack, for: claimed, claim)
      }
    }
  }

  /// What a line of the log says of an execution.
  private func metadata(
    of claimed: ClaimedExecution, _ hold: HeldExecutions.Hold, _ error: PortError? = nil
  ) -> Logger.Metadata {
    var metadata: Logger.Metadata = ["execution": "\(claimed.id)", "term": "\(claimed.fence.term)"]
    if let trace = hold.trace { metadata["trace"] = "\(trace.trace)" }
    if let error { metadata["error"] = "\(error)" }
    return metadata
  }

  private func run(
    _ claimed: ClaimedExecution, _ known: ReadyExecution?, _ hold: HeldExecutions.Hold, _ accept: PendingAccept?,
    _ claim: PendingClaim?
  ) async throws(PortError) {
    let ready: ReadyExecution
    let values: JSONObject
    do throws(RuntimeError) {
      ready =
        if let known { known } else {
          try await patiently(hold) { () async throws(RuntimeError) in try await ReadyExecution(claimed, in: catalog) }
        }
      values = ready.plan.readsVariables ? try await currentVariables(claimed, hold) : [:]
    } catch {
      if let port = error.port { throw port }
      return await giveUp(claimed, error, claim)
    }
    // What began where it was accepted has no limit.
    let isLimited = known == nil ? (try? await limits.isLimited(claimed.workspace)) ?? false : false
    // It leaves its place to the next one. Where nobody knows of the limit, a recoverer looks a moment later.
    defer { if isLimited || ready.plan.workflow.settings.maxConcurrency != nil { timers.tell(clock.now) } }
    var run = ExecutionRun(
      claimed, ready, variables: values, runner: runner, credentials: credentials, staticData: staticData,
      writer: writer, accept: accept, claim: claim, clock: clock, timers: timers, hold: hold,
      mostBytes: options.mostBytes)
    try await run.run(ready.machine)
  }

  /// A store that is away is asked again while the execution is ours: nobody else would take up what this process
  /// holds.
  private func patiently<Value>(
    _ hold: HeldExecutions.Hold, _ read: () async throws(RuntimeError) -> Value
  ) async throws(RuntimeError) -> Value {
    while true {
      do throws(RuntimeError) { return try await read() } catch {
        guard error.port?.code == .unavailable, hold.interruption == nil else { throw error }
        try? await clock.sleep(for: .milliseconds(500))
      }
    }
  }

  private func currentVariables(
    _ claimed: ClaimedExecution, _ hold: HeldExecutions.Hold
  ) async throws(RuntimeError) -> JSONObject {
    try await patiently(hold) { () async throws(RuntimeError) in
      try await onStore { () async throws(PortError) in try await variables.values(in: claimed.workspace) }
    }
  }

  /// The execution can't be done at all: it ends, with the reason.
  private func giveUp(_ claimed: ClaimedExecution, _ reason: any Error, _ claim: PendingClaim?) async {
    let error = NodeError("The execution can't be done: \(reason)", name: "WorkflowOperationError")
    await write(
      .finish(.crashed, error: error.asJSON.jsonBytes, lastNode: nil, at: clock.now, deadLetter: .cannotRun),
      for: claimed, claim)
  }

  private func write(
    _ transition: ExecutionTransition, for claimed: ClaimedExecution, _ claim: PendingClaim? = nil
  ) async {
    let append = JournalAppend(
      execution: claimed.id, workspace: claimed.workspace, fence: claimed.fence, entries: [], transition: transition)
    do { _ = try await writer.write(append, claiming: claim) } catch {
      log.error("could not leave an execution", metadata: ["execution": "\(claimed.id)", "error": "\(error)"])
    }
  }
}

extension ClaimedExecution {
  /// What the accepting process holds once its accept is committed.
  fileprivate init(accepted new: NewExecution, by executor: ExecutorID) {
    self.init(
      id: new.id, workspace: new.workspace, workflow: new.workflow, version: new.version, mode: new.mode,
      lane: new.lane, acceptedAt: new.acceptedAt, startedAt: new.acceptedAt,
      fence: Fence(term: 1, executor: executor), input: new.input, entries: new.entries)
  }

  /// What the first executor of an execution will hold.
  fileprivate init(_ wakeUp: WakeUp, _ start: WakeUp.Start, at now: Timestamp, by executor: ExecutorID) {
    self.init(
      id: wakeUp.execution, workspace: wakeUp.workspace, workflow: start.workflow, version: start.version,
      mode: start.mode, lane: wakeUp.lane, acceptedAt: start.acceptedAt, startedAt: now,
      fence: Fence(term: 1, executor: executor), input: start.input, entries: [])
  }
}

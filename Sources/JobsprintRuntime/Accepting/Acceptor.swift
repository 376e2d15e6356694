// Accepts executions (arrows 1 to 4): checks, mints the id, has it journaled, and only then lets it be dispatched. What
// it answers with an id is durable.

public import JobsprintDomain
import JobsprintEngine
public import JobsprintPorts

public final class Acceptor: Sendable {
  private let catalog: WorkflowCatalog
  private let executions: any ExecutionStore
  private let writer: JournalWriter
  private let dispatcher: Dispatcher
  private let budget: DispatchBudget
  private let limits: WorkspaceLimits
  private let executor: Executor?
  private let bus: any EventBus
  private let endWatch: EndWatch?
  private let clock: any WallClock
  private let timers: TimerSignal
  private let ids: IdentifierSource

  /// - Parameters:
  ///   - executor: this process's own, which takes what it accepts itself while it has free slots.
  ///   - endWatch: finds ends of which no event came; nil where none gets lost.
  public init(
    catalog: WorkflowCatalog, executions: any ExecutionStore, writer: JournalWriter, dispatcher: Dispatcher,
    budget: DispatchBudget, limits: WorkspaceLimits, executor: Executor?, bus: any EventBus,
    endWatch: EndWatch? = nil, clock: any WallClock, timers: TimerSignal = TimerSignal(), ids: IdentifierSource
  ) {
    self.catalog = catalog
    self.executions = executions
    self.writer = writer
    self.dispatcher = dispatcher
    self.budget = budget
    self.limits = limits
    self.executor = executor
    self.bus = bus
    self.endWatch = endWatch
    self.clock = clock
    self.timers = timers
    self.ids = ids
  }

  /// - Parameter willWait: the caller is going to wait for the end.
  public func execute(
    _ command: ExecuteCommand, idempotency: IdempotencyRequest<AcceptedExecution>? = nil, willWait: Bool = false
  ) async throws(RuntimeError) -> Creation<AcceptedExecution> {
    let input = try ExecutionInput(command)
    let head = try await executable(command.workflow, in: command.workspace)
    let version = command.version ?? head.version
    let plan = try await catalog.plan(version, of: command.workflow, in: command.workspace)
    // Refuses now what could only fail later.
    let ready = ReadyExecution(plan: plan, machine: try plan.machine(for: input), isActive: head.isActive)
    let draft = Draft(
      workspace: command.workspace, workflow: command.workflow, version: version, mode: command.mode,
      lane: command.lane, input: ExecutionInput.bytes(for: command), ready: ready, trace: command.trace)
    return try await accept(draft, idempotency: idempotency, willWait: willWait)
  }

  /// Executes an ended execution's workflow again, as a new execution.
  public func retry(
    _ command: RetryCommand, idempotency: IdempotencyRequest<AcceptedExecution>? = nil, willWait: Bool = false
  ) async throws(RuntimeError) -> Creation<AcceptedExecution> {
    let original = try await onStore { () async throws(PortError) in
      try await executions.execution(command.execution, in: command.workspace)
    }
    guard let original else {
      throw RuntimeError(.executionNotFound, "There is no execution \(command.execution) in this workspace.")
    }
    guard original.state.isTerminal else {
      throw RuntimeError(
        .executionNotEnded,
        "The execution is \(original.state.rawValue); only an ended one can be retried. Stop it first.")
    }
    let head = try await executable(original.workflow, in: command.workspace)
    let version = command.usesNewestVersion ? head.version : original.version
    let plan = try await catalog.plan(version, of: original.workflow, in: command.workspace)
    var machine = try plan.machine(for: ExecutionInput(stored: original.input))
    let entries = command.from == .failedNode ? try await finishedRuns(of: original, in: &machine) : []
    let ready = ReadyExecution(plan: plan, machine: machine, isActive: head.isActive)
    var draft = Draft(
      workspace: command.workspace, workflow: original.workflow, version: version, mode: .retry, lane: original.lane,
      input: original.input, ready: ready, trace: command.trace)
    draft.retryOf = original.id
    draft.entries = entries
    return try await accept(draft, idempotency: idempotency, willWait: willWait)
  }

  /// Waits until the execution has ended or `wait` is over; whether it has ended.
  public func awaitEnd(
    of id: ExecutionID, in workspace: WorkspaceID, upTo wait: Duration
  ) async throws(RuntimeError) -> Bool {
    let events = bus.events(of: id)
    let record = try await onStore { () async throws(PortError) in try await executions.execution(id, in: workspace) }
    guard let record else { throw RuntimeError(.executionNotFound, "There is no execution \(id) in this workspace.") }
    return record.state.isTerminal ? true : await end(of: id, events, upTo: wait) != nil
  }

  /// Waits for an execution that was accepted with `willWait`.
  /// - Returns: what is stored of it when it has ended; nil when `wait` is over.
  public func end(
    of accepted: AcceptedExecution, in workspace: WorkspaceID, upTo wait: Duration
  ) async throws(RuntimeError) -> ExecutionDetails? {
    guard let awaited = accepted.awaited else { return nil }
    if let ended = awaited.ended { return ended }
    guard let end = await end(of: accepted.id, awaited.events, upTo: wait) else { return nil }
    if let append = end.append,
      let details = ExecutionDetails(awaited.new, endedBy: append, document: awaited.document)
    {
      return details
    }
    let details = try await onStore { () async throws(PortError) in
      try await executions.details(of: accepted.id, in: workspace)
    }
    guard let details else {
      throw RuntimeError(.executionNotFound, "There is no execution \(accepted.id) in this workspace.")
    }
    return details
  }

  // MARK: Accepting

  private func executable(
    _ workflow: WorkflowID, in workspace: WorkspaceID
  ) async throws(RuntimeError) -> WorkflowCatalog.Head {
    let head = try await catalog.head(of: workflow, in: workspace)
    guard !head.isArchived else {
      throw RuntimeError(.workflowArchived, "The workflow is archived. Unarchive it before you execute it.")
    }
    return head
  }

  private struct Draft {
    let workspace: WorkspaceID
    let workflow: WorkflowID
    let version: VersionID
    let mode: ExecutionMode
    let lane: Lane
    let input: [UInt8]
    let ready: ReadyExecution
    let trace: TraceContext?
    var entries: [JournalEntry] = []
    var retryOf: ExecutionID?
  }

  private func accept(
    _ draft: Draft, idempotency: IdempotencyRequest<AcceptedExecution>?, willWait: Bool
  ) async throws(RuntimeError) -> Creation<AcceptedExecution> {
    let id: ExecutionID = ids.next()
    var accepted = AcceptedExecution(
      id: id, workflow: draft.workflow, version: draft.version, acceptedAt: clock.now)
    let concurrency = draft.ready.plan.workflow.settings.maxConcurrency
    let tag = draft.ready.plan.workflow.settings.workerTag
    let isInLimitedWorkspace = try await onStore { () async throws(PortError) in
      try await limits.isLimited(draft.workspace)
    }
    let waitsForLimit = concurrency != nil || isInLimitedWorkspace
    let taker = waitsForLimit ? nil : executor.flatMap { $0.reserveSlot(for: tag) ? $0 : nil }
    let new = NewExecution(
      id: accepted.id, workspace: draft.workspace, workflow: draft.workflow, version: draft.version, mode: draft.mode,
      lane: draft.lane, tag: tag, acceptedAt: accepted.acceptedAt, input: draft.input, entries: draft.entries,
      retryOf: draft.retryOf, claimedBy: taker?.id,
      // Whoever waits would not hear of the end of one that is held; he has one on its way for each connection.
      isHeld: taker == nil && !waitsForLimit
        && !budget.take(DispatchLine(workspace: draft.workspace, lane: draft.lane, tag: tag)) && !willWait,
      concurrency: concurrency, isInLimitedWorkspace: isInLimitedWorkspace,
      idempotency: idempotency.map { $0.record(for: accepted, in: draft.workspace, at: accepted.acceptedAt) })
    if willWait {
      accepted.awaited = AwaitedExecution(new: new, document: draft.ready.plan.document, events: bus.events(of: id))
    }
    let outcome: JournalOutcome
    do throws(PortError) {
      if let taker {
        let end: JournalAppend?
        (outcome, end) = try await taker.accept(new, draft.ready, draft.trace)
        accepted.awaited?.ended = end.flatMap {
          ExecutionDetails(new, endedBy: $0, document: draft.ready.plan.document)
        }
      } else {
        outcome = try await writer.write(.accept(new))
      }
    } catch {
      throw RuntimeError(error)
    }
    if case .replayed(let kept) = outcome { return try kept.replay(for: idempotency?.fingerprint) }
    if new.dispatchedAt != nil {
      dispatcher.dispatch([
        WakeUp(
          execution: new.id, workspace: new.workspace, lane: new.lane, tag: new.tag,
          replyTo: willWait ? bus.replyAddress : nil, trace: draft.trace,
          start: dispatcher.isKeepingUp ? WakeUp.Start(of: new) : nil)
      ])
    }
    // Others have to make room for it; a recoverer knows whether there is some.
    if waitsForLimit { timers.tell(clock.now) }
    return .created(accepted)
  }

  /// That an execution has ended, and by what where that was told.
  private struct End: Sendable {
    var append: JournalAppend?
  }

  /// nil when `wait` is over.
  private func end(of id: ExecutionID, _ events: AsyncStream<ExecutionEvent>, upTo wait: Duration) async -> End? {
    await withTaskGroup(of: End?.self) { group in
      group.addTask {
        for await event in events where event.state.isTerminal { return End(append: event.end) }
        return nil
      }
      if let endWatch {
        group.addTask {
          await endWatch.end(of: id)
          return Task.isCancelled ? nil : End()
        }
      }
      group.addTask { [clock] in
        try? await clock.sleep(for: wait)
        return nil
      }
      let end = await group.next() ?? nil
      group.cancelAll()
      return end
    }
  }

  /// The runs of an ended execution that its retry takes over: all but a failed last one.
  private func finishedRuns(
    of original: ExecutionRecord, in machine: inout ExecutionStateMachine
  ) async throws(RuntimeError) -> [JournalEntry] {
    let journal = try await onStore { () async throws(PortError) in
      try await executions.journal(of: original.id, in: original.workspace)
    }
    var entries = journal.filter { $0.kind == .finished }
    if original.state == .error, !entries.isEmpty { entries.removeLast() }
    // What others have stored meanwhile must not be what it was then.
    do { entries = try entries.map { try $0.withoutStaticData() } } catch {
      throw RuntimeError(
        .workflowNotRunnable, "A record of the execution is unreadable: \(error). Retry it from the start.")
    }
    do { for entry in entries { try machine.replay(entry) } } catch {
      throw RuntimeError(
        .workflowNotRunnable,
        "The execution does not fit this version of the workflow: at node run \(error.position) \(error.message). "
          + "Retry it from the start, or with the version it had.")
    }
    return entries
  }
}

extension WakeUp.Start {
  /// nil where the store has more of it, or much.
  fileprivate init?(of new: NewExecution) {
    guard new.entries.isEmpty, new.input.count <= Self.mostInputBytes else { return nil }
    self.init(
      workflow: new.workflow, version: new.version, mode: new.mode, acceptedAt: new.acceptedAt, input: new.input)
  }
}

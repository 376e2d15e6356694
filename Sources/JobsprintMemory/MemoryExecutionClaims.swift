public import JobsprintDomain
public import JobsprintPorts

public struct MemoryExecutionClaims: ExecutionClaims {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func claim(
    _ wakeUps: [WakeUp], for executor: ExecutorID, carrying tags: WorkerTags, at now: Timestamp, leaseExpiry: Timestamp
  ) async throws(PortError) -> [ClaimedExecution] {
    store.withState { state in
      var seen: Set<ExecutionID> = []
      return wakeUps.map(\.execution).compactMap { id in
        guard seen.insert(id).inserted else { return nil }
        guard var execution = state.executions[id], state.isFree(execution, at: now, leaseExpiry: leaseExpiry),
          tags.carries(execution.accepted.tag), !(state.waitsForTurn(execution) && state.hasLimit(execution))
        else { return nil }
        execution.claim(for: executor, at: now)
        state.executions[id] = execution
        let accepted = execution.accepted
        return ClaimedExecution(
          id: id, workspace: accepted.workspace, workflow: accepted.workflow, version: accepted.version,
          mode: accepted.mode, lane: accepted.lane, acceptedAt: accepted.acceptedAt,
          startedAt: execution.startedAt ?? now,
          fence: Fence(term: execution.term, executor: executor), input: accepted.input, entries: execution.entries)
      }
    }
  }

  public func beat(
    _ executor: ExecutorID, holding: [ExecutionID], at now: Timestamp
  ) async throws(PortError) -> [ExecutionID] {
    store.withState { state in
      state.executors[executor] = now
      return holding.filter { state.executions[$0]?.state != .running || state.executions[$0]?.executor != executor }
    }
  }

  public func retire(_ executors: [ExecutorID]?) async throws(PortError) {
    store.withState { state in
      guard let executors else {
        state.executors = [:]
        for id in state.executions.keys { state.executions[id]?.dispatchedAt = nil }
        return
      }
      for executor in executors { state.executors[executor] = nil }
    }
  }

  public func recoverable(
    carrying tags: WorkerTags, at now: Timestamp, dispatchedBefore: Timestamp, leaseExpiry: Timestamp, lineLimit: Int,
    limit: Int
  ) async throws(PortError) -> [WakeUp] {
    store.withState { state in
      let free = state.executions.values.filter { state.isFree($0, at: now, leaseExpiry: leaseExpiry) }
        .sorted { $0.accepted.id < $1.accepted.id }
      let late = free.filter {
        tags.carries($0.accepted.tag) && !state.waitsForTurn($0)
          && $0.dispatchedAt.map { $0 < dispatchedBefore } ?? true
      }
      let onTheirWay = state.dispatched(since: dispatchedBefore)
      let waiting = Dictionary(grouping: free.filter(state.waitsForTurn)) { $0.accepted.concurrency == nil }
      let unlimited = (waiting[true] ?? []).filter { tags.carries($0.accepted.tag) }
      let (due, held) = (unlimited.filter { $0.state == .waiting }, unlimited.filter { $0.state == .new })
      let dispatchable = Dictionary(grouping: held, by: \.line)
        .map { line, held in Array(held.prefix(max(0, lineLimit - onTheirWay[line, default: 0]))) }
      let limited = Dictionary(grouping: waiting[false] ?? [], by: \.accepted.workflow)
        .map { workflow, held in
          let busy = state.busy(with: workflow)
          return held.enumerated().filter { $0.offset + busy < $0.element.accepted.concurrency ?? 0 }.map(\.element)
            .filter { tags.carries($0.accepted.tag) }
        }
      let waits = Dictionary(grouping: due, by: \.accepted.workspace).map(\.value)
      let lines = (dispatchable + limited + waits)
        .filter { !$0.isEmpty }.sorted { $0[0].accepted.id < $1[0].accepted.id }
      let next =
        late.prefix(max(0, limit))
        + lines.inTurns(upTo: max(0, limit - late.count), withRoom: state.rooms, by: \.accepted.workspace)
      for execution in next { state.executions[execution.accepted.id]?.dispatchedAt = now }
      return next.map(\.accepted).sorted { $0.id < $1.id }
        .map { WakeUp(execution: $0.id, workspace: $0.workspace, lane: $0.lane, tag: $0.tag) }
    }
  }

  public func backlog(since time: Timestamp, limit: Int) async throws(PortError) -> [DispatchLine: Int] {
    store.withState { state in
      let held = state.executions.values.filter {
        $0.state == .new && state.waitsForTurn($0) && $0.accepted.concurrency == nil
      }
      return Dictionary(grouping: held, by: \.line).mapValues { min($0.count, limit) }
        .merging(state.dispatched(since: time), uniquingKeysWith: +)
    }
  }

  public func nextDue(
    after time: Timestamp, carrying tags: WorkerTags, lease: Duration, turn: Duration
  ) async throws(PortError) -> Timestamp? {
    store.withState { state in
      let own = state.executions.values.filter { tags.carries($0.accepted.tag) }
      let waits = own.filter { $0.state == .waiting }.compactMap(\.waitUntil)
      let losses = state.executors.values.map { $0 + lease + .milliseconds(1) }
      let isWaited = own.contains {
        state.waitsForTurn($0) && ($0.state == .new || $0.waitUntil.map { $0 <= time } ?? true)
      }
      let turns = isWaited ? [time + turn] : []
      return (waits + losses + turns).filter { $0 > time }.min()
    }
  }
}

extension MemoryExecution {
  /// Running or on its way.
  fileprivate var isBusy: Bool { state == .running || !state.isTerminal && dispatchedAt != nil }

  fileprivate var line: DispatchLine {
    DispatchLine(workspace: accepted.workspace, lane: accepted.lane, tag: accepted.tag)
  }
}

extension MemoryState {
  /// Held, or waiting, as soon as its time has come, for a limit.
  fileprivate func waitsForTurn(_ execution: MemoryExecution) -> Bool {
    execution.dispatchedAt == nil && (execution.state == .new || execution.state == .waiting && hasLimit(execution))
  }

  fileprivate func hasLimit(_ execution: MemoryExecution) -> Bool {
    execution.accepted.concurrency != nil || workspaces[execution.accepted.workspace]?.maxConcurrency != nil
  }

  /// What the limits of workspaces leave over; of those that have one.
  fileprivate var rooms: [WorkspaceID: Int] {
    workspaces.compactMapValues { workspace in
      workspace.maxConcurrency.map { limit in
        max(0, limit - executions.values.count { $0.accepted.workspace == workspace.id && $0.isBusy })
      }
    }
  }

  /// Executions of a workflow that are running or on their way.
  fileprivate func busy(with workflow: WorkflowID) -> Int {
    executions.values.count { execution in
      execution.accepted.workflow == workflow && execution.accepted.concurrency != nil && execution.isBusy
    }
  }

  fileprivate func dispatched(since time: Timestamp) -> [DispatchLine: Int] {
    var counts: [DispatchLine: Int] = [:]
    for execution in executions.values where execution.state == .new && execution.accepted.concurrency == nil {
      if let dispatchedAt = execution.dispatchedAt, dispatchedAt >= time { counts[execution.line, default: 0] += 1 }
    }
    return counts
  }

  /// Nobody holds it, and it need not wait. Until a heartbeat is written for it, a holder counts as gone.
  fileprivate func isFree(_ execution: MemoryExecution, at now: Timestamp, leaseExpiry: Timestamp) -> Bool {
    switch execution.state {
    case .new: true
    case .waiting: execution.waitUntil.map { $0 <= now } ?? true
    case .running: execution.executor.flatMap { executors[$0] }.map { $0 < leaseExpiry } ?? true
    case .success, .error, .canceled, .crashed: false
    }
  }
}

public import JobsprintDomain
public import JobsprintPorts

public struct MemoryExecutionClaims: ExecutionClaims {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func claim(
    _ ids: [ExecutionID], for executor: ExecutorID, at now: Timestamp, leaseExpiry: Timestamp
  ) async throws(PortError) -> [ClaimedExecution] {
    store.withState { state in
      var seen: Set<ExecutionID> = []
      return ids.compactMap { id in
        guard seen.insert(id).inserted else { return nil }
        guard var execution = state.executions[id], state.isFree(execution, at: now, leaseExpiry: leaseExpiry) else {
          return nil
        }
        execution.state = .running
        execution.term += 1
        execution.executor = executor
        execution.startedAt = execution.startedAt ?? now
        execution.waitUntil = nil
        execution.dispatchedAt = nil
        state.executions[id] = execution
        let accepted = execution.accepted
        return ClaimedExecution(
          id: id, workspace: accepted.workspace, workflow: accepted.workflow, version: accepted.version,
          mode: accepted.mode, lane: accepted.lane, acceptedAt: accepted.acceptedAt,
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
    at now: Timestamp, dispatchedBefore: Timestamp, leaseExpiry: Timestamp, limit: Int
  ) async throws(PortError) -> [WakeUp] {
    store.withState { state in
      let free = state.executions.values.filter { execution in
        state.isFree(execution, at: now, leaseExpiry: leaseExpiry)
          && (execution.dispatchedAt.map { $0 < dispatchedBefore } ?? true)
      }
      let oldest = free.map(\.accepted)
        .sorted { ($0.acceptedAt, $0.id) < ($1.acceptedAt, $1.id) }.prefix(max(0, limit))
      for accepted in oldest { state.executions[accepted.id]?.dispatchedAt = now }
      return oldest.map { WakeUp(execution: $0.id, workspace: $0.workspace, lane: $0.lane) }
    }
  }

  public func nextDue(after time: Timestamp, lease: Duration) async throws(PortError) -> Timestamp? {
    store.withState { state in
      let waits = state.executions.values.filter { $0.state == .waiting }.compactMap(\.waitUntil)
      let losses = state.executors.values.map { $0 + lease + .milliseconds(1) }
      return (waits + losses).filter { $0 > time }.min()
    }
  }
}

extension MemoryState {
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

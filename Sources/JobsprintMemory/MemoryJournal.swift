import JobsprintDomain
public import JobsprintPorts

public struct MemoryJournal: Journal {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    try store.withState { state throws(PortError) in
      let changes = try Batch.changes(by: writes, to: state)
      state.executions.merge(changes.executions) { _, new in new }
      for letter in changes.letters {
        state.deadLetters[MemoryState.Key(workspace: letter.workspace, id: letter.execution)] = letter
      }
      for record in changes.kept { state.keep(record) }
      for (key, change) in changes.staticData where state.workflows[key] != nil {
        for datum in change.values { state.staticData[key, default: [:]][datum.slot] = datum.value }
      }
      return changes.outcomes
    }
  }
}

/// What a commit changes, all together or not at all.
private struct Changes {
  var executions: [ExecutionID: MemoryExecution] = [:]
  var letters: [DeadLetter] = []
  var kept: [IdempotencyRecord] = []
  var staticData: [(key: MemoryState.Key<WorkflowID>, change: StaticDataChange)] = []
  var outcomes: [JournalOutcome] = []
}

/// Works out the changes of one commit.
private struct Batch {
  let state: MemoryState
  var changes = Changes()

  /// The state must have no second reference when it is changed, or all of it would be copied: hence no batch is handed
  /// out.
  static func changes(by writes: [JournalWrite], to state: MemoryState) throws(PortError) -> Changes {
    var batch = Batch(state: state)
    for write in writes { try batch.perform(write) }
    return batch.changes
  }

  mutating func perform(_ write: JournalWrite) throws(PortError) {
    switch write {
    case .accept(let execution): changes.outcomes.append(try accept(execution))
    case .append(let append): changes.outcomes.append(try self.append(append))
    case .cancel(let cancellation): changes.outcomes.append(cancel(cancellation))
    }
  }

  private func execution(_ id: ExecutionID, in workspace: WorkspaceID) -> MemoryExecution? {
    guard let execution = changes.executions[id] ?? state.executions[id], execution.accepted.workspace == workspace
    else { return nil }
    return execution
  }

  private mutating func accept(_ new: NewExecution) throws(PortError) -> JournalOutcome {
    if let record = new.idempotency {
      let key = MemoryState.TextKey(record.key, in: record.workspace)
      if let used = state.used(record)
        ?? changes.kept.first(where: { MemoryState.TextKey($0.key, in: $0.workspace) == key })
      {
        return .replayed(used)
      }
      changes.kept.append(record)
    }
    guard changes.executions[new.id] == nil, state.executions[new.id] == nil else {
      throw PortError(.refused, "The execution \(new.id) has been accepted before.")
    }
    var execution = MemoryExecution(new)
    for entry in new.entries { try execution.insert(entry) }
    changes.executions[new.id] = execution
    return .committed
  }

  private mutating func append(_ append: JournalAppend) throws(PortError) -> JournalOutcome {
    guard var execution = execution(append.execution, in: append.workspace) else { return .fenced }
    if let time = append.claimedAt, execution.state == .new, execution.term == 0 {
      execution.claim(for: append.fence.executor, at: time)
    }
    guard execution.state == .running, execution.term == append.fence.term,
      execution.executor == append.fence.executor
    else { return .fenced }
    for entry in append.entries { try execution.insert(entry) }
    switch append.transition {
    case .none: break
    case .wait(let until):
      execution.state = .waiting
      execution.executor = nil
      execution.waitUntil = until
      execution.dispatchedAt = nil
    case .handBack:
      execution.state = .new
      execution.executor = nil
      execution.dispatchedAt = nil
    case .finish(let state, let error, let lastNode, let time, let reason):
      guard state.isTerminal else {
        throw PortError(.refused, "An execution can't end as '\(state.rawValue)'. End it with a terminal state.")
      }
      execution.state = state
      execution.executor = nil
      execution.error = error
      execution.lastNode = lastNode
      execution.finishedAt = time
      if let change = append.staticData {
        changes.staticData.append((MemoryState.Key(workspace: append.workspace, id: change.workflow), change))
      }
      if let reason {
        changes.letters.append(
          DeadLetter(
            execution: append.execution, workspace: append.workspace, workflow: execution.accepted.workflow,
            version: execution.accepted.version, reason: reason, error: error, lastNode: lastNode, diedAt: time))
      }
    }
    changes.executions[append.execution] = execution
    return .committed
  }

  private mutating func cancel(_ cancellation: Cancellation) -> JournalOutcome {
    guard var execution = execution(cancellation.execution, in: cancellation.workspace) else { return .notFound }
    guard !execution.state.isTerminal else { return .alreadyEnded(execution.state) }
    execution.state = .canceled
    execution.term += 1
    execution.executor = nil
    execution.waitUntil = nil
    execution.finishedAt = cancellation.at
    execution.error = cancellation.error
    changes.executions[cancellation.execution] = execution
    return .committed
  }
}

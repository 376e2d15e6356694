public import JobsprintDomain
public import JobsprintPorts

public struct MemoryExecutionStore: ExecutionStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func execution(_ id: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> ExecutionRecord? {
    store.withState { state in state.execution(id, in: workspace)?.record }
  }

  public func executions(
    matching filter: ExecutionFilter, in workspace: WorkspaceID, page: PageRequest<ExecutionID>
  ) async throws(PortError) -> Page<ExecutionRecord> {
    store.withState { state in
      let matching = state.executions.values.map(\.record).filter { $0.workspace == workspace && filter.matches($0) }
      return Page(newestFirst: matching, of: page, key: \.id) {
        $0.input.count + ($0.error?.count ?? 0)
      }
    }
  }

  public func details(of id: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> ExecutionDetails? {
    store.withState { state in
      guard let execution = state.execution(id, in: workspace) else { return nil }
      return ExecutionDetails(
        record: execution.record, journal: execution.entries,
        document: state.versions[.init(workspace: workspace, id: execution.accepted.version)]?.document)
    }
  }

  public func ended(among ids: [ExecutionID]) async throws(PortError) -> [ExecutionID] {
    store.withState { state in ids.filter { state.executions[$0]?.state.isTerminal ?? false } }
  }

  public func tags(of id: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> [Tag]? {
    store.withState { state in
      state.execution(id, in: workspace).map { _ in state.tags(state.executionTags[id] ?? [], in: workspace) }
    }
  }

  public func setTags(
    _ tags: [TagID], of id: ExecutionID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> [Tag]? {
    try store.withState { state throws(PortError) in
      guard state.execution(id, in: workspace) != nil,
        tags.allSatisfy({ state.tags[MemoryState.Key(workspace: workspace, id: $0)] != nil })
      else { return nil }
      try state.note(record)
      state.executionTags[id] = Set(tags)
      return state.tags(Set(tags), in: workspace)
    }
  }

  public func delete(
    _ id: ExecutionID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> ExecutionRecord? {
    try store.withState { state throws(PortError) in
      guard let execution = state.execution(id, in: workspace), execution.state.isTerminal else { return nil }
      try state.note(record)
      state.executions[id] = nil
      state.executionTags[id] = nil
      state.deadLetters[MemoryState.Key(workspace: workspace, id: id)] = nil
      return execution.record
    }
  }
}

extension MemoryState {
  fileprivate func execution(_ id: ExecutionID, in workspace: WorkspaceID) -> MemoryExecution? {
    guard let execution = executions[id], execution.accepted.workspace == workspace else { return nil }
    return execution
  }
}

extension ExecutionFilter {
  fileprivate func matches(_ record: ExecutionRecord) -> Bool {
    (states.isEmpty || states.contains(record.state))
      && (workflow.map { $0 == record.workflow } ?? true)
      && (acceptedAfter.map { record.acceptedAt > $0 } ?? true)
      && (acceptedBefore.map { record.acceptedAt < $0 } ?? true)
  }
}

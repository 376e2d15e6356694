public import JobsprintDomain
public import JobsprintPorts

public struct MemoryWorkspaceStore: WorkspaceStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func create(
    _ workspace: Workspace, firstKey: APIKeyRecord, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome {
    try store.withState { state throws(PortError) in
      if let used = state.used(record.idempotency) { return .replayed(used) }
      guard state.workspace(named: workspace.name) == nil else { return .nameTaken }
      guard state.workspaces[workspace.id] == nil, state.apiKeys[firstKey.hash] == nil else {
        throw PortError(.refused, "The workspace \(workspace.id) or its key exists.")
      }
      try state.refuseDuplicate(of: firstKey.id)
      try state.note(record)
      state.workspaces[workspace.id] = workspace
      state.apiKeys[firstKey.hash] = firstKey
      return .created
    }
  }

  public func workspace(_ id: WorkspaceID) async throws(PortError) -> Workspace? {
    store.withState { state in state.workspaces[id] }
  }

  public func update(
    _ id: WorkspaceID, with change: WorkspaceChange, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<Workspace> {
    try store.withState { state throws(PortError) in
      guard var workspace = state.workspaces[id] else { return .notFound }
      if let name = change.name, let holder = state.workspace(named: name), holder != id { return .nameTaken }
      try state.note(record)
      workspace.name = change.name ?? workspace.name
      if let retention = change.retention { workspace.retentionDays = retention.days }
      if let concurrency = change.concurrency { workspace.maxConcurrency = concurrency.limit }
      workspace.updatedAt = time
      state.workspaces[id] = workspace
      return .updated(workspace)
    }
  }

  public func limitedWorkspaces() async throws(PortError) -> Set<WorkspaceID> {
    store.withState { state in Set(state.workspaces.values.filter { $0.maxConcurrency != nil }.map(\.id)) }
  }

  public func workspaces(page: PageRequest<WorkspaceID>) async throws(PortError) -> Page<Workspace> {
    store.withState { state in
      Page(state.workspaces.values.sorted { $0.id < $1.id }, of: page, key: \.id, isBehind: >)
    }
  }
}

extension MemoryState {
  fileprivate func workspace(named name: String) -> WorkspaceID? {
    workspaces.values.first { $0.name.utf8.elementsEqual(name.utf8) }?.id
  }
}

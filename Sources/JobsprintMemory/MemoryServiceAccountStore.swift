public import JobsprintDomain
public import JobsprintPorts

public struct MemoryServiceAccountStore: ServiceAccountStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func create(
    _ account: ServiceAccount, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome {
    try store.withState { state throws(PortError) in
      if let used = state.used(record.idempotency) { return .replayed(used) }
      guard state.serviceAccount(named: account.name, in: account.workspace) == nil else { return .nameTaken }
      try state.note(record)
      state.serviceAccounts[MemoryState.Key(workspace: account.workspace, id: account.id)] = account
      return .created
    }
  }

  public func account(_ id: UserID, in workspace: WorkspaceID) async throws(PortError) -> ServiceAccount? {
    store.withState { state in state.serviceAccounts[MemoryState.Key(workspace: workspace, id: id)] }
  }

  public func accounts(
    in workspace: WorkspaceID, page: PageRequest<UserID>
  ) async throws(PortError) -> Page<ServiceAccount> {
    store.withState { state in
      let accounts = state.serviceAccounts.values.filter { $0.workspace == workspace }.sorted { $0.id < $1.id }
      return Page(accounts, of: page, key: \.id, isBehind: >)
    }
  }

  public func update(
    _ id: UserID, in workspace: WorkspaceID, name: String?, role: Role?, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<ServiceAccount> {
    try store.withState { state throws(PortError) in
      let place = MemoryState.Key(workspace: workspace, id: id)
      guard var account = state.serviceAccounts[place] else { return .notFound }
      account.name = name ?? account.name
      account.role = role ?? account.role
      account.updatedAt = time
      if let holder = state.serviceAccount(named: account.name, in: workspace), holder != id { return .nameTaken }
      try state.note(record)
      state.serviceAccounts[place] = account
      return .updated(account)
    }
  }

  public func delete(
    _ id: UserID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> ServiceAccount? {
    try store.withState { state throws(PortError) in
      let place = MemoryState.Key(workspace: workspace, id: id)
      guard let account = state.serviceAccounts[place] else { return nil }
      try state.note(record)
      for key in state.apiKeys.values where key.workspace == workspace && key.owner == id {
        state.apiKeys[key.hash] = nil
        state.deletedAPIKeys.insert(key.hash)
      }
      state.serviceAccounts[place] = nil
      return account
    }
  }
}

extension MemoryState {
  fileprivate func serviceAccount(named name: String, in workspace: WorkspaceID) -> UserID? {
    let wanted = TextKey(name, in: workspace)
    return serviceAccounts.values.first { TextKey($0.name, in: $0.workspace) == wanted }?.id
  }
}

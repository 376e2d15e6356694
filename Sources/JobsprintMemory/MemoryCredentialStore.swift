public import JobsprintDomain
public import JobsprintPorts

public struct MemoryCredentialStore: CredentialStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func create(
    _ credential: StoredCredential, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome {
    try store.withState { state throws(PortError) in
      if let used = state.used(record.idempotency) { return .replayed(used) }
      try state.note(record)
      state.credentials[MemoryState.Key(workspace: credential.workspace, id: credential.id)] = credential
      return .created
    }
  }

  public func credential(
    _ id: CredentialID, in workspace: WorkspaceID
  ) async throws(PortError) -> StoredCredential? {
    store.withState { $0.credentials[MemoryState.Key(workspace: workspace, id: id)] }
  }

  public func credentials(
    named name: String, type: String, in workspace: WorkspaceID, limit: Int
  ) async throws(PortError) -> [StoredCredential] {
    let wanted = MemoryState.TextKey(name, in: workspace)
    return store.withState { state in
      let found = state.credentials.values.filter {
        MemoryState.TextKey($0.name, in: $0.workspace) == wanted && $0.type == type
      }
      return Array(found.sorted { $0.id < $1.id }.prefix(limit))
    }
  }

  public func update(
    _ credential: StoredCredential, ifSecrets secrets: SealedSecrets, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredCredential> {
    try store.withState { state throws(PortError) in
      let place = MemoryState.Key(workspace: credential.workspace, id: credential.id)
      guard let known = state.credentials[place] else { return .notFound }
      guard known.secrets == secrets else { return .changed(known) }
      try state.note(record)
      state.credentials[place] = credential
      return .updated(credential)
    }
  }

  public func delete(
    _ id: CredentialID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> StoredCredential? {
    try store.withState { state throws(PortError) in
      let place = MemoryState.Key(workspace: workspace, id: id)
      guard let credential = state.credentials[place] else { return nil }
      try state.note(record)
      state.credentials[place] = nil
      return credential
    }
  }

  public func credentials(
    in workspace: WorkspaceID, page: PageRequest<CredentialID>
  ) async throws(PortError) -> Page<StoredCredential> {
    store.withState { state in
      let all = state.credentials.values.filter { $0.workspace == workspace }.sorted { $0.id < $1.id }
      return Page(all, of: page, key: \.id, isBehind: >)
    }
  }
}

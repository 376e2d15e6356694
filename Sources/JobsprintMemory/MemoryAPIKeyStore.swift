public import JobsprintDomain
public import JobsprintPorts

public struct MemoryAPIKeyStore: APIKeyStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func key(withHash hash: [UInt8]) async throws(PortError) -> APIKeyRecord? {
    store.withState { state in state.apiKeys[hash] }
  }

  public func insert(_ key: APIKeyRecord, recording record: ChangeRecord) async throws(PortError) -> CreateOutcome {
    try store.withState { state throws(PortError) in
      if let used = state.used(record.idempotency) { return .replayed(used) }
      guard state.apiKeys[key.hash] == nil, !state.deletedAPIKeys.contains(key.hash) else { return .nameTaken }
      try state.refuseDuplicate(of: key.id)
      try state.note(record)
      state.apiKeys[key.hash] = key
      return .created
    }
  }

  public func keys(
    in workspace: WorkspaceID, page: PageRequest<APIKeyID>
  ) async throws(PortError) -> Page<APIKeyRecord> {
    store.withState { state in
      let keys = state.apiKeys.values.filter { $0.workspace == workspace }.sorted { $0.id < $1.id }
      return Page(keys, of: page, key: \.id, isBehind: >)
    }
  }

  public func delete(
    _ id: APIKeyID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> APIKeyRecord? {
    try store.withState { state throws(PortError) in
      guard let key = state.apiKeys.values.first(where: { $0.id == id && $0.workspace == workspace }) else {
        return nil
      }
      try state.note(record)
      state.apiKeys[key.hash] = nil
      state.deletedAPIKeys.insert(key.hash)
      return key
    }
  }

  public func hasAny() async throws(PortError) -> Bool { store.withState { state in !state.apiKeys.isEmpty } }
}

extension MemoryState {
  func refuseDuplicate(of key: APIKeyID) throws(PortError) {
    guard !apiKeys.values.contains(where: { $0.id == key }) else {
      throw PortError(.refused, "The API key \(key) exists.")
    }
  }
}

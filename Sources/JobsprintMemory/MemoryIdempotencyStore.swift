public import JobsprintDomain
public import JobsprintPorts

public struct MemoryIdempotencyStore: IdempotencyStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func keep(_ record: IdempotencyRecord) async throws(PortError) -> IdempotencyRecord? {
    store.withState { state in
      if let used = state.used(record) { return used }
      state.keep(record)
      return nil
    }
  }

  public func record(of key: String, in workspace: WorkspaceID) async throws(PortError) -> IdempotencyRecord? {
    store.withState { state in state.idempotency[MemoryState.TextKey(key, in: workspace)] }
  }

  public func forget(before time: Timestamp, limit: Int) async throws(PortError) -> Int {
    store.withState { state in
      let old = state.idempotency.filter { $0.value.createdAt < time }
        .sorted { $0.value.createdAt < $1.value.createdAt }.prefix(max(0, limit))
      for (key, _) in old { state.idempotency[key] = nil }
      return old.count
    }
  }
}

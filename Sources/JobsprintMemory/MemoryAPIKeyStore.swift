public import JobsprintPorts

public struct MemoryAPIKeyStore: APIKeyStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func key(withHash hash: [UInt8]) async throws(PortError) -> APIKeyRecord? {
    store.withState { state in state.apiKeys[hash] }
  }

  public func insert(_ key: APIKeyRecord) async throws(PortError) {
    store.withState { state in if state.apiKeys[key.hash] == nil { state.apiKeys[key.hash] = key } }
  }

  public func hasAny() async throws(PortError) -> Bool { store.withState { state in !state.apiKeys.isEmpty } }
}

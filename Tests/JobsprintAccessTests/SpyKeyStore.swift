import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import Synchronization

/// Keys in memory, with a note of what was asked and what was stored.
final class SpyKeyStore: APIKeyStore {
  private let keys: MemoryAPIKeyStore
  let audit: MemoryAuditLog
  private let interlude = Mutex<(@Sendable () async -> Void)?>(nil)
  private let notes = Mutex<(lookups: Int, inserted: [APIKeyRecord])>((0, []))

  init() {
    let store = MemoryStore()
    keys = MemoryAPIKeyStore(store)
    audit = MemoryAuditLog(store)
  }

  /// Done once, between the next lookup and its answer.
  func whileLookingUp(_ body: @escaping @Sendable () async -> Void) { interlude.withLock { $0 = body } }

  var lookups: Int { notes.withLock { $0.lookups } }
  var inserted: [APIKeyRecord] { notes.withLock { $0.inserted } }

  func key(withHash hash: [UInt8]) async throws(PortError) -> APIKeyRecord? {
    notes.withLock { $0.lookups += 1 }
    let found = try await keys.key(withHash: hash)
    let interlude = interlude.withLock { interlude in
      defer { interlude = nil }
      return interlude
    }
    await interlude?()
    return found
  }

  func insert(_ key: APIKeyRecord, recording record: ChangeRecord) async throws(PortError) -> CreateOutcome {
    notes.withLock { $0.inserted.append(key) }
    return try await keys.insert(key, recording: record)
  }

  func keys(in workspace: WorkspaceID, page: PageRequest<APIKeyID>) async throws(PortError) -> Page<APIKeyRecord> {
    try await keys.keys(in: workspace, page: page)
  }

  func delete(
    _ id: APIKeyID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> APIKeyRecord? {
    try await keys.delete(id, in: workspace, recording: record)
  }

  func hasAny() async throws(PortError) -> Bool { try await keys.hasAny() }
}

/// Keys out of reach; its words are those of a careless database, which repeats what it was given.
struct BrokenKeyStore: APIKeyStore {
  func key(withHash hash: [UInt8]) async throws(PortError) -> APIKeyRecord? { throw failure("\(hash)") }
  func insert(_ key: APIKeyRecord, recording record: ChangeRecord) async throws(PortError) -> CreateOutcome {
    throw failure("\(key)")
  }
  func keys(in workspace: WorkspaceID, page: PageRequest<APIKeyID>) async throws(PortError) -> Page<APIKeyRecord> {
    throw failure("")
  }
  func delete(
    _ id: APIKeyID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> APIKeyRecord? { throw failure("") }
  func hasAny() async throws(PortError) -> Bool { throw failure("") }

  private func failure(_ given: String) -> PortError {
    PortError(.unavailable, "the store is out of reach", underlying: given)
  }
}

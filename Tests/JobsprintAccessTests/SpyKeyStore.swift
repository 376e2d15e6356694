import JobsprintMemory
import JobsprintPorts
import Synchronization

/// Keys in memory, with a note of what was asked and what was stored.
final class SpyKeyStore: APIKeyStore {
  private let keys = MemoryAPIKeyStore(MemoryStore())
  private let notes = Mutex<(lookups: Int, inserted: [APIKeyRecord])>((0, []))

  var lookups: Int { notes.withLock { $0.lookups } }
  var inserted: [APIKeyRecord] { notes.withLock { $0.inserted } }

  func key(withHash hash: [UInt8]) async throws(PortError) -> APIKeyRecord? {
    notes.withLock { $0.lookups += 1 }
    return try await keys.key(withHash: hash)
  }

  func insert(_ key: APIKeyRecord) async throws(PortError) {
    notes.withLock { $0.inserted.append(key) }
    try await keys.insert(key)
  }

  func hasAny() async throws(PortError) -> Bool { try await keys.hasAny() }
}

/// Keys out of reach; its words are those of a careless database, which repeats what it was given.
struct BrokenKeyStore: APIKeyStore {
  func key(withHash hash: [UInt8]) async throws(PortError) -> APIKeyRecord? { throw failure("\(hash)") }
  func insert(_ key: APIKeyRecord) async throws(PortError) { throw failure("\(key)") }
  func hasAny() async throws(PortError) -> Bool { throw failure("") }

  private func failure(_ given: String) -> PortError {
    PortError(.unavailable, "the store is out of reach", underlying: given)
  }
}

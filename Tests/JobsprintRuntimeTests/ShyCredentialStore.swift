import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import Synchronization

/// A store that is away for so many reads.
final class ShyCredentialStore: CredentialStore {
  private let store: MemoryCredentialStore
  private let away = Mutex(0)

  init(_ store: MemoryCredentialStore) { self.store = store }

  var readsAway: Int {
    get { away.withLock { $0 } }
    set { away.withLock { $0 = newValue } }
  }

  func credential(_ id: CredentialID, in workspace: WorkspaceID) async throws(PortError) -> StoredCredential? {
    let isAway = away.withLock { away in
      guard away > 0 else { return false }
      away -= 1
      return true
    }
    if isAway { throw PortError(.unavailable, "away") }
    return try await store.credential(id, in: workspace)
  }

  func create(
    _ credential: StoredCredential, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome { try await store.create(credential, recording: record) }

  func credentials(
    named name: String, type: String, in workspace: WorkspaceID, limit: Int
  ) async throws(PortError) -> [StoredCredential] {
    try await store.credentials(named: name, type: type, in: workspace, limit: limit)
  }

  func update(
    _ credential: StoredCredential, ifSecrets secrets: SealedSecrets, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredCredential> {
    try await store.update(credential, ifSecrets: secrets, recording: record)
  }

  func delete(
    _ id: CredentialID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> StoredCredential? { try await store.delete(id, in: workspace, recording: record) }

  func credentials(
    in workspace: WorkspaceID, page: PageRequest<CredentialID>
  ) async throws(PortError) -> Page<StoredCredential> { try await store.credentials(in: workspace, page: page) }
}

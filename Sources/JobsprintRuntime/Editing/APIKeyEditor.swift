public import JobsprintDomain
public import JobsprintPorts

/// Makes and deletes the API keys of a workspace. It never sees a key itself, only its hash.
public struct APIKeyEditor: Sendable {
  private let store: any APIKeyStore
  private let clock: any WallClock
  private let ids: IdentifierSource
  private let note: ChangeNote
  private let onDelete: @Sendable () async -> Void

  /// - Parameter onDelete: called when a key is gone, before its deletion is answered.
  public init(
    store: any APIKeyStore, clock: any WallClock, ids: IdentifierSource,
    onDelete: @escaping @Sendable () async -> Void
  ) {
    self.store = store
    self.clock = clock
    self.ids = ids
    self.onDelete = onDelete
    note = ChangeNote(clock: clock, ids: ids)
  }

  /// - Parameter owner: the member who makes it; nil: it stands for itself.
  public func create(
    label: String, hash: [UInt8], scopes: Set<Scope>, expiresAt: Timestamp?, owner: UserID? = nil, by caller: Caller,
    idempotency: IdempotencyRequest<APIKeyRecord>? = nil
  ) async throws(RuntimeError) -> Creation<APIKeyRecord> {
    let now = clock.now
    let key = APIKeyRecord(
      id: ids.next(), workspace: caller.workspace, label: label, hash: hash, scopes: scopes, expiresAt: expiresAt,
      createdAt: now, owner: owner)
    let record = note.record(
      .apiKeyCreated, of: key.id, by: caller,
      ["label": .string(label), "scopes": .array(scopes.map(\.rawValue).sorted().map { .string($0) })],
      idempotency: idempotency.map { $0.record(for: key, in: caller.workspace, at: now) })
    switch try await onStore({ () async throws(PortError) in try await store.insert(key, recording: record) }) {
    case .created: return .created(key)
    case .replayed(let kept): return try kept.replay(for: idempotency?.fingerprint)
    case .nameTaken: throw RuntimeError(.nameTaken, "This very key exists.")
    }
  }

  /// Requests that come with the key from here on are refused; those under way go on.
  public func delete(_ id: APIKeyID, by caller: Caller) async throws(RuntimeError) -> APIKeyRecord {
    let record = note.record(.apiKeyDeleted, of: id, by: caller)
    let removed = try await onStore { () async throws(PortError) in
      try await store.delete(id, in: caller.workspace, recording: record)
    }
    guard let removed else { throw RuntimeError(.apiKeyNotFound, "There is no API key \(id) in this workspace.") }
    await onDelete()
    return removed
  }
}

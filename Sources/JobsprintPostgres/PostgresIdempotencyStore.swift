public import JobsprintDomain
public import JobsprintPorts

public struct PostgresIdempotencyStore: IdempotencyStore {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func record(of key: String, in workspace: WorkspaceID) async throws(PortError) -> IdempotencyRecord? {
    try await storage.read(FindIdempotencyKey(workspace: workspace, key: key), in: [workspace]).first
  }

  public func forget(before time: Timestamp, limit: Int) async throws(PortError) -> Int {
    try await storage.write(ForgetIdempotencyKeys(time: time, limit: max(0, limit)), as: .keeper).count
  }
}

extension StorageTransaction {
  /// Writes what a change leaves beside itself. Where the key was used before, it abandons the transaction with what
  /// `replayed` makes of the record that was kept.
  func note<Value: Sendable>(_ record: ChangeRecord, replayed: (IdempotencyRecord) -> Value) async throws {
    if let idempotency = record.idempotency, try await run(InsertIdempotencyKey(record: idempotency)) == 0 {
      // Gone again: it was forgotten just now, and the request is to be sent again.
      guard
        let kept = try await first(FindIdempotencyKey(workspace: idempotency.workspace, key: idempotency.key))
      else { throw PortError(.unavailable, "The idempotency key has just run out. Send the request again.") }
      try abandon(with: replayed(kept))
    }
    try await run(InsertAuditEntry(entry: record.audit))
  }

  func note(_ record: ChangeRecord) async throws { try await run(InsertAuditEntry(entry: record.audit)) }
}

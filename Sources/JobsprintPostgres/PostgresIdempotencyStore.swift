public import JobsprintDomain
public import JobsprintPorts

public struct PostgresIdempotencyStore: IdempotencyStore {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func keep(_ record: IdempotencyRecord) async throws(PortError) -> IdempotencyRecord? {
    try await storage.write(in: [record.workspace]) { transaction -> IdempotencyRecord? in
      try await transaction.keep(record)
    }
  }

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
    if let idempotency = record.idempotency, let kept = try await keep(idempotency) {
      try abandon(with: replayed(kept))
    }
    try await run(InsertAuditEntry(entry: record.audit))
  }

  /// - Returns: what was kept for the key before; then nothing is stored.
  fileprivate func keep(_ record: IdempotencyRecord) async throws -> IdempotencyRecord? {
    guard try await run(InsertIdempotencyKey(record: record)) == 0 else { return nil }
    // Gone again: it was forgotten just now, and the request is to be sent again.
    guard let kept = try await first(FindIdempotencyKey(workspace: record.workspace, key: record.key)) else {
      throw PortError(.unavailable, "The idempotency key has just run out. Send the request again.")
    }
    return kept
  }

  func note(_ record: ChangeRecord) async throws { try await run(InsertAuditEntry(entry: record.audit)) }
}

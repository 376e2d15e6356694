public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteAuditLog: AuditLog {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func write(_ entry: AuditEntry) async throws(PortError) {
    try await database.write { try $0.note(ChangeRecord(entry)) }
  }

  public func entries(
    matching filter: AuditFilter, in workspace: WorkspaceID, page: PageRequest<AuditEntryID>
  ) async throws(PortError) -> Page<AuditRecord> {
    try await database.read { connection in
      try connection.page(ListAuditEntries(filter: filter, workspace: workspace, page: page), of: page) {
        $0.entry.details.count
      }
    }
  }

  public func unsealed(limit: Int) async throws(PortError) -> [AuditEntry] {
    try await database.read { try $0.all(ListUnsealed(limit: max(0, limit))) }
  }

  public func head(of workspace: WorkspaceID) async throws(PortError) -> AuditSeal? {
    try await database.read { try $0.head(of: workspace) }
  }

  public func seal(
    _ seals: [(entry: AuditEntryID, seal: AuditSeal)], after head: AuditSeal?, in workspace: WorkspaceID
  ) async throws(PortError) -> Bool {
    try await database.write { connection in
      guard try connection.head(of: workspace) == head else { return false }
      for seal in seals where try connection.first(IsUnsealed(entry: seal.entry, workspace: workspace)) == nil {
        return false
      }
      for seal in seals { try connection.run(SealEntry(entry: seal.entry, seal: seal.seal, workspace: workspace)) }
      return true
    }
  }

  public func chain(
    after sequence: Int, in workspace: WorkspaceID, limit: Int
  ) async throws(PortError) -> [AuditRecord] {
    try await database.read {
      try $0.all(ListChain(workspace: workspace, sequence: sequence, limit: max(0, limit)))
    }
  }

  public func checkpoint(of workspace: WorkspaceID) async throws(PortError) -> AuditCheckpoint? {
    try await database.read { try $0.first(FindCheckpoint(workspace: workspace)) }
  }

  public func remove(upTo checkpoint: AuditCheckpoint, limit: Int) async throws(PortError) -> Int {
    try await database.write { connection in
      try connection.run(WriteCheckpoint(checkpoint: checkpoint))
      let old = try connection.all(
        ListRemovable(workspace: checkpoint.workspace, sequence: checkpoint.seal.sequence, limit: max(0, limit)))
      for number in old {
        try connection.run(UnindexAuditEntry(number: number))
        try connection.run(DeleteAuditEntry(number: number))
      }
      return old.count
    }
  }
}

extension Connection {
  /// Writes what a change leaves beside itself; part of its transaction.
  func note(_ record: ChangeRecord) throws {
    try run(InsertAuditEntry(entry: record.audit))
    try run(IndexAuditEntry(id: record.audit.id))
    if let idempotency = record.idempotency { try run(InsertIdempotencyKey(record: idempotency)) }
  }

  /// The last seal; where all entries were removed, what the checkpoint says of it.
  fileprivate func head(of workspace: WorkspaceID) throws -> AuditSeal? {
    try first(LastSeal(workspace: workspace)) ?? first(FindCheckpoint(workspace: workspace))?.seal
  }
}

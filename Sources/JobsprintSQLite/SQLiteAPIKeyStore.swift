public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteAPIKeyStore: APIKeyStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func key(withHash hash: [UInt8]) async throws(PortError) -> APIKeyRecord? {
    try await database.read { try $0.first(FindAPIKey(hash: hash)) }
  }

  public func insert(_ key: APIKeyRecord, recording record: ChangeRecord) async throws(PortError) -> CreateOutcome {
    try await database.write { connection in
      if let used = try connection.used(record.idempotency) { return .replayed(used) }
      guard try connection.first(FindAPIKey(hash: key.hash)) == nil,
        try connection.first(FindDeletedAPIKey(hash: key.hash)) == nil
      else { return .nameTaken }
      try connection.run(InsertAPIKey(key: key))
      try connection.note(record)
      return .created
    }
  }

  public func keys(
    in workspace: WorkspaceID, page: PageRequest<APIKeyID>
  ) async throws(PortError) -> Page<APIKeyRecord> {
    try await database.read { connection in
      try connection.page(ListAPIKeys(workspace: workspace, after: page.after, limit: page.limitAndOne), of: page)
    }
  }

  public func delete(
    _ id: APIKeyID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> APIKeyRecord? {
    try await database.write { connection in
      guard let key = try connection.first(FindAPIKeyByID(workspace: workspace, id: id)) else { return nil }
      try connection.run(DeleteAPIKey(workspace: workspace, id: id))
      try connection.run(NoteDeletedAPIKey(hash: key.hash))
      try connection.note(record)
      return key
    }
  }

  public func hasAny() async throws(PortError) -> Bool {
    try await database.read { try $0.first(AnyAPIKey()) ?? false }
  }
}

public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteCredentialStore: CredentialStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func create(
    _ credential: StoredCredential, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome {
    try await database.write { connection in
      if let used = try connection.used(record.idempotency) { return .replayed(used) }
      try connection.run(InsertCredential(credential: credential))
      try connection.note(record)
      return .created
    }
  }

  public func credential(
    _ id: CredentialID, in workspace: WorkspaceID
  ) async throws(PortError) -> StoredCredential? {
    try await database.read { try $0.first(FindCredential(workspace: workspace, id: id)) }
  }

  public func credentials(
    named name: String, type: String, in workspace: WorkspaceID, limit: Int
  ) async throws(PortError) -> [StoredCredential] {
    try await database.read {
      try $0.all(FindCredentialsByName(workspace: workspace, type: type, name: name, limit: limit))
    }
  }

  public func update(
    _ credential: StoredCredential, ifSecrets secrets: SealedSecrets, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredCredential> {
    try await database.write { connection in
      let find = FindCredential(workspace: credential.workspace, id: credential.id)
      guard let known = try connection.first(find) else { return .notFound }
      guard known.secrets == secrets else { return .changed(known) }
      try connection.run(UpdateCredential(credential: credential))
      try connection.note(record)
      return .updated(credential)
    }
  }

  public func delete(
    _ id: CredentialID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> StoredCredential? {
    try await database.write { connection in
      guard let credential = try connection.first(FindCredential(workspace: workspace, id: id)) else { return nil }
      try connection.run(DeleteCredential(workspace: workspace, id: id))
      try connection.note(record)
      return credential
    }
  }

  public func credentials(
    in workspace: WorkspaceID, page: PageRequest<CredentialID>
  ) async throws(PortError) -> Page<StoredCredential> {
    try await database.read { connection in
      try connection.page(
        ListCredentials(workspace: workspace, after: page.after, limit: page.limitAndOne), of: page)
    }
  }
}

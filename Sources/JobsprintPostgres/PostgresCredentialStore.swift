public import JobsprintDomain
public import JobsprintPorts
import Postgres

public struct PostgresCredentialStore: CredentialStore {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func create(
    _ credential: StoredCredential, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome {
    try await storage.write(in: [credential.workspace]) { transaction in
      try await transaction.note(record) { CreateOutcome.replayed($0) }
      try await transaction.run(InsertCredential(credential: credential))
      return CreateOutcome.created
    }
  }

  public func credential(
    _ id: CredentialID, in workspace: WorkspaceID
  ) async throws(PortError) -> StoredCredential? {
    try await storage.read(FindCredential(workspace: workspace, id: id), in: [workspace]).first
  }

  public func credentials(
    named name: String, type: String, in workspace: WorkspaceID, limit: Int
  ) async throws(PortError) -> [StoredCredential] {
    try await storage.read(
      FindCredentialsByName(workspace: workspace, type: type, wanted: name, limit: limit), in: [workspace])
  }

  public func update(
    _ credential: StoredCredential, ifSecrets secrets: SealedSecrets, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredCredential> {
    try await storage.write(in: [credential.workspace]) { transaction in
      guard try await transaction.run(UpdateCredential(credential: credential, known: secrets)) == 1 else {
        let find = FindCredential(workspace: credential.workspace, id: credential.id)
        return try await transaction.first(find).map { .changed($0) } ?? .notFound
      }
      try await transaction.note(record)
      return UpdateOutcome.updated(credential)
    }
  }

  public func delete(
    _ id: CredentialID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> StoredCredential? {
    try await storage.write(in: [workspace]) { transaction in
      guard let credential = try await transaction.first(DeleteCredential(workspace: workspace, id: id)) else {
        return nil
      }
      try await transaction.note(record)
      return credential
    }
  }

  public func credentials(
    in workspace: WorkspaceID, page: PageRequest<CredentialID>
  ) async throws(PortError) -> Page<StoredCredential> {
    Page(
      rows: try await storage.list(in: workspace, ListCredentials.decode) {
        try ListCredentials(workspace: workspace, page: page).command()
      })
  }
}

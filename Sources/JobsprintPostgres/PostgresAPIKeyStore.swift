public import JobsprintDomain
public import JobsprintPorts
import Postgres

public struct PostgresAPIKeyStore: APIKeyStore {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func key(withHash hash: [UInt8]) async throws(PortError) -> APIKeyRecord? {
    try await storage.read(FindAPIKey(hash: hash), in: []).first
  }

  public func insert(_ key: APIKeyRecord, recording record: ChangeRecord) async throws(PortError) -> CreateOutcome {
    try await storage.write(in: [key.workspace, record.audit.caller.workspace]) { transaction in
      try await transaction.note(record) { CreateOutcome.replayed($0) }
      guard try await transaction.run(InsertAPIKey(key: key)) == 1 else {
        try transaction.abandon(with: CreateOutcome.nameTaken)
      }
      return CreateOutcome.created
    }
  }

  public func keys(
    in workspace: WorkspaceID, page: PageRequest<APIKeyID>
  ) async throws(PortError) -> Page<APIKeyRecord> {
    Page(
      rows: try await storage.list(in: workspace, ListAPIKeys.decode) {
        try ListAPIKeys(workspace: workspace, page: page).command()
      })
  }

  public func delete(
    _ id: APIKeyID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> APIKeyRecord? {
    try await storage.write(in: [workspace]) { transaction in
      guard let key = try await transaction.first(DeleteAPIKey(workspace: workspace, id: id)) else { return nil }
      try await transaction.note(record)
      return key
    }
  }

  public func hasAny() async throws(PortError) -> Bool {
    try await storage.read(AnyAPIKey(), in: []).first ?? false
  }
}

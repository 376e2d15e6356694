public import JobsprintDomain
public import JobsprintPorts
import Postgres

/// Runs as keeper: it is the operator who sees all workspaces.
public struct PostgresWorkspaceStore: WorkspaceStore {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func create(
    _ workspace: Workspace, firstKey: APIKeyRecord, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome {
    try await storage.write(as: .keeper, in: [firstKey.workspace]) { transaction in
      try await transaction.note(record) { CreateOutcome.replayed($0) }
      guard try await transaction.run(InsertWorkspace(workspace: workspace)) == 1 else {
        try transaction.abandon(with: CreateOutcome.nameTaken)
      }
      guard try await transaction.run(InsertAPIKey(key: firstKey)) == 1 else {
        throw PortError(.refused, "The first key of the workspace \(workspace.id) exists.")
      }
      return CreateOutcome.created
    }
  }

  public func workspace(_ id: WorkspaceID) async throws(PortError) -> Workspace? {
    try await storage.read(FindWorkspace(id: id), in: [id]).first
  }

  public func update(
    _ id: WorkspaceID, with change: WorkspaceChange, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<Workspace> {
    try await storage.write(as: .keeper, in: [id]) { transaction in
      do {
        guard let workspace = try await transaction.first(UpdateWorkspace(id: id, change: change, time: time)) else {
          return UpdateOutcome<Workspace>.notFound
        }
        try await transaction.note(record)
        return .updated(workspace)
      } catch let error as PostgresError where error.constraint == UpdateWorkspace.uniqueName {
        try transaction.abandon(with: UpdateOutcome<Workspace>.nameTaken)
      }
    }
  }

  public func limitedWorkspaces() async throws(PortError) -> Set<WorkspaceID> {
    Set(try await storage.read(ListLimitedWorkspaces(), as: .keeper, in: []))
  }

  public func workspaces(page: PageRequest<WorkspaceID>) async throws(PortError) -> Page<Workspace> {
    Page(
      rows: try await storage.list(as: .keeper, ListWorkspaces.decode) { try ListWorkspaces(page: page).command() })
  }
}

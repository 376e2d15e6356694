public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteWorkspaceStore: WorkspaceStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func create(
    _ workspace: Workspace, firstKey: APIKeyRecord, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome {
    try await database.write { connection in
      if let used = try connection.used(record.idempotency) { return .replayed(used) }
      guard try connection.first(FindWorkspaceByName(name: workspace.name)) == nil else { return .nameTaken }
      try connection.run(InsertWorkspace(workspace: workspace))
      try connection.run(InsertAPIKey(key: firstKey))
      try connection.note(record)
      return .created
    }
  }

  public func workspace(_ id: WorkspaceID) async throws(PortError) -> Workspace? {
    try await database.read { try $0.first(FindWorkspace(id: id)) }
  }

  public func update(
    _ id: WorkspaceID, with change: WorkspaceChange, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<Workspace> {
    try await database.write { connection in
      guard var workspace = try connection.first(FindWorkspace(id: id)) else { return .notFound }
      if let name = change.name {
        if let other = try connection.first(FindWorkspaceByName(name: name)), other != id { return .nameTaken }
        workspace.name = name
      }
      if let retention = change.retention { workspace.retentionDays = retention.days }
      if let concurrency = change.concurrency { workspace.maxConcurrency = concurrency.limit }
      workspace.updatedAt = time
      try connection.run(UpdateWorkspace(workspace: workspace))
      try connection.note(record)
      return .updated(workspace)
    }
  }

  public func limitedWorkspaces() async throws(PortError) -> Set<WorkspaceID> {
    try await database.read { connection in
      Set(try connection.all(ListWorkspaceLimits()).map(\.workspace))
    }
  }

  public func workspaces(page: PageRequest<WorkspaceID>) async throws(PortError) -> Page<Workspace> {
    try await database.read { connection in
      try connection.page(ListWorkspaces(after: page.after, limit: page.limitAndOne), of: page)
    }
  }
}

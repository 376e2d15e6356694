public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteExecutionStore: ExecutionStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func execution(_ id: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> ExecutionRecord? {
    try await database.read { try $0.first(FindExecution(id: id, workspace: workspace)) }
  }

  public func executions(
    matching filter: ExecutionFilter, in workspace: WorkspaceID, page: PageRequest<ExecutionID>
  ) async throws(PortError) -> Page<ExecutionRecord> {
    try await database.read { connection in
      try connection.page(
        ListExecutions(filter: filter, workspace: workspace, page: page), of: page
      ) { $0.input.count + ($0.error?.count ?? 0) }
    }
  }

  public func details(of id: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> ExecutionDetails? {
    try await database.read { connection in
      guard let record = try connection.first(FindExecution(id: id, workspace: workspace)) else { return nil }
      return ExecutionDetails(
        record: record, journal: try connection.all(ReadJournal(execution: id, workspace: workspace)),
        document: try connection.first(FindVersion(id: record.version, workspace: workspace))?.document)
    }
  }

  public func ended(among ids: [ExecutionID]) async throws(PortError) -> [ExecutionID] {
    guard !ids.isEmpty else { return [] }
    return try await database.read { connection in try ids.filter { try connection.first(CheckEnded(id: $0)) != nil } }
  }

  public func tags(of id: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> [Tag]? {
    try await database.read { connection in
      guard try connection.first(FindExecution(id: id, workspace: workspace)) != nil else { return nil }
      return try connection.all(ListExecutionTags(workspace: workspace, execution: id))
    }
  }

  public func setTags(
    _ tags: [TagID], of id: ExecutionID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> [Tag]? {
    try await database.write { connection in
      guard try connection.first(FindExecution(id: id, workspace: workspace)) != nil else { return nil }
      for tag in tags where try connection.first(FindTag(workspace: workspace, id: tag)) == nil { return nil }
      try connection.run(ClearExecutionTags(execution: id))
      for tag in tags { try connection.run(AddExecutionTag(workspace: workspace, execution: id, tag: tag)) }
      try connection.note(record)
      return try connection.all(ListExecutionTags(workspace: workspace, execution: id))
    }
  }

  public func delete(
    _ id: ExecutionID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> ExecutionRecord? {
    try await database.write { connection in
      guard let execution = try connection.first(FindExecution(id: id, workspace: workspace)),
        execution.state.isTerminal
      else { return nil }
      try connection.remove(id)
      try connection.run(DeleteDeadLetter(execution: id, workspace: workspace))
      try connection.note(record)
      return execution
    }
  }
}

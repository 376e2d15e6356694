public import JobsprintDomain
public import JobsprintPorts
import Postgres

public struct PostgresExecutionStore: ExecutionStore {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func execution(_ id: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> ExecutionRecord? {
    try await storage.read(FindExecution(id: id, workspace: workspace), in: [workspace]).first
  }

  public func executions(
    matching filter: ExecutionFilter, in workspace: WorkspaceID, page: PageRequest<ExecutionID>
  ) async throws(PortError) -> Page<ExecutionRecord> {
    Page(
      rows: try await storage.list(in: workspace, ListExecutions.decode) {
        try ListExecutions(filter: filter, workspace: workspace, page: page).command()
      })
  }

  public func details(of id: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> ExecutionDetails? {
    try await storage.attempt {
      var pipeline = PostgresPipeline()
      let record = try pipeline.add(FindExecution(id: id, workspace: workspace))
      let journal = try pipeline.add(ReadJournal(execution: id, workspace: workspace))
      let document = try pipeline.add(ReadExecutedDocument(execution: id, workspace: workspace))
      let results = try await storage.snapshot(pipeline, in: workspace)
      guard let record = try results.decode(record).first else { return nil }
      return ExecutionDetails(
        record: record, journal: try JournalPack.journal(of: try results.decode(journal)),
        document: try results.decode(document).first)
    }
  }

  public func ended(among ids: [ExecutionID]) async throws(PortError) -> [ExecutionID] {
    guard !ids.isEmpty else { return [] }
    return try await storage.read(CheckEnded(ids: ids), as: .claimer, in: [])
  }

  public func tags(of id: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> [Tag]? {
    try await storage.attempt {
      var pipeline = PostgresPipeline()
      let execution = try pipeline.add(FindExecution(id: id, workspace: workspace))
      let tags = try pipeline.add(ListExecutionTags(workspace: workspace, execution: id))
      let results = try await storage.snapshot(pipeline, in: workspace)
      return try results.decode(execution).isEmpty ? nil : try results.decode(tags)
    }
  }

  public func setTags(
    _ tags: [TagID], of id: ExecutionID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> [Tag]? {
    let wanted = Set(tags)
    return try await storage.write(in: [workspace]) { transaction in
      guard try await transaction.first(FindExecution(id: id, workspace: workspace)) != nil,
        try await transaction.all(LockTags(workspace: workspace, tags: Array(wanted))).count == wanted.count
      else { return nil }
      try await transaction.run(ClearExecutionTags(workspace: workspace, execution: id))
      try await transaction.run(AddExecutionTags(workspace: workspace, execution: id, tags: Array(wanted)))
      try await transaction.note(record)
      return try await transaction.all(ListExecutionTags(workspace: workspace, execution: id))
    }
  }

  public func delete(
    _ id: ExecutionID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> ExecutionRecord? {
    try await storage.write(in: [workspace]) { transaction in
      guard let execution = try await transaction.first(FindExecution(id: id, workspace: workspace)),
        execution.state.isTerminal, try await transaction.run(DeleteExecution(id: id, workspace: workspace)) == 1
      else { return nil }
      try await transaction.note(record)
      return execution
    }
  }
}

public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteDeadLetterStore: DeadLetterStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func letter(of execution: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> DeadLetter? {
    try await database.read { try $0.first(FindDeadLetter(execution: execution, workspace: workspace)) }
  }

  public func letters(
    matching filter: DeadLetterFilter, in workspace: WorkspaceID, page: PageRequest<ExecutionID>
  ) async throws(PortError) -> Page<DeadLetter> {
    try await database.read { connection in
      try connection.page(ListDeadLetters(filter: filter, workspace: workspace, page: page), of: page) {
        $0.error?.count ?? 0
      }
    }
  }

  public func settle(
    _ execution: ExecutionID, in workspace: WorkspaceID, as settlement: DeadLetterSettlement, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<DeadLetter> {
    try await database.write { connection in
      let find = FindDeadLetter(execution: execution, workspace: workspace)
      guard let present = try connection.first(find) else { return .notFound }
      guard present.status == .open else { return .changed(present) }
      try connection.run(
        SettleDeadLetter(execution: execution, workspace: workspace, settlement: settlement, time: time))
      try connection.note(record)
      return try connection.first(find).map { .updated($0) } ?? .notFound
    }
  }
}

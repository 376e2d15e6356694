public import JobsprintDomain
public import JobsprintPorts
import Postgres

public struct PostgresDeadLetterStore: DeadLetterStore {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func letter(of execution: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> DeadLetter? {
    try await storage.read(FindDeadLetter(execution: execution, workspace: workspace), in: [workspace]).first
  }

  public func letters(
    matching filter: DeadLetterFilter, in workspace: WorkspaceID, page: PageRequest<ExecutionID>
  ) async throws(PortError) -> Page<DeadLetter> {
    Page(
      rows: try await storage.list(in: workspace, ListDeadLetters.decode) {
        try ListDeadLetters(filter: filter, workspace: workspace, page: page).command()
      })
  }

  public func settle(
    _ execution: ExecutionID, in workspace: WorkspaceID, as settlement: DeadLetterSettlement, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<DeadLetter> {
    try await storage.write(in: [workspace]) { transaction in
      let settle = SettleDeadLetter(execution: execution, workspace: workspace, settlement: settlement, time: time)
      if let letter = try await transaction.first(settle) {
        try await transaction.note(record)
        return UpdateOutcome<DeadLetter>.updated(letter)
      }
      let present = try await transaction.first(FindDeadLetter(execution: execution, workspace: workspace))
      return present.map { .changed($0) } ?? .notFound
    }
  }
}

public import JobsprintDomain
public import JobsprintPorts
import Postgres

public struct PostgresVariableStore: VariableStore {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func create(
    _ variable: Variable, in workspace: WorkspaceID, most: Int, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome? {
    try await storage.write(in: [workspace]) { transaction -> CreateOutcome? in
      try await transaction.note(record) { CreateOutcome?.some(.replayed($0)) }
      guard try await transaction.first(CountVariables(workspace: workspace)) ?? 0 < most else {
        try transaction.abandon(with: CreateOutcome?.none)
      }
      guard try await transaction.run(InsertVariable(workspace: workspace, variable: variable)) == 1 else {
        try transaction.abandon(with: CreateOutcome?.some(.nameTaken))
      }
      return .created
    }
  }

  public func update(
    _ id: VariableID, key: String, value: String, in workspace: WorkspaceID, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<Variable> {
    try await storage.write(in: [workspace]) { transaction in
      do {
        let change = UpdateVariable(workspace: workspace, id: id, key: key, value: value, time: time)
        guard let variable = try await transaction.first(change) else { return UpdateOutcome<Variable>.notFound }
        try await transaction.note(record)
        return .updated(variable)
      } catch let error as PostgresError where error.constraint == UpdateVariable.uniqueKey {
        try transaction.abandon(with: UpdateOutcome<Variable>.nameTaken)
      }
    }
  }

  public func delete(
    _ id: VariableID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> Variable? {
    try await storage.write(in: [workspace]) { transaction in
      guard let variable = try await transaction.first(DeleteVariable(workspace: workspace, id: id)) else {
        return nil
      }
      try await transaction.note(record)
      return variable
    }
  }

  public func variables(
    in workspace: WorkspaceID, onlyEmpty: Bool, page: PageRequest<VariableID>
  ) async throws(PortError) -> Page<Variable> {
    Page(
      rows: try await storage.list(in: workspace, ListVariables.decode) {
        try ListVariables(workspace: workspace, onlyEmpty: onlyEmpty, page: page).command()
      })
  }

  public func current(in workspace: WorkspaceID) async throws(PortError) -> [Variable] {
    try await storage.read(CurrentVariables(workspace: workspace), in: [workspace])
  }
}

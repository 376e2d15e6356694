public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteVariableStore: VariableStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func create(
    _ variable: Variable, in workspace: WorkspaceID, most: Int, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome? {
    try await database.write { connection in
      if let used = try connection.used(record.idempotency) { return .replayed(used) }
      guard try connection.first(CountVariables(workspace: workspace)) ?? 0 < most else { return nil }
      guard try connection.first(FindVariableByKey(workspace: workspace, key: variable.key)) == nil else {
        return .nameTaken
      }
      try connection.run(InsertVariable(workspace: workspace, variable: variable))
      try connection.note(record)
      return .created
    }
  }

  public func update(
    _ id: VariableID, key: String, value: String, in workspace: WorkspaceID, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<Variable> {
    try await database.write { connection in
      guard var variable = try connection.first(FindVariable(workspace: workspace, id: id)) else { return .notFound }
      if let other = try connection.first(FindVariableByKey(workspace: workspace, key: key)), other != id {
        return .nameTaken
      }
      variable.key = key
      variable.value = value
      variable.updatedAt = time
      try connection.run(UpdateVariable(workspace: workspace, variable: variable))
      try connection.note(record)
      return .updated(variable)
    }
  }

  public func delete(
    _ id: VariableID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> Variable? {
    try await database.write { connection in
      guard let variable = try connection.first(FindVariable(workspace: workspace, id: id)) else { return nil }
      try connection.run(DeleteVariable(workspace: workspace, id: id))
      try connection.note(record)
      return variable
    }
  }

  public func variables(
    in workspace: WorkspaceID, onlyEmpty: Bool, page: PageRequest<VariableID>
  ) async throws(PortError) -> Page<Variable> {
    try await database.read { connection in
      let list = ListVariables(
        workspace: workspace, onlyEmpty: onlyEmpty, after: page.after, limit: page.limitAndOne)
      return try connection.page(list, of: page)
    }
  }

  public func current(in workspace: WorkspaceID) async throws(PortError) -> [Variable] {
    try await database.read { connection in
      try connection.all(ListVariables(workspace: workspace, onlyEmpty: false, after: nil, limit: .max))
    }
  }
}

import JobsprintDomain
import JobsprintPorts

/// Variables of a workspace, oldest first.
struct ListVariables: SQLStatement {
  let workspace: WorkspaceID
  let onlyEmpty: Bool
  let after: VariableID?
  let limit: Int

  var sql: String {
    """
    SELECT id, key, value, created_at, updated_at FROM variables
    WHERE workspace_id = ?\(onlyEmpty ? " AND value = ''" : "")\(after == nil ? "" : " AND id > ?") ORDER BY id LIMIT ?
    """
  }

  func bind(to values: inout Binder) {
    values.add(workspace)
    if let after { values.add(after) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> Variable {
    Variable(id: try row.id(), key: row.text(), value: row.text(), createdAt: row.time(), updatedAt: row.time())
  }
}

struct CountVariables: FixedSQLStatement {
  static let sql = "SELECT count(*) FROM variables WHERE workspace_id = ?"

  let workspace: WorkspaceID

  func bind(to values: inout Binder) { values.add(workspace) }

  static func decode(_ row: inout RowReader) -> Int { row.int() }
}

struct FindVariable: FixedSQLStatement {
  static let sql = "SELECT id, key, value, created_at, updated_at FROM variables WHERE workspace_id = ? AND id = ?"

  let workspace: WorkspaceID
  let id: VariableID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(id)
  }

  static func decode(_ row: inout RowReader) throws -> Variable { try ListVariables.decode(&row) }
}

struct FindVariableByKey: FixedSQLStatement {
  static let sql = "SELECT id FROM variables WHERE workspace_id = ? AND key = ?"

  let workspace: WorkspaceID
  let key: String

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(key)
  }

  static func decode(_ row: inout RowReader) throws -> VariableID { try row.id() }
}

struct InsertVariable: FixedSQLStatement {
  static let sql = """
    INSERT INTO variables (workspace_id, id, key, value, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)
    """

  let workspace: WorkspaceID
  let variable: Variable

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(variable.id)
    values.add(variable.key)
    values.add(variable.value)
    values.add(variable.createdAt)
    values.add(variable.updatedAt)
  }
}

struct UpdateVariable: FixedSQLStatement {
  static let sql = "UPDATE variables SET key = ?, value = ?, updated_at = ? WHERE workspace_id = ? AND id = ?"

  let workspace: WorkspaceID
  let variable: Variable

  func bind(to values: inout Binder) {
    values.add(variable.key)
    values.add(variable.value)
    values.add(variable.updatedAt)
    values.add(workspace)
    values.add(variable.id)
  }
}

struct DeleteVariable: FixedSQLStatement {
  static let sql = "DELETE FROM variables WHERE workspace_id = ? AND id = ?"

  let workspace: WorkspaceID
  let id: VariableID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(id)
  }
}

import JobsprintDomain
import JobsprintPorts

/// Oldest first.
struct ListWorkspaces: SQLStatement {
  let after: WorkspaceID?
  let limit: Int

  var sql: String {
    """
    SELECT id, name, created_at, updated_at FROM workspaces\(after == nil ? "" : " WHERE id > ?") ORDER BY id LIMIT ?
    """
  }

  func bind(to values: inout Binder) {
    if let after { values.add(after) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> Workspace {
    Workspace(id: try row.id(), name: row.text(), createdAt: row.time(), updatedAt: row.time())
  }
}

struct FindWorkspace: FixedSQLStatement {
  static let sql = "SELECT id, name, created_at, updated_at FROM workspaces WHERE id = ?"

  let id: WorkspaceID

  func bind(to values: inout Binder) { values.add(id) }

  static func decode(_ row: inout RowReader) throws -> Workspace { try ListWorkspaces.decode(&row) }
}

struct FindWorkspaceByName: FixedSQLStatement {
  static let sql = "SELECT id FROM workspaces WHERE name = ?"

  let name: String

  func bind(to values: inout Binder) { values.add(name) }

  static func decode(_ row: inout RowReader) throws -> WorkspaceID { try row.id() }
}

struct InsertWorkspace: FixedSQLStatement {
  static let sql = "INSERT INTO workspaces (id, name, created_at, updated_at) VALUES (?, ?, ?, ?)"

  let workspace: Workspace

  func bind(to values: inout Binder) {
    values.add(workspace.id)
    values.add(workspace.name)
    values.add(workspace.createdAt)
    values.add(workspace.updatedAt)
  }
}

struct RenameWorkspace: FixedSQLStatement {
  static let sql = "UPDATE workspaces SET name = ?, updated_at = ? WHERE id = ?"

  let id: WorkspaceID
  let name: String
  let time: Timestamp

  func bind(to values: inout Binder) {
    values.add(name)
    values.add(time)
    values.add(id)
  }
}

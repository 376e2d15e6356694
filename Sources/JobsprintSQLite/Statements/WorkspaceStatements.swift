import JobsprintDomain
import JobsprintPorts

private let columns = "id, name, created_at, updated_at, retention_days, max_concurrency"

/// Oldest first.
struct ListWorkspaces: SQLStatement {
  let after: WorkspaceID?
  let limit: Int

  var sql: String {
    """
    SELECT \(columns) FROM workspaces\(after == nil ? "" : " WHERE id > ?") ORDER BY id LIMIT ?
    """
  }

  func bind(to values: inout Binder) {
    if let after { values.add(after) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> Workspace {
    var workspace = Workspace(id: try row.id(), name: row.text(), createdAt: row.time(), updatedAt: row.time())
    workspace.retentionDays = row.optionalInt()
    workspace.maxConcurrency = row.optionalInt()
    return workspace
  }
}

struct FindWorkspace: FixedSQLStatement {
  static let sql = "SELECT \(columns) FROM workspaces WHERE id = ?"

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
  static let sql = "INSERT INTO workspaces (\(columns)) VALUES (?, ?, ?, ?, ?, ?)"

  let workspace: Workspace

  func bind(to values: inout Binder) {
    values.add(workspace.id)
    values.add(workspace.name)
    values.add(workspace.createdAt)
    values.add(workspace.updatedAt)
    values.add(workspace.retentionDays)
    values.add(workspace.maxConcurrency)
  }
}

struct UpdateWorkspace: FixedSQLStatement {
  static let sql = """
    UPDATE workspaces SET name = ?, updated_at = ?, retention_days = ?, max_concurrency = ? WHERE id = ?
    """

  let workspace: Workspace

  func bind(to values: inout Binder) {
    values.add(workspace.name)
    values.add(workspace.updatedAt)
    values.add(workspace.retentionDays)
    values.add(workspace.maxConcurrency)
    values.add(workspace.id)
  }
}

/// Workspaces with a limit, which are few.
struct ListWorkspaceLimits: FixedSQLStatement {
  static let sql = "SELECT id, max_concurrency FROM workspaces WHERE max_concurrency IS NOT NULL"

  static func decode(_ row: inout RowReader) throws -> (workspace: WorkspaceID, limit: Int) {
    (try row.id(), row.int())
  }
}

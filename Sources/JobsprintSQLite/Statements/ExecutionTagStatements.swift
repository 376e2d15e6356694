import JobsprintDomain
import JobsprintPorts

/// The tags of one execution, oldest first.
struct ListExecutionTags: FixedSQLStatement {
  static let sql = """
    SELECT t.id, t.name, t.created_at, t.updated_at
    FROM execution_tags AS e JOIN tags AS t ON t.workspace_id = e.workspace_id AND t.id = e.tag_id
    WHERE e.workspace_id = ? AND e.execution_id = ? ORDER BY t.id
    """

  let workspace: WorkspaceID
  let execution: ExecutionID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(execution)
  }

  static func decode(_ row: inout RowReader) throws -> Tag { try ListTags.decode(&row) }
}

struct AddExecutionTag: FixedSQLStatement {
  static let sql = "INSERT OR IGNORE INTO execution_tags (workspace_id, execution_id, tag_id) VALUES (?, ?, ?)"

  let workspace: WorkspaceID
  let execution: ExecutionID
  let tag: TagID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(execution)
    values.add(tag)
  }
}

struct ClearExecutionTags: FixedSQLStatement {
  static let sql = "DELETE FROM execution_tags WHERE execution_id = ?"

  let execution: ExecutionID

  func bind(to values: inout Binder) { values.add(execution) }
}

struct TakeTagFromExecutions: FixedSQLStatement {
  static let sql = "DELETE FROM execution_tags WHERE workspace_id = ? AND tag_id = ?"

  let workspace: WorkspaceID
  let tag: TagID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(tag)
  }
}

/// Executions of a workspace that have tags, in the order of their ids.
struct ListTaggedExecutions: SQLStatement {
  let workspace: WorkspaceID
  let after: UUIDv7?
  let limit: Int

  var sql: String {
    """
    SELECT DISTINCT execution_id FROM execution_tags
    WHERE workspace_id = ?\(after == nil ? "" : " AND execution_id > ?") ORDER BY execution_id LIMIT ?
    """
  }

  func bind(to values: inout Binder) {
    values.add(workspace)
    if let after { values.add(ExecutionID(after)) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> ExecutionID { try row.id() }
}

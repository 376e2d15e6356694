import JobsprintDomain
import JobsprintPorts

/// Tags of a workspace, oldest first.
struct ListTags: SQLStatement {
  let workspace: WorkspaceID
  let after: TagID?
  let limit: Int

  var sql: String {
    """
    SELECT id, name, created_at, updated_at FROM tags
    WHERE workspace_id = ?\(after == nil ? "" : " AND id > ?") ORDER BY id LIMIT ?
    """
  }

  func bind(to values: inout Binder) {
    values.add(workspace)
    if let after { values.add(after) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> Tag {
    Tag(id: try row.id(), name: row.text(), createdAt: row.time(), updatedAt: row.time())
  }
}

struct FindTag: FixedSQLStatement {
  static let sql = "SELECT id, name, created_at, updated_at FROM tags WHERE workspace_id = ? AND id = ?"

  let workspace: WorkspaceID
  let id: TagID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(id)
  }

  static func decode(_ row: inout RowReader) throws -> Tag { try ListTags.decode(&row) }
}

struct FindTagByName: FixedSQLStatement {
  static let sql = "SELECT id FROM tags WHERE workspace_id = ? AND name = ?"

  let workspace: WorkspaceID
  let name: String

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(name)
  }

  static func decode(_ row: inout RowReader) throws -> TagID { try row.id() }
}

struct InsertTag: FixedSQLStatement {
  static let sql = "INSERT INTO tags (workspace_id, id, name, created_at, updated_at) VALUES (?, ?, ?, ?, ?)"

  let workspace: WorkspaceID
  let tag: Tag

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(tag.id)
    values.add(tag.name)
    values.add(tag.createdAt)
    values.add(tag.updatedAt)
  }
}

struct RenameTag: FixedSQLStatement {
  static let sql = "UPDATE tags SET name = ?, updated_at = ? WHERE workspace_id = ? AND id = ?"

  let workspace: WorkspaceID
  let id: TagID
  let name: String
  let time: Timestamp

  func bind(to values: inout Binder) {
    values.add(name)
    values.add(time)
    values.add(workspace)
    values.add(id)
  }
}

struct DeleteTag: FixedSQLStatement {
  static let sql = "DELETE FROM tags WHERE workspace_id = ? AND id = ?"

  let workspace: WorkspaceID
  let id: TagID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(id)
  }
}

struct TakeTagFromWorkflows: FixedSQLStatement {
  static let sql = "DELETE FROM workflow_tags WHERE workspace_id = ? AND tag_id = ?"

  let workspace: WorkspaceID
  let tag: TagID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(tag)
  }
}

/// The tags of one workflow, oldest first.
struct ListWorkflowTags: FixedSQLStatement {
  static let sql = """
    SELECT t.id, t.name, t.created_at, t.updated_at
    FROM workflow_tags AS w JOIN tags AS t ON t.workspace_id = w.workspace_id AND t.id = w.tag_id
    WHERE w.workspace_id = ? AND w.workflow_id = ? ORDER BY t.id
    """

  let workspace: WorkspaceID
  let workflow: WorkflowID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(workflow)
  }

  static func decode(_ row: inout RowReader) throws -> Tag { try ListTags.decode(&row) }
}

struct ClearWorkflowTags: FixedSQLStatement {
  static let sql = "DELETE FROM workflow_tags WHERE workspace_id = ? AND workflow_id = ?"

  let workspace: WorkspaceID
  let workflow: WorkflowID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(workflow)
  }
}

/// Gives a workflow a tag that exists; changes nothing when it has it.
struct AddWorkflowTag: FixedSQLStatement {
  static let sql = "INSERT OR IGNORE INTO workflow_tags (workspace_id, workflow_id, tag_id) VALUES (?, ?, ?)"

  let workspace: WorkspaceID
  let workflow: WorkflowID
  let tag: TagID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(workflow)
    values.add(tag)
  }
}

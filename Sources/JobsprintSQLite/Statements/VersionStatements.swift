import JobsprintDomain
import JobsprintPorts

struct InsertVersion: FixedSQLStatement {
  static let sql = """
    INSERT INTO workflow_versions (workspace_id, id, workflow_id, name, document, created_at) VALUES (?, ?, ?, ?, ?, ?)
    """

  let workspace: WorkspaceID
  let version: StoredVersion

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(version.id)
    values.add(version.workflow)
    values.add(version.name)
    values.add(version.document)
    values.add(version.createdAt)
  }
}

struct FindVersion: FixedSQLStatement {
  static let sql = """
    SELECT id, workflow_id, name, document, created_at FROM workflow_versions WHERE workspace_id = ? AND id = ?
    """

  let id: VersionID
  let workspace: WorkspaceID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(id)
  }

  static func decode(_ row: inout RowReader) throws -> StoredVersion {
    StoredVersion(
      id: try row.id(), workflow: try row.id(), name: row.text(), document: row.bytes(), createdAt: row.time())
  }
}

/// Versions of a workflow that is there, newest first.
struct ListVersions: SQLStatement {
  let workflow: WorkflowID
  let workspace: WorkspaceID
  let after: VersionID?
  let limit: Int

  var sql: String {
    """
    SELECT v.id, v.workflow_id, v.name, v.document, v.created_at
    FROM workflows AS w JOIN workflow_versions AS v ON v.workspace_id = w.workspace_id AND v.workflow_id = w.id
    WHERE w.workspace_id = ? AND w.id = ?\(after == nil ? "" : " AND v.id < ?") ORDER BY v.id DESC LIMIT ?
    """
  }

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(workflow)
    if let after { values.add(after) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> StoredVersion { try FindVersion.decode(&row) }
}

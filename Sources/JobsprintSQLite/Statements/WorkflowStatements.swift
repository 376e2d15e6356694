// Workflows, each read together with its newest version.

import JobsprintDomain
import JobsprintPorts

/// The columns of a ``StoredWorkflow`` without its tags, in the order in which it is read.
private let columns = """
  w.id, w.workspace_id, w.version_id, v.name, v.document, w.active_version_id, w.is_archived, w.created_at, w.updated_at
  """

private let tables = """
  workflows AS w JOIN workflow_versions AS v ON v.workspace_id = w.workspace_id AND v.id = w.version_id
  """

private func workflow(_ row: inout RowReader) throws -> StoredWorkflow {
  StoredWorkflow(
    id: try row.id(), workspace: try row.id(), version: try row.id(), name: row.text(), document: row.bytes(),
    activeVersion: try row.optionalID(), isArchived: row.bool(), createdAt: row.time(), updatedAt: row.time())
}

struct FindWorkflow: FixedSQLStatement {
  static let sql = "SELECT \(columns) FROM \(tables) WHERE w.workspace_id = ? AND w.id = ?"

  let id: WorkflowID
  let workspace: WorkspaceID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(id)
  }

  static func decode(_ row: inout RowReader) throws -> StoredWorkflow { try workflow(&row) }
}

/// Workflows of a workspace, newest first or the other way round.
struct ListWorkflows: SQLStatement {
  let filter: WorkflowFilter
  let workspace: WorkspaceID
  let page: PageRequest<WorkflowID>

  var sql: String {
    var conditions = ["w.workspace_id = ?"]
    if let isActive = filter.isActive { conditions.append("w.active_version_id IS \(isActive ? "NOT NULL" : "NULL")") }
    if filter.name != nil { conditions.append("v.name = ?") }
    for _ in filter.tags {
      conditions.append(
        """
        EXISTS (SELECT 1 FROM tags AS t JOIN workflow_tags AS l ON l.workspace_id = t.workspace_id AND l.tag_id = t.id
        WHERE t.workspace_id = w.workspace_id AND t.name = ? AND l.workflow_id = w.id)
        """)
    }
    if words != nil { conditions.append("w.number IN (SELECT rowid FROM workflow_words WHERE workflow_words MATCH ?)") }
    if page.after != nil { conditions.append("w.id \(page.behind) ?") }
    return """
      SELECT \(columns) FROM \(tables) WHERE \(conditions.joined(separator: " AND ")) ORDER BY w.id \(page.direction) LIMIT ?
      """
  }

  func bind(to values: inout Binder) {
    values.add(workspace)
    if let name = filter.name { values.add(name) }
    for tag in filter.tags { values.add(tag) }
    if let words { values.add(words) }
    if let after = page.after { values.add(after) }
    values.add(page.limitAndOne)
  }

  static func decode(_ row: inout RowReader) throws -> StoredWorkflow { try workflow(&row) }

  private var words: String? { wordQuery(filter.text) }
}

struct InsertWorkflow: FixedSQLStatement {
  static let sql = """
    INSERT INTO workflows (workspace_id, id, version_id, active_version_id, is_archived, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    """

  let workflow: StoredWorkflow

  func bind(to values: inout Binder) {
    values.add(workflow.workspace)
    values.add(workflow.id)
    values.add(workflow.version)
    values.add(workflow.activeVersion)
    values.add(workflow.isArchived)
    values.add(workflow.createdAt)
    values.add(workflow.updatedAt)
  }
}

/// Writes what can change of a workflow, except its name and document: those are a version's.
struct UpdateWorkflow: FixedSQLStatement {
  static let sql = """
    UPDATE workflows SET version_id = ?, active_version_id = ?, is_archived = ?, updated_at = ?
    WHERE workspace_id = ? AND id = ?
    """

  let workflow: StoredWorkflow

  func bind(to values: inout Binder) {
    values.add(workflow.version)
    values.add(workflow.activeVersion)
    values.add(workflow.isArchived)
    values.add(workflow.updatedAt)
    values.add(workflow.workspace)
    values.add(workflow.id)
  }
}

struct DeleteWorkflow: FixedSQLStatement {
  static let sql = "DELETE FROM workflows WHERE workspace_id = ? AND id = ?"

  let workspace: WorkspaceID
  let id: WorkflowID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(id)
  }
}

/// Adds the words of a workflow's newest version.
struct IndexWorkflow: FixedSQLStatement {
  static let sql = """
    INSERT INTO workflow_words (rowid, name, document)
    SELECT w.number, v.name, CAST(v.document AS TEXT) FROM \(tables) WHERE w.workspace_id = ? AND w.id = ?
    """

  let workspace: WorkspaceID
  let id: WorkflowID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(id)
  }
}

/// Takes out the words of a workflow's newest version, before that is replaced: the index has to be told what it holds.
struct UnindexWorkflow: FixedSQLStatement {
  static let sql = """
    INSERT INTO workflow_words (workflow_words, rowid, name, document)
    SELECT 'delete', w.number, v.name, CAST(v.document AS TEXT) FROM \(tables) WHERE w.workspace_id = ? AND w.id = ?
    """

  let workspace: WorkspaceID
  let id: WorkflowID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(id)
  }
}

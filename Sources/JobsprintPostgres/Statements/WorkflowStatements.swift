// Workflows, each read together with its newest version.

import JobsprintDomain
import JobsprintPorts
import Postgres

/// The columns of a ``StoredWorkflow`` without its tags, in the order in which it is read.
private let columns = """
  w.id, w.workspace_id, w.version_id, v.name, v.document, w.active_version_id, w.is_archived, w.created_at, w.updated_at
  """

private let tables = """
  jobsprint.workflows AS w
  JOIN jobsprint.workflow_versions AS v ON v.workspace_id = w.workspace_id AND v.id = w.version_id
  """

extension StoredWorkflow {
  fileprivate init(_ row: inout PostgresRow) throws {
    self.init(
      id: try row.id(), workspace: try row.id(), version: try row.id(), name: try row.text(), document: try row.next(),
      activeVersion: try row.optionalID(), isArchived: try row.next(), createdAt: try row.time(),
      updatedAt: try row.time())
  }
}

struct FindWorkflow: PostgresStatement {
  static let name = "workflows.find"
  static let sql = "SELECT \(columns) FROM \(tables) WHERE w.workspace_id = $1 AND w.id = $2"

  let id: WorkflowID
  let workspace: WorkspaceID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
  }

  static func decode(_ row: inout PostgresRow) throws -> StoredWorkflow { try StoredWorkflow(&row) }
}

/// Waits for whoever changes the workflow, and keeps others waiting until the end of the transaction.
struct LockWorkflow: PostgresStatement {
  static let name = "workflows.lock"
  static let sql = "SELECT 1 FROM jobsprint.workflows WHERE workspace_id = $1 AND id = $2 FOR UPDATE"

  let id: WorkflowID
  let workspace: WorkspaceID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
  }

  static func decode(_ row: inout PostgresRow) throws -> Int { try row.next() }
}

/// Workflows of a workspace, newest first or the other way round. The text depends on which filters are set, not on
/// their values.
struct ListWorkflows {
  let filter: WorkflowFilter
  let workspace: WorkspaceID
  let page: PageRequest<WorkflowID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(workspace)
    try page.bindLimits(into: &values)
    var conditions = ["w.workspace_id = $1"]
    if let isActive = filter.isActive { conditions.append("w.active_version_id IS \(isActive ? "NOT NULL" : "NULL")") }
    if let name = filter.name {
      try values.bind(text: name)
      conditions.append("w.name_hash = sha256($\(values.count)) AND w.name = $\(values.count)")
    }
    for tag in filter.tags {
      try values.bind(text: tag)
      conditions.append(
        """
        EXISTS (
          SELECT 1 FROM jobsprint.tags AS t
          JOIN jobsprint.workflow_tags AS l ON l.workspace_id = t.workspace_id AND l.tag_id = t.id
          WHERE t.workspace_id = $1 AND t.name_hash = sha256($\(values.count)) AND l.workflow_id = w.id)
        """)
    }
    if let words = SearchWords.query(filter.text) {
      try values.bind(words)
      conditions.append("w.id IN (SELECT jobsprint.find_workflows($1, $\(values.count)))")
    }
    if let after = page.after {
      try values.bind(after)
      conditions.append("w.id \(page.behind) $\(values.count)")
    }
    let rows = """
      SELECT \(columns) FROM (
        SELECT * FROM jobsprint.workflows AS w WHERE \(conditions.joined(separator: " AND "))
        ORDER BY w.id \(page.direction) LIMIT \(page.rowsToRead)) AS w
      JOIN jobsprint.workflow_versions AS v ON v.workspace_id = $1 AND v.id = w.version_id ORDER BY w.id \(page.direction)
      """
    return PostgresCommand(
      name: "workflows.list",
      sql: page.cut(rows, order: "id \(page.direction)", weight: "octet_length(document)", place: 2),
      values: values)
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: StoredWorkflow, read: Int) {
    (try StoredWorkflow(&row), try row.next())
  }
}

struct InsertWorkflow: PostgresStatement {
  static let name = "workflows.insert"
  static let sql = """
    INSERT INTO jobsprint.workflows
      (workspace_id, id, version_id, active_version_id, is_archived, created_at, updated_at, name)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    """

  let workflow: StoredWorkflow

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workflow.workspace)
    try values.bind(workflow.id)
    try values.bind(workflow.version)
    try values.bind(workflow.activeVersion)
    try values.bind(workflow.isArchived)
    try values.bind(workflow.createdAt)
    try values.bind(workflow.updatedAt)
    try values.bind(text: workflow.name)
  }
}

/// Writes what can change of a workflow; its document is a version's.
struct UpdateWorkflow: PostgresStatement {
  static let name = "workflows.update"
  static let sql = """
    UPDATE jobsprint.workflows
    SET version_id = $3, active_version_id = $4, is_archived = $5, updated_at = $6, name = $7
    WHERE workspace_id = $1 AND id = $2
    """

  let workflow: StoredWorkflow

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workflow.workspace)
    try values.bind(workflow.id)
    try values.bind(workflow.version)
    try values.bind(workflow.activeVersion)
    try values.bind(workflow.isArchived)
    try values.bind(workflow.updatedAt)
    try values.bind(text: workflow.name)
  }
}

/// Removes a workflow with its words, tags and static data; its versions stay.
struct DeleteWorkflow: PostgresStatement {
  static let name = "workflows.delete"
  static let sql = """
    WITH words AS (DELETE FROM jobsprint.workflow_words WHERE workspace_id = $1 AND workflow_id = $2),
    tags AS (DELETE FROM jobsprint.workflow_tags WHERE workspace_id = $1 AND workflow_id = $2),
    kept AS (DELETE FROM jobsprint.static_data WHERE workspace_id = $1 AND workflow_id = $2)
    DELETE FROM jobsprint.workflows WHERE workspace_id = $1 AND id = $2
    """

  let workspace: WorkspaceID
  let id: WorkflowID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
  }
}

/// Makes a workflow found by the words of its newest version.
struct IndexWorkflow: PostgresStatement {
  static let name = "workflows.index"
  static let sql = """
    INSERT INTO jobsprint.workflow_words (workspace_id, workflow_id, words)
    VALUES ($1, $2, array_to_tsvector($3::text[]))
    ON CONFLICT (workspace_id, workflow_id) DO UPDATE SET words = excluded.words
    """

  let workflow: StoredWorkflow

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workflow.workspace)
    try values.bind(workflow.id)
    try values.bind(
      array: SearchWords.index(
        [workflow.name, String(decoding: workflow.document, as: UTF8.self)], of: workflow.workspace))
  }
}

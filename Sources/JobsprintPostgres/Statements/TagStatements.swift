import JobsprintDomain
import JobsprintPorts
import Postgres

/// Tags of a workspace, oldest first.
struct ListTags {
  let workspace: WorkspaceID
  let page: PageRequest<TagID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(workspace)
    try page.bindLimits(into: &values)
    if let after = page.after { try values.bind(after) }
    let rows = """
      SELECT id, name, created_at, updated_at FROM jobsprint.tags
      WHERE workspace_id = $1\(page.after == nil ? "" : " AND id > $4") ORDER BY id LIMIT \(page.rowsToRead)
      """
    return PostgresCommand(name: "tags.list", sql: page.cut(rows, order: "id", place: 2), values: values)
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: Tag, read: Int) {
    (try FindTag.decode(&row), try row.next())
  }
}

struct FindTag: PostgresStatement {
  static let name = "tags.find"
  static let sql = "SELECT id, name, created_at, updated_at FROM jobsprint.tags WHERE workspace_id = $1 AND id = $2"

  let workspace: WorkspaceID
  let id: TagID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
  }

  static func decode(_ row: inout PostgresRow) throws -> Tag {
    Tag(id: try row.id(), name: try row.text(), createdAt: try row.time(), updatedAt: try row.time())
  }
}

/// Changes nothing where the name is taken.
struct InsertTag: PostgresStatement {
  static let name = "tags.insert"
  static let sql = """
    INSERT INTO jobsprint.tags (workspace_id, id, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (workspace_id, name_hash) DO NOTHING
    """

  let workspace: WorkspaceID
  let tag: Tag

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(tag.id)
    try values.bind(text: tag.name)
    try values.bind(tag.createdAt)
    try values.bind(tag.updatedAt)
  }
}

/// Violates ``uniqueName`` where the name is another's.
struct RenameTag: PostgresStatement {
  static let name = "tags.rename"
  static let uniqueName = "tags_by_name"
  static let sql = """
    UPDATE jobsprint.tags SET name = $3, updated_at = $4 WHERE workspace_id = $1 AND id = $2
    RETURNING id, name, created_at, updated_at
    """

  let workspace: WorkspaceID
  let id: TagID
  let newName: String
  let time: Timestamp

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
    try values.bind(text: newName)
    try values.bind(time)
  }

  static func decode(_ row: inout PostgresRow) throws -> Tag { try FindTag.decode(&row) }
}

/// Removes a tag, from its workflows and executions too.
struct DeleteTag: PostgresStatement {
  static let name = "tags.delete"
  static let sql = """
    WITH links AS (DELETE FROM jobsprint.workflow_tags WHERE workspace_id = $1 AND tag_id = $2),
    labels AS (DELETE FROM jobsprint.execution_tags WHERE workspace_id = $1 AND tag_id = $2)
    DELETE FROM jobsprint.tags WHERE workspace_id = $1 AND id = $2 RETURNING id, name, created_at, updated_at
    """

  let workspace: WorkspaceID
  let id: TagID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
  }

  static func decode(_ row: inout PostgresRow) throws -> Tag { try FindTag.decode(&row) }
}

/// The tags of workflows, oldest first.
struct ListWorkflowTags: PostgresStatement {
  static let name = "tags.of-workflows"
  static let sql = """
    SELECT l.workflow_id, t.id, t.name, t.created_at, t.updated_at
    FROM unnest($2::uuid[]) AS w (id)
    JOIN jobsprint.workflow_tags AS l ON l.workspace_id = $1 AND l.workflow_id = w.id
    JOIN jobsprint.tags AS t ON t.workspace_id = $1 AND t.id = l.tag_id
    ORDER BY t.id
    """

  let workspace: WorkspaceID
  let workflows: [WorkflowID]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(ids: workflows)
  }

  static func decode(_ row: inout PostgresRow) throws -> (workflow: WorkflowID, tag: Tag) {
    (workflow: try row.id(), tag: try FindTag.decode(&row))
  }
}

/// Those of these tags that exist, locked against removal.
struct LockTags: PostgresStatement {
  static let name = "tags.lock"
  static let sql = """
    SELECT id FROM jobsprint.tags WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR KEY SHARE
    """

  let workspace: WorkspaceID
  let tags: [TagID]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(ids: tags)
  }

  static func decode(_ row: inout PostgresRow) throws -> TagID { try row.id() }
}

struct ClearWorkflowTags: PostgresStatement {
  static let name = "tags.clear"
  static let sql = "DELETE FROM jobsprint.workflow_tags WHERE workspace_id = $1 AND workflow_id = $2"

  let workspace: WorkspaceID
  let workflow: WorkflowID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(workflow)
  }
}

struct AddWorkflowTags: PostgresStatement {
  static let name = "tags.add"
  static let sql = """
    INSERT INTO jobsprint.workflow_tags (workspace_id, workflow_id, tag_id) SELECT $1, $2, unnest($3::uuid[])
    ON CONFLICT DO NOTHING
    """

  let workspace: WorkspaceID
  let workflow: WorkflowID
  let tags: [TagID]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(workflow)
    try values.bind(ids: tags)
  }
}

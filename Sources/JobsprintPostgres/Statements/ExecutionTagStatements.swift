import JobsprintDomain
import JobsprintPorts
import Postgres

/// The tags of one execution, oldest first.
struct ListExecutionTags: PostgresStatement {
  static let name = "tags.of-execution"
  static let sql = """
    SELECT t.id, t.name, t.created_at, t.updated_at FROM jobsprint.execution_tags AS l
    JOIN jobsprint.tags AS t ON t.workspace_id = $1 AND t.id = l.tag_id
    WHERE l.workspace_id = $1 AND l.execution_id = $2 ORDER BY t.id
    """

  let workspace: WorkspaceID
  let execution: ExecutionID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(execution)
  }

  static func decode(_ row: inout PostgresRow) throws -> Tag { try FindTag.decode(&row) }
}

struct ClearExecutionTags: PostgresStatement {
  static let name = "tags.clear-execution"
  static let sql = "DELETE FROM jobsprint.execution_tags WHERE workspace_id = $1 AND execution_id = $2"

  let workspace: WorkspaceID
  let execution: ExecutionID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(execution)
  }
}

struct AddExecutionTags: PostgresStatement {
  static let name = "tags.add-to-execution"
  static let sql = """
    INSERT INTO jobsprint.execution_tags (workspace_id, execution_id, tag_id) SELECT $1, $2, unnest($3::uuid[])
    ON CONFLICT DO NOTHING
    """

  let workspace: WorkspaceID
  let execution: ExecutionID
  let tags: [TagID]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(execution)
    try values.bind(ids: tags)
  }
}

/// Executions of a workspace with their tags, in the order of their ids.
struct ListTaggedExecutions: PostgresStatement {
  static let name = "archive.execution-tags"
  static let sql = """
    SELECT execution_id, array_agg(tag_id ORDER BY tag_id) FROM jobsprint.execution_tags
    WHERE workspace_id = $1 AND ($2::uuid IS NULL OR execution_id > $2)
    GROUP BY execution_id ORDER BY execution_id LIMIT $3
    """

  let workspace: WorkspaceID
  let after: ExecutionID?
  let limit: Int

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(after)
    try values.bind(max(0, limit))
  }

  static func decode(_ row: inout PostgresRow) throws -> (execution: ExecutionID, tags: [TagID]) {
    (
      execution: try row.id(),
      tags: try row.nextArray(of: PostgresUUID.self).map { TagID(UUIDv7(high: $0.high, low: $0.low)) }
    )
  }
}

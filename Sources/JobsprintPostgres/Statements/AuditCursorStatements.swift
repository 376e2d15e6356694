import JobsprintDomain
import JobsprintPorts
import Postgres

/// Of workspaces whose chain goes on behind their cursor.
struct ListCursorsBehind: PostgresStatement {
  static let name = "audit.cursors-behind"
  static let sql = """
    SELECT $1::text, h.workspace_id, coalesce(c.sequence, 0), coalesce(c.fence, 0)
    FROM jobsprint.audit_heads AS h
      LEFT JOIN jobsprint.audit_cursors AS c ON c.workspace_id = h.workspace_id AND c.stream = $1
    WHERE h.sequence > coalesce(c.sequence, 0) ORDER BY h.workspace_id LIMIT $2
    """

  let stream: AuditStream
  let limit: Int

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(stream.rawValue)
    try values.bind(limit)
  }

  static func decode(_ row: inout PostgresRow) throws -> AuditCursor {
    AuditCursor(of: try row.word(), workspace: try row.id(), sequence: try row.next(), fence: try row.next())
  }
}

struct FindAuditCursor: PostgresStatement {
  static let name = "audit.cursor"
  static let sql = """
    SELECT stream, workspace_id, sequence, fence FROM jobsprint.audit_cursors WHERE stream = $1 AND workspace_id = $2
    """

  let stream: AuditStream
  let workspace: WorkspaceID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(stream.rawValue)
    try values.bind(workspace)
  }

  static func decode(_ row: inout PostgresRow) throws -> AuditCursor { try ListCursorsBehind.decode(&row) }
}

/// Changes nothing where it would not be forward, or a higher fence has moved it.
struct MoveAuditCursor: PostgresStatement {
  static let name = "audit.move-cursor"
  static let sql = """
    INSERT INTO jobsprint.audit_cursors AS c (stream, workspace_id, sequence, fence) VALUES ($1, $2, $3, $4)
    ON CONFLICT (stream, workspace_id) DO UPDATE SET sequence = excluded.sequence, fence = excluded.fence
    WHERE c.fence <= excluded.fence AND c.sequence < excluded.sequence
    """

  let cursor: AuditCursor

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(cursor.stream.rawValue)
    try values.bind(cursor.workspace)
    try values.bind(cursor.sequence)
    try values.bind(cursor.fence)
  }
}

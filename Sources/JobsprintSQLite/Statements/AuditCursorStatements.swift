import JobsprintDomain
import JobsprintPorts

/// Of workspaces whose chain goes on behind their cursor.
struct ListCursorsBehind: FixedSQLStatement {
  static let sql = """
    SELECT ?1, w.id, coalesce(c.sequence, 0), coalesce(c.fence, 0)
    FROM workspaces AS w LEFT JOIN audit_cursors AS c ON c.workspace_id = w.id AND c.stream = ?1
    WHERE coalesce(c.sequence, 0) < coalesce(
      (SELECT max(a.sequence) FROM audit_entries AS a WHERE a.workspace_id = w.id AND a.sequence IS NOT NULL),
      (SELECT k.sequence FROM audit_checkpoints AS k WHERE k.workspace_id = w.id), 0)
    ORDER BY w.id LIMIT ?2
    """

  let stream: AuditStream
  let limit: Int

  func bind(to values: inout Binder) {
    values.add(stream.rawValue)
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> AuditCursor {
    AuditCursor(of: try row.word(), workspace: try row.id(), sequence: row.int(), fence: row.int())
  }
}

struct FindAuditCursor: FixedSQLStatement {
  static let sql = """
    SELECT stream, workspace_id, sequence, fence FROM audit_cursors WHERE stream = ? AND workspace_id = ?
    """

  let stream: AuditStream
  let workspace: WorkspaceID

  func bind(to values: inout Binder) {
    values.add(stream.rawValue)
    values.add(workspace)
  }

  static func decode(_ row: inout RowReader) throws -> AuditCursor { try ListCursorsBehind.decode(&row) }
}

/// Changes nothing where it would not be forward, or a higher fence has moved it.
struct MoveAuditCursor: FixedSQLStatement {
  static let sql = """
    INSERT INTO audit_cursors (stream, workspace_id, sequence, fence) VALUES (?, ?, ?, ?)
    ON CONFLICT (stream, workspace_id) DO UPDATE SET sequence = excluded.sequence, fence = excluded.fence
    WHERE audit_cursors.fence <= excluded.fence AND audit_cursors.sequence < excluded.sequence
    """

  let cursor: AuditCursor

  func bind(to values: inout Binder) {
    values.add(cursor.stream.rawValue)
    values.add(cursor.workspace)
    values.add(cursor.sequence)
    values.add(cursor.fence)
  }
}

// What only an archive asks for: rows of a workspace in the order of their ids, and rows written as they were
// elsewhere.

import JobsprintDomain
import JobsprintPorts

/// All versions, also of workflows that are gone.
struct ListAllVersions: SQLStatement {
  let workspace: WorkspaceID
  let after: UUIDv7?
  let limit: Int

  var sql: String {
    """
    SELECT id, workflow_id, name, document, created_at FROM workflow_versions
    WHERE workspace_id = ?\(after == nil ? "" : " AND id > ?") ORDER BY id LIMIT ?
    """
  }

  func bind(to values: inout Binder) {
    values.add(workspace)
    if let after { values.add(VersionID(after)) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> StoredVersion { try FindVersion.decode(&row) }
}

/// Ids of rows of a workspace, in their order.
struct ListIDs<Kind>: SQLStatement {
  enum Table: String {
    case workflows
    case executions
    case auditEntries = "audit_entries"
    /// Ids of workflows that have some.
    case staticData = "static_data"

    var ids: String { self == .staticData ? "workflow_id" : "id" }
  }

  let table: Table
  let workspace: WorkspaceID
  let after: UUIDv7?
  let limit: Int

  var sql: String {
    """
    SELECT \(table == .staticData ? "DISTINCT " : "")\(table.ids) FROM \(table.rawValue)
    WHERE workspace_id = ?\(after == nil ? "" : " AND \(table.ids) > ?") ORDER BY \(table.ids) LIMIT ?
    """
  }

  func bind(to values: inout Binder) {
    values.add(workspace)
    if let after { values.add(Identifier<Kind>(after)) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> Identifier<Kind> { try row.id() }
}

/// Something that only a store in use has.
struct AnyRow: FixedSQLStatement {
  static let sql = """
    SELECT EXISTS (SELECT 1 FROM workflow_versions) OR EXISTS (SELECT 1 FROM tags) OR EXISTS (SELECT 1 FROM api_keys)
      OR EXISTS (SELECT 1 FROM executions) OR EXISTS (SELECT 1 FROM audit_entries)
      OR EXISTS (SELECT 1 FROM variables) OR EXISTS (SELECT 1 FROM credentials)
      OR EXISTS (SELECT 1 FROM dead_letters) OR EXISTS (SELECT 1 FROM users)
      OR EXISTS (SELECT 1 FROM service_accounts)
      OR (SELECT count(*) > 1 FROM (SELECT 1 FROM workspaces LIMIT 2))
    """

  static func decode(_ row: inout RowReader) -> Bool { row.bool() }
}

struct RestoreWorkspace: FixedSQLStatement {
  static let sql = """
    \(InsertWorkspace.sql) ON CONFLICT (id) DO UPDATE
    SET name = excluded.name, created_at = excluded.created_at, updated_at = excluded.updated_at,
      retention_days = excluded.retention_days, max_concurrency = excluded.max_concurrency
    """

  let insertion: InsertWorkspace

  func bind(to values: inout Binder) { insertion.bind(to: &values) }
}

struct RestoreExecution: FixedSQLStatement {
  static let sql = """
    INSERT INTO executions
      (id, workspace_id, workflow_id, version_id, state, mode, lane, term, accepted_at, started_at, finished_at,
       wait_until, retry_of, last_node, tag)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """

  let record: ExecutionRecord

  func bind(to values: inout Binder) {
    values.add(record.id)
    values.add(record.workspace)
    values.add(record.workflow)
    values.add(record.version)
    values.add(record.state.rawValue)
    values.add(record.mode.rawValue)
    values.add(record.lane.rawValue)
    values.add(record.term)
    values.add(record.acceptedAt)
    values.add(record.startedAt)
    values.add(record.finishedAt)
    values.add(record.waitUntil)
    values.add(record.retryOf)
    values.add(record.lastNode)
    values.add(record.tag?.name ?? "")
  }
}

struct FindAuditEntry: FixedSQLStatement {
  static let sql = "SELECT \(auditColumns) FROM audit_entries WHERE id = ?"

  let id: AuditEntryID

  func bind(to values: inout Binder) { values.add(id) }

  static func decode(_ row: inout RowReader) throws -> AuditRecord { try ListAuditEntries.decode(&row) }
}

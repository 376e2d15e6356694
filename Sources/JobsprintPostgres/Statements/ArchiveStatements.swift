// What only an archive asks for: rows of a workspace in the order of their ids, and rows written as they were
// elsewhere.

import JobsprintDomain
import JobsprintPorts
import Postgres

/// All versions, also of workflows that are gone.
struct ListAllVersions {
  let workspace: WorkspaceID
  let page: PageRequest<VersionID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(workspace)
    try page.bindLimits(into: &values)
    if let after = page.after { try values.bind(after) }
    let rows = """
      SELECT v.id, v.workflow_id, v.name, v.document, v.created_at FROM jobsprint.workflow_versions AS v
      WHERE v.workspace_id = $1\(page.after == nil ? "" : " AND v.id > $4") ORDER BY v.id LIMIT \(page.rowsToRead)
      """
    return PostgresCommand(
      name: "archive.versions", sql: page.cut(rows, order: "id", weight: "octet_length(document)", place: 2),
      values: values)
  }
}

/// Ids of rows of a workspace, in their order.
struct ListIDs<Kind> {
  enum Table: String {
    case workflows
    case executions
    case auditEntries = "audit_logs"
    /// Ids of workflows that have some.
    case staticData = "static_data"

    var ids: String { self == .staticData ? "workflow_id" : "id" }
  }

  let table: Table
  let workspace: WorkspaceID
  let after: UUIDv7?
  let limit: Int

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(workspace)
    try values.bind(max(0, limit))
    if let after { try values.bind(Identifier<Kind>(after)) }
    return PostgresCommand(
      name: "archive.ids-of-\(table.rawValue)",
      sql: """
        SELECT \(table == .staticData ? "DISTINCT " : "")\(table.ids) FROM jobsprint.\(table.rawValue)
        WHERE workspace_id = $1\(after == nil ? "" : " AND \(table.ids) > $3") ORDER BY \(table.ids) LIMIT $2
        """, values: values)
  }
}

/// Something that only a store in use has, of the transaction's workspaces.
struct AnyRow: PostgresStatement {
  static let name = "archive.any-row"
  static let sql = """
    SELECT EXISTS (SELECT 1 FROM jobsprint.workflow_versions) OR EXISTS (SELECT 1 FROM jobsprint.tags)
      OR EXISTS (SELECT 1 FROM jobsprint.variables) OR EXISTS (SELECT 1 FROM jobsprint.credentials)
      OR EXISTS (SELECT 1 FROM jobsprint.api_keys) OR EXISTS (SELECT 1 FROM jobsprint.executions)
      OR EXISTS (SELECT 1 FROM jobsprint.audit_logs) OR EXISTS (SELECT 1 FROM jobsprint.dead_letters)
      OR EXISTS (SELECT 1 FROM jobsprint.service_accounts)
    """

  static func decode(_ row: inout PostgresRow) throws -> Bool { try row.next() }
}

/// A workspace that exists takes the name and times of the row.
struct RestoreWorkspace: PostgresStatement {
  static let name = "archive.workspace"
  static let sql = """
    INSERT INTO jobsprint.workspaces (id, name, created_at, updated_at, retention_days, max_concurrency)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO UPDATE
    SET name = excluded.name, created_at = excluded.created_at, updated_at = excluded.updated_at,
      retention_days = excluded.retention_days, max_concurrency = excluded.max_concurrency
    """

  let workspace: Workspace

  func bind(into values: inout PostgresBindings) throws {
    try InsertWorkspace(workspace: workspace).bind(into: &values)
  }
}

struct FindAuditEntry: PostgresStatement {
  static let name = "archive.audit-entry"
  static let sql = "SELECT \(auditColumns) FROM jobsprint.audit_logs AS a WHERE a.workspace_id = $1 AND a.id = $2"

  let workspace: WorkspaceID
  let id: AuditEntryID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
  }

  static func decode(_ row: inout PostgresRow) throws -> AuditRecord { try ListChain.decode(&row) }
}

/// Lets a workspace's chain go on behind a seal, unless it has gone further.
struct RestoreAuditHead: PostgresStatement {
  static let name = "archive.audit-head"
  static let sql = """
    INSERT INTO jobsprint.audit_heads AS h (workspace_id, sequence, hash) VALUES ($1, $2, $3)
    ON CONFLICT (workspace_id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash
    WHERE h.sequence < excluded.sequence
    """

  let workspace: WorkspaceID
  let seal: AuditSeal

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(seal.sequence)
    try values.bind(seal.hash)
  }
}

struct RestoreExecution: PostgresStatement {
  static let name = "archive.execution"
  static let sql = """
    INSERT INTO jobsprint.executions
      (workspace_id, id, workflow_id, version_id, accepted_at, retry_of, mode, lane, input)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    """

  let record: ExecutionRecord

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(record.workspace)
    try values.bind(record.id)
    try values.bind(record.workflow)
    try values.bind(record.version)
    try values.bind(record.acceptedAt)
    try values.bind(record.retryOf)
    try values.bind(record.mode.rawValue)
    try values.bind(record.lane.rawValue)
    try values.bind(record.input)
  }
}

/// How an execution ended, with its whole journal.
struct RestoreEnd: PostgresStatement {
  static let name = "archive.end"
  static let sql = """
    INSERT INTO jobsprint.execution_ends
      (id, workspace_id, started_at, finished_at, term, state, last_node, error, entries, workflow_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    """

  let record: ExecutionRecord
  let entries: [JournalEntry]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(record.id)
    try values.bind(record.workspace)
    try values.bind(record.startedAt)
    try values.bind(record.finishedAt ?? record.acceptedAt)
    try values.bind(number: record.term)
    try values.bind(record.state.rawValue)
    try values.bind(text: record.lastNode)
    try values.bind(record.error)
    try values.bind(JournalPack.bytes(of: entries))
    try values.bind(record.state == .success ? nil : record.workflow)
  }
}

/// An execution that goes on here, with its journal so far. One that was running is held by nobody who ever lived: its
/// own id.
struct RestoreLive: PostgresStatement {
  static let name = "archive.live"
  static let sql = """
    WITH journaled AS (
      INSERT INTO jobsprint.journal (execution_id, number, workspace_id, entries)
      SELECT $1, 0, $2, $8 WHERE $8 IS NOT NULL
    )
    INSERT INTO jobsprint.live_executions
      (id, workspace_id, executor_id, started_at, wait_until, term, state, lane, packs, finished, tag)
    VALUES ($1, $2, CASE WHEN $6 = 'running' THEN $1 END, $3, $4, $5, $6, $7, ($8 IS NOT NULL)::int4,
      coalesce($9::int4multirange, '{}'), $10)
    """

  let record: ExecutionRecord
  let entries: [JournalEntry]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(record.id)
    try values.bind(record.workspace)
    try values.bind(record.startedAt)
    try values.bind(record.waitUntil)
    try values.bind(number: record.term)
    try values.bind(record.state.rawValue)
    try values.bind(record.lane.rawValue)
    try values.bind(JournalPack.bytes(of: entries))
    try values.bind(try JournalPack.positions(of: entries))
    try values.bind(record.tag?.name ?? "")
  }
}

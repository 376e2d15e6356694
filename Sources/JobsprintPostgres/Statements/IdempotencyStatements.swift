import JobsprintDomain
import JobsprintPorts
import Postgres

struct FindIdempotencyKey: PostgresStatement {
  static let name = "idempotency.find"
  static let sql = """
    SELECT workspace_id, key, fingerprint, created_at, status, response
    FROM jobsprint.idempotency_keys WHERE workspace_id = $1 AND key = $2
    """

  let workspace: WorkspaceID
  let key: String

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(text: key)
  }

  static func decode(_ row: inout PostgresRow) throws -> IdempotencyRecord {
    IdempotencyRecord(
      workspace: try row.id(), key: try row.text(), fingerprint: try row.next(), createdAt: try row.time(),
      status: try row.next(), response: try row.next())
  }
}

/// Changes nothing where the key was used before; one that another transaction is just using is waited for.
struct InsertIdempotencyKey: PostgresStatement {
  static let name = "idempotency.insert"
  static let sql = """
    INSERT INTO jobsprint.idempotency_keys (workspace_id, key, fingerprint, created_at, status, response)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (workspace_id, key) DO NOTHING
    """

  let record: IdempotencyRecord

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(record.workspace)
    try values.bind(text: record.key)
    try values.bind(record.fingerprint)
    try values.bind(record.createdAt)
    try values.bind(number: record.status)
    try values.bind(record.response)
  }
}

/// Of all workspaces, oldest first; gives a row for each.
struct ForgetIdempotencyKeys: PostgresStatement {
  static let name = "idempotency.forget"
  static let sql = """
    DELETE FROM jobsprint.idempotency_keys WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM jobsprint.idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2)) RETURNING 1
    """

  let time: Timestamp
  let limit: Int

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(time)
    try values.bind(limit)
  }

  static func decode(_ row: inout PostgresRow) throws -> Int { try row.next() }
}

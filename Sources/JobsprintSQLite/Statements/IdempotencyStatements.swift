import JobsprintDomain
import JobsprintPorts

struct FindIdempotencyKey: FixedSQLStatement {
  static let sql = """
    SELECT workspace_id, key, fingerprint, created_at, status, response
    FROM idempotency_keys WHERE workspace_id = ? AND key = ?
    """

  let workspace: WorkspaceID
  let key: String

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(key)
  }

  static func decode(_ row: inout RowReader) throws -> IdempotencyRecord {
    IdempotencyRecord(
      workspace: try row.id(), key: row.text(), fingerprint: row.bytes(), createdAt: row.time(), status: row.int(),
      response: row.bytes())
  }
}

struct InsertIdempotencyKey: FixedSQLStatement {
  static let sql = """
    INSERT INTO idempotency_keys (workspace_id, key, fingerprint, created_at, status, response)
    VALUES (?, ?, ?, ?, ?, ?)
    """

  let record: IdempotencyRecord

  func bind(to values: inout Binder) {
    values.add(record.workspace)
    values.add(record.key)
    values.add(record.fingerprint)
    values.add(record.createdAt)
    values.add(record.status)
    values.add(record.response)
  }
}

struct ForgetIdempotencyKeys: FixedSQLStatement {
  static let sql = """
    DELETE FROM idempotency_keys WHERE (workspace_id, key) IN (
      SELECT workspace_id, key FROM idempotency_keys WHERE created_at < ? ORDER BY created_at LIMIT ?)
    """

  let time: Timestamp
  let limit: Int

  func bind(to values: inout Binder) {
    values.add(time)
    values.add(limit)
  }
}

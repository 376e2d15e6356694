import JobsprintDomain
import JobsprintPorts

struct FindAPIKey: FixedSQLStatement {
  static let sql = "SELECT id, workspace_id, label, hash, created_at FROM api_keys WHERE hash = ?"

  let hash: [UInt8]

  func bind(to values: inout Binder) { values.add(hash) }

  static func decode(_ row: inout RowReader) throws -> APIKeyRecord {
    APIKeyRecord(
      id: try row.id(), workspace: try row.id(), label: row.text(), hash: row.bytes(), createdAt: row.time())
  }
}

struct InsertAPIKey: FixedSQLStatement {
  static let sql = """
    INSERT INTO api_keys (id, workspace_id, label, hash, created_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (hash) DO NOTHING
    """

  let key: APIKeyRecord

  func bind(to values: inout Binder) {
    values.add(key.id)
    values.add(key.workspace)
    values.add(key.label)
    values.add(key.hash)
    values.add(key.createdAt)
  }
}

struct AnyAPIKey: FixedSQLStatement {
  static let sql = "SELECT EXISTS (SELECT 1 FROM api_keys)"

  static func decode(_ row: inout RowReader) -> Bool { row.bool() }
}

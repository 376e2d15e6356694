import JobsprintDomain
import JobsprintPorts

private let columns = "id, workspace_id, label, hash, scopes, expires_at, created_at, user_id"

struct FindAPIKey: FixedSQLStatement {
  static let sql = "SELECT \(columns) FROM api_keys WHERE hash = ?"

  let hash: [UInt8]

  func bind(to values: inout Binder) { values.add(hash) }

  static func decode(_ row: inout RowReader) throws -> APIKeyRecord {
    APIKeyRecord(
      id: try row.id(), workspace: try row.id(), label: row.text(), hash: row.bytes(),
      // Scopes of a program that knows more are none to this one.
      scopes: Set(row.text().split(separator: " ").compactMap { Scope(rawValue: String($0)) }),
      expiresAt: row.optionalTime(), createdAt: row.time(), owner: try row.optionalID())
  }
}

/// A key of a workspace by its id.
struct FindAPIKeyByID: FixedSQLStatement {
  static let sql = "SELECT \(columns) FROM api_keys WHERE workspace_id = ? AND id = ?"

  let workspace: WorkspaceID
  let id: APIKeyID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(id)
  }

  static func decode(_ row: inout RowReader) throws -> APIKeyRecord { try FindAPIKey.decode(&row) }
}

/// Keys of a workspace, oldest first.
struct ListAPIKeys: SQLStatement {
  let workspace: WorkspaceID
  let after: APIKeyID?
  let limit: Int

  var sql: String {
    """
    SELECT \(columns) FROM api_keys
    WHERE workspace_id = ?\(after == nil ? "" : " AND id > ?") ORDER BY id LIMIT ?
    """
  }

  func bind(to values: inout Binder) {
    values.add(workspace)
    if let after { values.add(after) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> APIKeyRecord { try FindAPIKey.decode(&row) }
}

/// Those of a member or service account.
struct ListAPIKeysOfOwner: FixedSQLStatement {
  static let sql = "SELECT \(columns) FROM api_keys WHERE workspace_id = ? AND user_id = ?"

  let workspace: WorkspaceID
  let owner: UserID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(owner)
  }

  static func decode(_ row: inout RowReader) throws -> APIKeyRecord { try FindAPIKey.decode(&row) }
}

struct InsertAPIKey: FixedSQLStatement {
  static let sql = "INSERT INTO api_keys (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"

  let key: APIKeyRecord

  func bind(to values: inout Binder) {
    values.add(key.id)
    values.add(key.workspace)
    values.add(key.label)
    values.add(key.hash)
    values.add(key.scopes.map(\.rawValue).sorted().joined(separator: " "))
    values.add(key.expiresAt)
    values.add(key.createdAt)
    values.add(key.owner)
  }
}

struct DeleteAPIKey: FixedSQLStatement {
  static let sql = "DELETE FROM api_keys WHERE workspace_id = ? AND id = ?"

  let workspace: WorkspaceID
  let id: APIKeyID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(id)
  }
}

struct NoteDeletedAPIKey: FixedSQLStatement {
  static let sql = "INSERT OR IGNORE INTO deleted_api_keys (hash) VALUES (?)"

  let hash: [UInt8]

  func bind(to values: inout Binder) { values.add(hash) }
}

/// Gives a row for a key that was deleted.
struct FindDeletedAPIKey: FixedSQLStatement {
  static let sql = "SELECT 1 FROM deleted_api_keys WHERE hash = ?"

  let hash: [UInt8]

  func bind(to values: inout Binder) { values.add(hash) }
}

struct AnyAPIKey: FixedSQLStatement {
  static let sql = "SELECT EXISTS (SELECT 1 FROM api_keys)"

  static func decode(_ row: inout RowReader) -> Bool { row.bool() }
}

import JobsprintDomain
import JobsprintPorts

private let columns = "workspace_id, id, name, type, key_id, secrets, allowed_hosts, created_at, updated_at"

extension StoredCredential {
  fileprivate init(_ row: inout RowReader) throws {
    let (workspace, id): (WorkspaceID, CredentialID) = (try row.id(), try row.id())
    self.init(
      id: id, workspace: workspace, name: row.text(), type: row.text(),
      secrets: SealedSecrets(key: row.text(), bytes: row.bytes()),
      allowedHosts: row.optionalText().map { $0.split(separator: " ").map { String($0) } }, createdAt: row.time(),
      updatedAt: row.time())
  }
}

/// Credentials of a workspace, oldest first.
struct ListCredentials: SQLStatement {
  let workspace: WorkspaceID
  let after: CredentialID?
  let limit: Int

  var sql: String {
    """
    SELECT \(columns) FROM credentials
    WHERE workspace_id = ?\(after == nil ? "" : " AND id > ?") ORDER BY id LIMIT ?
    """
  }

  func bind(to values: inout Binder) {
    values.add(workspace)
    if let after { values.add(after) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> StoredCredential { try StoredCredential(&row) }
}

struct FindCredential: FixedSQLStatement {
  static let sql = "SELECT \(columns) FROM credentials WHERE workspace_id = ? AND id = ?"

  let workspace: WorkspaceID
  let id: CredentialID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(id)
  }

  static func decode(_ row: inout RowReader) throws -> StoredCredential { try StoredCredential(&row) }
}

struct FindCredentialsByName: FixedSQLStatement {
  static let sql = """
    SELECT \(columns) FROM credentials WHERE workspace_id = ? AND type = ? AND name = ? ORDER BY id LIMIT ?
    """

  let workspace: WorkspaceID
  let type: String
  let name: String
  let limit: Int

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(type)
    values.add(name)
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> StoredCredential { try StoredCredential(&row) }
}

struct InsertCredential: FixedSQLStatement {
  static let sql = "INSERT INTO credentials (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"

  let credential: StoredCredential

  func bind(to values: inout Binder) {
    values.add(credential.workspace)
    values.add(credential.id)
    values.add(credential.name)
    values.add(credential.type)
    values.add(credential.secrets.key)
    values.add(credential.secrets.bytes)
    values.add(credential.allowedHosts?.joined(separator: " "))
    values.add(credential.createdAt)
    values.add(credential.updatedAt)
  }
}

struct UpdateCredential: FixedSQLStatement {
  static let sql = """
    UPDATE credentials SET name = ?, type = ?, key_id = ?, secrets = ?, allowed_hosts = ?, updated_at = ?
    WHERE workspace_id = ? AND id = ?
    """

  let credential: StoredCredential

  func bind(to values: inout Binder) {
    values.add(credential.name)
    values.add(credential.type)
    values.add(credential.secrets.key)
    values.add(credential.secrets.bytes)
    values.add(credential.allowedHosts?.joined(separator: " "))
    values.add(credential.updatedAt)
    values.add(credential.workspace)
    values.add(credential.id)
  }
}

struct DeleteCredential: FixedSQLStatement {
  static let sql = "DELETE FROM credentials WHERE workspace_id = ? AND id = ?"

  let workspace: WorkspaceID
  let id: CredentialID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(id)
  }
}

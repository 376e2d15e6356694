import JobsprintDomain
import JobsprintPorts

private let columns = "id, workspace_id, name, role, created_at, updated_at"

struct FindServiceAccount: FixedSQLStatement {
  static let sql = "SELECT \(columns) FROM service_accounts WHERE workspace_id = ? AND id = ?"

  let workspace: WorkspaceID
  let id: UserID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(id)
  }

  static func decode(_ row: inout RowReader) throws -> ServiceAccount {
    ServiceAccount(
      id: try row.id(), workspace: try row.id(), name: row.text(), role: try row.word(), createdAt: row.time(),
      updatedAt: row.time())
  }
}

struct FindServiceAccountByName: FixedSQLStatement {
  static let sql = "SELECT id FROM service_accounts WHERE workspace_id = ? AND name = ?"

  let workspace: WorkspaceID
  let name: String

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(name)
  }

  static func decode(_ row: inout RowReader) throws -> UserID { try row.id() }
}

/// Of a workspace, oldest first.
struct ListServiceAccounts: SQLStatement {
  let workspace: WorkspaceID
  let after: UserID?
  let limit: Int

  var sql: String {
    """
    SELECT \(columns) FROM service_accounts
    WHERE workspace_id = ?\(after == nil ? "" : " AND id > ?") ORDER BY id LIMIT ?
    """
  }

  func bind(to values: inout Binder) {
    values.add(workspace)
    if let after { values.add(after) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> ServiceAccount { try FindServiceAccount.decode(&row) }
}

struct InsertServiceAccount: FixedSQLStatement {
  static let sql = "INSERT INTO service_accounts (\(columns)) VALUES (?, ?, ?, ?, ?, ?)"

  let account: ServiceAccount

  func bind(to values: inout Binder) {
    values.add(account.id)
    values.add(account.workspace)
    values.add(account.name)
    values.add(account.role.rawValue)
    values.add(account.createdAt)
    values.add(account.updatedAt)
  }
}

struct UpdateServiceAccount: FixedSQLStatement {
  static let sql = "UPDATE service_accounts SET name = ?, role = ?, updated_at = ? WHERE workspace_id = ? AND id = ?"

  let account: ServiceAccount

  func bind(to values: inout Binder) {
    values.add(account.name)
    values.add(account.role.rawValue)
    values.add(account.updatedAt)
    values.add(account.workspace)
    values.add(account.id)
  }
}

struct DeleteServiceAccount: FixedSQLStatement {
  static let sql = "DELETE FROM service_accounts WHERE workspace_id = ? AND id = ?"

  let workspace: WorkspaceID
  let id: UserID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(id)
  }
}

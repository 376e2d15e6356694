import JobsprintDomain
import JobsprintPorts
import Postgres

private let columns = "id, workspace_id, name, role, created_at, updated_at"

struct FindServiceAccount: PostgresStatement {
  static let name = "service-accounts.find"
  static let sql = "SELECT \(columns) FROM jobsprint.service_accounts WHERE workspace_id = $1 AND id = $2"

  let workspace: WorkspaceID
  let id: UserID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
  }

  static func decode(_ row: inout PostgresRow) throws -> ServiceAccount {
    ServiceAccount(
      id: try row.id(), workspace: try row.id(), name: try row.text(), role: try row.word(),
      createdAt: try row.time(), updatedAt: try row.time())
  }
}

/// Of a workspace, oldest first.
struct ListServiceAccounts {
  let workspace: WorkspaceID
  let page: PageRequest<UserID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(workspace)
    try page.bindLimits(into: &values)
    if let after = page.after { try values.bind(after) }
    let rows = """
      SELECT \(columns) FROM jobsprint.service_accounts
      WHERE workspace_id = $1\(page.after == nil ? "" : " AND id > $4") ORDER BY id LIMIT \(page.rowsToRead)
      """
    return PostgresCommand(name: "service-accounts.list", sql: page.cut(rows, order: "id", place: 2), values: values)
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: ServiceAccount, read: Int) {
    (try FindServiceAccount.decode(&row), try row.next())
  }
}

/// Changes nothing where the name is taken.
struct InsertServiceAccount: PostgresStatement {
  static let name = "service-accounts.insert"
  static let sql = """
    INSERT INTO jobsprint.service_accounts (\(columns)) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (workspace_id, sha256(name)) DO NOTHING
    """

  let account: ServiceAccount

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(account.id)
    try values.bind(account.workspace)
    try values.bind(text: account.name)
    try values.bind(account.role.rawValue)
    try values.bind(account.createdAt)
    try values.bind(account.updatedAt)
  }
}

/// Violates ``uniqueName`` where the name is another's.
struct UpdateServiceAccount: PostgresStatement {
  static let name = "service-accounts.update"
  static let uniqueName = "service_accounts_by_name"
  static let sql = """
    UPDATE jobsprint.service_accounts SET name = coalesce($3, name), role = coalesce($4, role), updated_at = $5
    WHERE workspace_id = $1 AND id = $2 RETURNING \(columns)
    """

  let workspace: WorkspaceID
  let id: UserID
  let newName: String?
  let role: Role?
  let time: Timestamp

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
    try values.bind(text: newName)
    try values.bind(role?.rawValue)
    try values.bind(time)
  }

  static func decode(_ row: inout PostgresRow) throws -> ServiceAccount { try FindServiceAccount.decode(&row) }
}

struct DeleteServiceAccount: PostgresStatement {
  static let name = "service-accounts.delete"
  static let sql = """
    DELETE FROM jobsprint.service_accounts WHERE workspace_id = $1 AND id = $2 RETURNING \(columns)
    """

  let workspace: WorkspaceID
  let id: UserID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
  }

  static func decode(_ row: inout PostgresRow) throws -> ServiceAccount { try FindServiceAccount.decode(&row) }
}

import JobsprintDomain
import JobsprintPorts
import Postgres

private let columns = "workspace_id, id, created_at, updated_at, name, type, key_id, secrets, allowed_hosts"

extension StoredCredential {
  fileprivate init(_ row: inout PostgresRow) throws {
    let (workspace, id): (WorkspaceID, CredentialID) = (try row.id(), try row.id())
    let (createdAt, updatedAt) = (try row.time(), try row.time())
    self.init(
      id: id, workspace: workspace, name: try row.text(), type: try row.next(),
      secrets: SealedSecrets(key: try row.next(), bytes: try row.next()),
      allowedHosts: try row.nextOptional(String.self)?.split(separator: " ").map { String($0) }, createdAt: createdAt,
      updatedAt: updatedAt)
  }
}

/// Credentials of a workspace, oldest first.
struct ListCredentials {
  let workspace: WorkspaceID
  let page: PageRequest<CredentialID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(workspace)
    try page.bindLimits(into: &values)
    if let after = page.after { try values.bind(after) }
    let rows = """
      SELECT \(columns) FROM jobsprint.credentials
      WHERE workspace_id = $1\(page.after == nil ? "" : " AND id > $4") ORDER BY id LIMIT \(page.rowsToRead)
      """
    return PostgresCommand(name: "credentials.list", sql: page.cut(rows, order: "id", place: 2), values: values)
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: StoredCredential, read: Int) {
    (try StoredCredential(&row), try row.next())
  }
}

struct FindCredential: PostgresStatement {
  static let name = "credentials.find"
  static let sql = "SELECT \(columns) FROM jobsprint.credentials WHERE workspace_id = $1 AND id = $2"

  let workspace: WorkspaceID
  let id: CredentialID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
  }

  static func decode(_ row: inout PostgresRow) throws -> StoredCredential { try StoredCredential(&row) }
}

struct FindCredentialsByName: PostgresStatement {
  static let name = "credentials.find-by-name"
  static let sql = """
    SELECT \(columns) FROM jobsprint.credentials
    WHERE workspace_id = $1 AND type = $2 AND name_hash = sha256($3) ORDER BY id LIMIT $4
    """

  let workspace: WorkspaceID
  let type: String
  let wanted: String
  let limit: Int

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(type)
    try values.bind(text: wanted)
    try values.bind(limit)
  }

  static func decode(_ row: inout PostgresRow) throws -> StoredCredential { try StoredCredential(&row) }
}

struct InsertCredential: PostgresStatement {
  static let name = "credentials.insert"
  static let sql = "INSERT INTO jobsprint.credentials (\(columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"

  let credential: StoredCredential

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(credential.workspace)
    try values.bind(credential.id)
    try values.bind(credential.createdAt)
    try values.bind(credential.updatedAt)
    try values.bind(text: credential.name)
    try values.bind(credential.type)
    try values.bind(credential.secrets.key)
    try values.bind(credential.secrets.bytes)
    try values.bind(credential.allowedHosts?.joined(separator: " "))
  }
}

/// Changes nothing where its secrets are others by now.
struct UpdateCredential: PostgresStatement {
  static let name = "credentials.update"
  static let sql = """
    UPDATE jobsprint.credentials
    SET updated_at = $3, name = $4, type = $5, key_id = $6, secrets = $7, allowed_hosts = $8
    WHERE workspace_id = $1 AND id = $2 AND key_id = $9 AND secrets = $10
    """

  let credential: StoredCredential
  let known: SealedSecrets

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(credential.workspace)
    try values.bind(credential.id)
    try values.bind(credential.updatedAt)
    try values.bind(text: credential.name)
    try values.bind(credential.type)
    try values.bind(credential.secrets.key)
    try values.bind(credential.secrets.bytes)
    try values.bind(credential.allowedHosts?.joined(separator: " "))
    try values.bind(known.key)
    try values.bind(known.bytes)
  }
}

struct DeleteCredential: PostgresStatement {
  static let name = "credentials.delete"
  static let sql = "DELETE FROM jobsprint.credentials WHERE workspace_id = $1 AND id = $2 RETURNING \(columns)"

  let workspace: WorkspaceID
  let id: CredentialID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
  }

  static func decode(_ row: inout PostgresRow) throws -> StoredCredential { try StoredCredential(&row) }
}

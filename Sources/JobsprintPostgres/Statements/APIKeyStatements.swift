import JobsprintDomain
import JobsprintPorts
import Postgres

private let columns = "id, workspace_id, label, hash, scopes, expires_at, created_at, user_id"

extension APIKeyRecord {
  fileprivate init(_ row: inout PostgresRow) throws {
    self.init(
      id: try row.id(), workspace: try row.id(), label: try row.text(), hash: try row.next(),
      scopes: Set(
        // A scope that only a newer program knows gives nothing here.
        try row.nextArray(of: String.self).compactMap { Scope(rawValue: $0) }),
      expiresAt: try row.optionalTime(), createdAt: try row.time(), owner: try row.optionalID())
  }
}

struct FindAPIKey: PostgresStatement {
  static let name = "keys.find"
  static let sql = "SELECT \(columns) FROM jobsprint.find_api_key($1)"

  let hash: [UInt8]

  func bind(into values: inout PostgresBindings) throws { try values.bind(hash) }

  static func decode(_ row: inout PostgresRow) throws -> APIKeyRecord { try APIKeyRecord(&row) }
}

/// Changes nothing where a key has, or had, the same hash.
struct InsertAPIKey: PostgresStatement {
  static let name = "keys.insert"
  static let sql = """
    INSERT INTO jobsprint.api_keys (\(columns)) SELECT $1, $2, $3, $4, $5, $6, $7, $8
    WHERE NOT EXISTS (SELECT 1 FROM jobsprint.deleted_api_keys WHERE hash = $4)
    ON CONFLICT (hash) DO NOTHING
    """

  let key: APIKeyRecord

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(key.id)
    try values.bind(key.workspace)
    try values.bind(text: key.label)
    try values.bind(key.hash)
    try values.bind(array: key.scopes.map(\.rawValue).sorted())
    try values.bind(key.expiresAt)
    try values.bind(key.createdAt)
    try values.bind(key.owner)
  }
}

/// Keys of a workspace, oldest first.
struct ListAPIKeys {
  let workspace: WorkspaceID
  let page: PageRequest<APIKeyID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(workspace)
    try page.bindLimits(into: &values)
    if let after = page.after { try values.bind(after) }
    let rows = """
      SELECT \(columns) FROM jobsprint.api_keys
      WHERE workspace_id = $1\(page.after == nil ? "" : " AND id > $4") ORDER BY id LIMIT \(page.rowsToRead)
      """
    return PostgresCommand(name: "keys.list", sql: page.cut(rows, order: "id", place: 2), values: values)
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: APIKeyRecord, read: Int) {
    (try APIKeyRecord(&row), try row.next())
  }
}

struct DeleteAPIKey: PostgresStatement {
  static let name = "keys.delete"
  static let sql = """
    WITH gone AS (DELETE FROM jobsprint.api_keys WHERE workspace_id = $1 AND id = $2 RETURNING \(columns)),
    noted AS (INSERT INTO jobsprint.deleted_api_keys SELECT hash FROM gone ON CONFLICT DO NOTHING)
    SELECT \(columns) FROM gone
    """

  let workspace: WorkspaceID
  let id: APIKeyID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
  }

  static func decode(_ row: inout PostgresRow) throws -> APIKeyRecord { try APIKeyRecord(&row) }
}

/// Those of a member or service account.
struct DeleteAPIKeysOfOwner: PostgresStatement {
  static let name = "keys.delete-of-owner"
  static let sql = """
    WITH gone AS (DELETE FROM jobsprint.api_keys WHERE workspace_id = $1 AND user_id = $2 RETURNING hash)
    INSERT INTO jobsprint.deleted_api_keys SELECT hash FROM gone ON CONFLICT DO NOTHING
    """

  let workspace: WorkspaceID
  let owner: UserID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(owner)
  }
}

struct AnyAPIKey: PostgresStatement {
  static let name = "keys.any"
  static let sql = "SELECT jobsprint.has_api_key()"

  static func decode(_ row: inout PostgresRow) throws -> Bool { try row.next() }
}

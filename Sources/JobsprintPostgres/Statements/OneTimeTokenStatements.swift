// Tokens that are good once: setup, invitations, new passwords.

import JobsprintDomain
import JobsprintPorts
import Postgres

private let tokenColumns = "id, purpose, hash, workspace_id, user_id, email, role, created_at, expires_at"

struct InsertOneTimeToken: PostgresStatement {
  static let name = "tokens.insert"
  static let sql = "INSERT INTO jobsprint.one_time_tokens (\(tokenColumns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"

  let token: OneTimeToken

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(token.id)
    try values.bind(token.purpose.rawValue)
    try values.bind(token.hash)
    try values.bind(token.workspace)
    try values.bind(token.user)
    try values.bind(token.email?.text)
    try values.bind(token.role?.rawValue)
    try values.bind(token.createdAt)
    try values.bind(token.expiresAt)
  }
}

struct FindOneTimeToken: PostgresStatement {
  static let name = "tokens.find"
  static let sql = "SELECT \(tokenColumns) FROM jobsprint.one_time_tokens WHERE hash = $1"

  let hash: [UInt8]

  func bind(into values: inout PostgresBindings) throws { try values.bind(hash) }

  static func decode(_ row: inout PostgresRow) throws -> OneTimeToken {
    OneTimeToken(
      id: try row.id(), purpose: try row.word(), hash: try row.next(), workspace: try row.id(),
      user: try row.optionalID(), email: try row.nextOptional(String.self).map { EmailAddress(stored: $0) },
      role: try row.nextOptional(String.self).flatMap { Role(rawValue: $0) }, createdAt: try row.time(),
      expiresAt: try row.time())
  }
}

/// Oldest first.
struct ListInvitations {
  let workspace: WorkspaceID
  let page: PageRequest<OneTimeTokenID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(workspace)
    try page.bindLimits(into: &values)
    if let after = page.after { try values.bind(after) }
    let rows = """
      SELECT \(tokenColumns) FROM jobsprint.one_time_tokens
      WHERE workspace_id = $1 AND purpose = 'invitation'\(page.after == nil ? "" : " AND id > $4")
      ORDER BY id LIMIT \(page.rowsToRead)
      """
    return PostgresCommand(name: "tokens.invitations", sql: page.cut(rows, order: "id", place: 2), values: values)
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: OneTimeToken, read: Int) {
    (try FindOneTimeToken.decode(&row), try row.next())
  }
}

struct DeleteInvitation: PostgresStatement {
  static let name = "tokens.delete-invitation"
  static let sql = """
    DELETE FROM jobsprint.one_time_tokens WHERE workspace_id = $1 AND purpose = 'invitation' AND id = $2
    RETURNING \(tokenColumns)
    """

  let workspace: WorkspaceID
  let id: OneTimeTokenID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
  }

  static func decode(_ row: inout PostgresRow) throws -> OneTimeToken { try FindOneTimeToken.decode(&row) }
}

struct SpendOneTimeToken: PostgresStatement {
  static let name = "tokens.spend"
  static let sql = "DELETE FROM jobsprint.one_time_tokens WHERE hash = $1"

  let hash: [UInt8]

  func bind(into values: inout PostgresBindings) throws { try values.bind(hash) }
}

struct DeleteSetupTokens: PostgresStatement {
  static let name = "tokens.delete-setup"
  static let sql = "DELETE FROM jobsprint.one_time_tokens WHERE purpose = 'setup'"
}

struct ForgetOneTimeTokens: PostgresStatement {
  static let name = "tokens.forget"
  static let sql = """
    DELETE FROM jobsprint.one_time_tokens WHERE hash IN (
      SELECT hash FROM jobsprint.one_time_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
    """

  let time: Timestamp
  let limit: Int

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(time)
    try values.bind(max(0, limit))
  }
}

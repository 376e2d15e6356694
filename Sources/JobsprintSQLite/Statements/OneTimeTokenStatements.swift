// Tokens that are good once: setup, invitations, new passwords.

import JobsprintDomain
import JobsprintPorts

private let tokenColumns = "id, purpose, hash, workspace_id, user_id, email, role, created_at, expires_at"

struct InsertOneTimeToken: FixedSQLStatement {
  static let sql = "INSERT INTO one_time_tokens (\(tokenColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"

  let token: OneTimeToken

  func bind(to values: inout Binder) {
    values.add(token.id)
    values.add(token.purpose.rawValue)
    values.add(token.hash)
    values.add(token.workspace)
    values.add(token.user)
    values.add(token.email?.text)
    values.add(token.role?.rawValue)
    values.add(token.createdAt)
    values.add(token.expiresAt)
  }
}

struct FindOneTimeToken: FixedSQLStatement {
  static let sql = "SELECT \(tokenColumns) FROM one_time_tokens WHERE hash = ?"

  let hash: [UInt8]

  func bind(to values: inout Binder) { values.add(hash) }

  static func decode(_ row: inout RowReader) throws -> OneTimeToken {
    OneTimeToken(
      id: try row.id(), purpose: try row.word(), hash: row.bytes(), workspace: try row.id(),
      user: try row.optionalID(), email: row.optionalText().map { EmailAddress(stored: $0) },
      role: row.optionalText().flatMap { Role(rawValue: $0) }, createdAt: row.time(), expiresAt: row.time())
  }
}

struct ListInvitations: SQLStatement {
  let workspace: WorkspaceID
  let after: OneTimeTokenID?
  let limit: Int

  var sql: String {
    """
    SELECT \(tokenColumns) FROM one_time_tokens
    WHERE workspace_id = ? AND purpose = 'invitation'\(after == nil ? "" : " AND id > ?") ORDER BY id LIMIT ?
    """
  }

  func bind(to values: inout Binder) {
    values.add(workspace)
    if let after { values.add(after) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> OneTimeToken { try FindOneTimeToken.decode(&row) }
}

struct FindInvitation: FixedSQLStatement {
  static let sql = """
    SELECT \(tokenColumns) FROM one_time_tokens WHERE workspace_id = ? AND purpose = 'invitation' AND id = ?
    """

  let workspace: WorkspaceID
  let id: OneTimeTokenID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(id)
  }

  static func decode(_ row: inout RowReader) throws -> OneTimeToken { try FindOneTimeToken.decode(&row) }
}

struct DeleteOneTimeToken: FixedSQLStatement {
  static let sql = "DELETE FROM one_time_tokens WHERE hash = ?"

  let hash: [UInt8]

  func bind(to values: inout Binder) { values.add(hash) }
}

struct DeleteSetupTokens: FixedSQLStatement {
  static let sql = "DELETE FROM one_time_tokens WHERE purpose = 'setup'"
}

struct ForgetOneTimeTokens: FixedSQLStatement {
  static let sql = """
    DELETE FROM one_time_tokens WHERE hash IN (SELECT hash FROM one_time_tokens WHERE expires_at < ? LIMIT ?)
    """

  let time: Timestamp
  let limit: Int

  func bind(to values: inout Binder) {
    values.add(time)
    values.add(limit)
  }
}

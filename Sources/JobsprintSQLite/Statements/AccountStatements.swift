// Users, memberships and one-time tokens.

import JobsprintDomain
import JobsprintPorts

private let userColumns = "u.id, u.email, u.name, u.password, u.status, u.created_at, u.updated_at"
/// Of a member: nobody needs the hash of his password.
private let memberColumns = "u.id, u.email, u.name, NULL, u.status, u.created_at, u.updated_at, m.role"
private let tokenColumns = "id, purpose, hash, workspace_id, user_id, email, role, created_at, expires_at"

extension RowReader {
  mutating func user() throws -> User {
    User(
      id: try id(), email: EmailAddress(stored: text()), name: text(), passwordHash: optionalText(), status: try word(),
      createdAt: time(), updatedAt: time())
  }
}

struct AnyUser: FixedSQLStatement {
  static let sql = "SELECT EXISTS (SELECT 1 FROM users)"

  static func decode(_ row: inout RowReader) -> Bool { row.bool() }
}

struct FindUser: FixedSQLStatement {
  static let sql = "SELECT \(userColumns) FROM users AS u WHERE u.id = ?"

  let id: UserID

  func bind(to values: inout Binder) { values.add(id) }

  static func decode(_ row: inout RowReader) throws -> User { try row.user() }
}

struct FindUserByEmail: FixedSQLStatement {
  static let sql = "SELECT \(userColumns) FROM users AS u WHERE u.email_key = ?"

  let email: EmailAddress

  func bind(to values: inout Binder) { values.add(email.key) }

  static func decode(_ row: inout RowReader) throws -> User { try row.user() }
}

/// Oldest first.
struct ListUsers: SQLStatement {
  let after: UserID?
  let limit: Int

  var sql: String {
    "SELECT \(userColumns) FROM users AS u\(after == nil ? "" : " WHERE u.id > ?") ORDER BY u.id LIMIT ?"
  }

  func bind(to values: inout Binder) {
    if let after { values.add(after) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> User { try row.user() }
}

struct InsertUser: FixedSQLStatement {
  static let sql = """
    INSERT INTO users (id, email, email_key, name, password, status, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    """

  let user: User

  func bind(to values: inout Binder) {
    values.add(user.id)
    values.add(user.email.text)
    values.add(user.email.key)
    values.add(user.name)
    values.add(user.passwordHash)
    values.add(user.status.rawValue)
    values.add(user.createdAt)
    values.add(user.updatedAt)
  }
}

struct SetUserPassword: FixedSQLStatement {
  static let sql = "UPDATE users SET password = ?, updated_at = ? WHERE id = ?"

  let id: UserID
  let hash: String
  let time: Timestamp

  func bind(to values: inout Binder) {
    values.add(hash)
    values.add(time)
    values.add(id)
  }
}

struct SetUserStatus: FixedSQLStatement {
  static let sql = "UPDATE users SET status = ?, updated_at = ? WHERE id = ?"

  let id: UserID
  let status: UserStatus
  let time: Timestamp

  func bind(to values: inout Binder) {
    values.add(status.rawValue)
    values.add(time)
    values.add(id)
  }
}

/// Of a user, or of all users of a workspace, in the order of the other's ids.
struct ListMemberships: SQLStatement {
  enum Subject {
    case user(UserID)
    case workspace(WorkspaceID, after: UserID?, limit: Int)
  }

  let subject: Subject

  var sql: String {
    let rows = "SELECT workspace_id, user_id, role, created_at, updated_at FROM memberships"
    switch subject {
    case .user: return "\(rows) WHERE user_id = ? ORDER BY workspace_id"
    case .workspace(_, let after, _):
      return "\(rows) WHERE workspace_id = ?\(after == nil ? "" : " AND user_id > ?") ORDER BY user_id LIMIT ?"
    }
  }

  func bind(to values: inout Binder) {
    switch subject {
    case .user(let user): values.add(user)
    case .workspace(let workspace, let after, let limit):
      values.add(workspace)
      if let after { values.add(after) }
      values.add(limit)
    }
  }

  static func decode(_ row: inout RowReader) throws -> Membership {
    Membership(
      workspace: try row.id(), user: try row.id(), role: try row.word(), createdAt: row.time(), updatedAt: row.time())
  }
}

struct FindMember: FixedSQLStatement {
  static let sql = """
    SELECT \(memberColumns) FROM memberships AS m JOIN users AS u ON u.id = m.user_id
    WHERE m.workspace_id = ? AND m.user_id = ?
    """

  let workspace: WorkspaceID
  let user: UserID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(user)
  }

  static func decode(_ row: inout RowReader) throws -> Member { Member(user: try row.user(), role: try row.word()) }
}

struct ListMembers: SQLStatement {
  let workspace: WorkspaceID
  let after: UserID?
  let limit: Int

  var sql: String {
    """
    SELECT \(memberColumns) FROM memberships AS m JOIN users AS u ON u.id = m.user_id
    WHERE m.workspace_id = ?\(after == nil ? "" : " AND m.user_id > ?") ORDER BY m.user_id LIMIT ?
    """
  }

  func bind(to values: inout Binder) {
    values.add(workspace)
    if let after { values.add(after) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> Member { try FindMember.decode(&row) }
}

struct InsertMembership: FixedSQLStatement {
  static let sql =
    "INSERT INTO memberships (workspace_id, user_id, role, created_at, updated_at) VALUES (?, ?, ?, ?, ?)"

  let membership: Membership

  func bind(to values: inout Binder) {
    values.add(membership.workspace)
    values.add(membership.user)
    values.add(membership.role.rawValue)
    values.add(membership.createdAt)
    values.add(membership.updatedAt)
  }
}

struct ChangeRole: FixedSQLStatement {
  static let sql = "UPDATE memberships SET role = ?, updated_at = ? WHERE workspace_id = ? AND user_id = ?"

  let workspace: WorkspaceID
  let user: UserID
  let role: Role
  let time: Timestamp

  func bind(to values: inout Binder) {
    values.add(role.rawValue)
    values.add(time)
    values.add(workspace)
    values.add(user)
  }
}

struct DeleteMembership: FixedSQLStatement {
  static let sql = "DELETE FROM memberships WHERE workspace_id = ? AND user_id = ?"

  let workspace: WorkspaceID
  let user: UserID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(user)
  }
}

/// Whether somebody beside a user owns a workspace and can sign in.
struct AnyOtherOwner: FixedSQLStatement {
  static let sql = """
    SELECT EXISTS (SELECT 1 FROM memberships AS m JOIN users AS u ON u.id = m.user_id
      WHERE m.workspace_id = ? AND m.role = 'owner' AND m.user_id <> ? AND u.status = 'active')
    """

  let workspace: WorkspaceID
  let user: UserID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(user)
  }

  static func decode(_ row: inout RowReader) -> Bool { row.bool() }
}

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

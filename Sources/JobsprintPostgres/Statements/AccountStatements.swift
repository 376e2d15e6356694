// Users, memberships and one-time tokens.

import JobsprintDomain
import JobsprintPorts
import Postgres

private let userColumns = "u.id, u.email, u.name, u.password, u.status, u.created_at, u.updated_at"
/// Of a member: nobody needs the hash of his password, and jobsprint_api may not read it.
private let memberColumns = "u.id, u.email, u.name, NULL::text, u.status, u.created_at, u.updated_at, m.role"
private let tokenColumns = "id, purpose, hash, workspace_id, user_id, email, role, created_at, expires_at"

extension PostgresRow {
  mutating func user() throws -> User {
    User(
      id: try id(), email: EmailAddress(stored: try next(String.self)), name: try text(),
      passwordHash: try nextOptional(String.self),
      status: try word(), createdAt: try time(), updatedAt: try time())
  }
}

struct AnyUser: PostgresStatement {
  static let name = "users.any"
  static let sql = "SELECT EXISTS (SELECT 1 FROM jobsprint.users)"

  static func decode(_ row: inout PostgresRow) throws -> Bool { try row.next() }
}

/// Of several that each want to make the first user, one goes on at a time.
struct LockFirstUser: PostgresStatement {
  static let name = "users.lock-first"
  static let sql = "SELECT pg_advisory_xact_lock(hashtext('jobsprint.first_user')) IS NULL"

  static func decode(_ row: inout PostgresRow) throws -> Bool { try row.next() }
}

struct FindUser: PostgresStatement {
  static let name = "users.find"
  static let sql = "SELECT \(userColumns) FROM jobsprint.users AS u WHERE u.id = $1"

  let id: UserID

  func bind(into values: inout PostgresBindings) throws { try values.bind(id) }

  static func decode(_ row: inout PostgresRow) throws -> User { try row.user() }
}

struct LockUser: PostgresStatement {
  static let name = "users.lock"
  static let sql = "SELECT \(userColumns) FROM jobsprint.users AS u WHERE u.id = $1 FOR UPDATE"

  let id: UserID

  func bind(into values: inout PostgresBindings) throws { try values.bind(id) }

  static func decode(_ row: inout PostgresRow) throws -> User { try row.user() }
}

struct FindUserByEmail: PostgresStatement {
  static let name = "users.find-by-email"
  static let sql = "SELECT \(userColumns) FROM jobsprint.users AS u WHERE u.email_key = $1"

  let email: EmailAddress

  func bind(into values: inout PostgresBindings) throws { try values.bind(email.key) }

  static func decode(_ row: inout PostgresRow) throws -> User { try row.user() }
}

/// Oldest first.
struct ListUsers {
  let page: PageRequest<UserID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try page.bindLimits(into: &values)
    if let after = page.after { try values.bind(after) }
    let rows = """
      SELECT \(userColumns) FROM jobsprint.users AS u\(page.after == nil ? "" : " WHERE u.id > $3")
      ORDER BY u.id LIMIT \(page.rowsToRead)
      """
    return PostgresCommand(name: "users.list", sql: page.cut(rows, order: "id", place: 1), values: values)
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: User, read: Int) {
    (try row.user(), try row.next())
  }
}

/// Changes nothing where another has the email address.
struct InsertUser: PostgresStatement {
  static let name = "users.insert"
  static let sql = """
    INSERT INTO jobsprint.users (id, email, email_key, name, password, status, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (email_key) DO NOTHING
    """

  let user: User

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(user.id)
    try values.bind(user.email.text)
    try values.bind(user.email.key)
    try values.bind(text: user.name)
    try values.bind(user.passwordHash)
    try values.bind(user.status.rawValue)
    try values.bind(user.createdAt)
    try values.bind(user.updatedAt)
  }
}

struct SetUserPassword: PostgresStatement {
  static let name = "users.set-password"
  static let sql = "UPDATE jobsprint.users SET password = $2, updated_at = $3 WHERE id = $1"

  let id: UserID
  let hash: String
  let time: Timestamp

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(id)
    try values.bind(hash)
    try values.bind(time)
  }
}

struct SetUserStatus: PostgresStatement {
  static let name = "users.set-status"
  static let sql = "UPDATE jobsprint.users SET status = $2, updated_at = $3 WHERE id = $1"

  let id: UserID
  let status: UserStatus
  let time: Timestamp

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(id)
    try values.bind(status.rawValue)
    try values.bind(time)
  }
}

/// A user's, by their workspaces.
struct ListMembershipsOfUser: PostgresStatement {
  static let name = "memberships.of-user"
  static let sql = """
    SELECT workspace_id, user_id, role, created_at, updated_at FROM jobsprint.memberships WHERE user_id = $1
    ORDER BY workspace_id
    """

  let user: UserID

  func bind(into values: inout PostgresBindings) throws { try values.bind(user) }

  static func decode(_ row: inout PostgresRow) throws -> Membership {
    Membership(
      workspace: try row.id(), user: try row.id(), role: try row.word(), createdAt: try row.time(),
      updatedAt: try row.time())
  }
}

/// A workspace's, by their users.
struct ListMemberships {
  let workspace: WorkspaceID
  let page: PageRequest<UserID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(workspace)
    try page.bindLimits(into: &values)
    if let after = page.after { try values.bind(after) }
    let rows = """
      SELECT workspace_id, user_id, role, created_at, updated_at FROM jobsprint.memberships
      WHERE workspace_id = $1\(page.after == nil ? "" : " AND user_id > $4") ORDER BY user_id LIMIT \(page.rowsToRead)
      """
    return PostgresCommand(name: "memberships.list", sql: page.cut(rows, order: "user_id", place: 2), values: values)
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: Membership, read: Int) {
    (try ListMembershipsOfUser.decode(&row), try row.next())
  }
}

struct FindMember: PostgresStatement {
  static let name = "members.find"
  static let sql = """
    SELECT \(memberColumns) FROM jobsprint.memberships AS m JOIN jobsprint.users AS u ON u.id = m.user_id
    WHERE m.workspace_id = $1 AND m.user_id = $2
    """

  let workspace: WorkspaceID
  let user: UserID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(user)
  }

  static func decode(_ row: inout PostgresRow) throws -> Member {
    Member(user: try row.user(), role: try row.word())
  }
}

/// Oldest users first.
struct ListMembers {
  let workspace: WorkspaceID
  let page: PageRequest<UserID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(workspace)
    try page.bindLimits(into: &values)
    if let after = page.after { try values.bind(after) }
    let rows = """
      SELECT \(memberColumns) FROM jobsprint.memberships AS m JOIN jobsprint.users AS u ON u.id = m.user_id
      WHERE m.workspace_id = $1\(page.after == nil ? "" : " AND m.user_id > $4")
      ORDER BY m.user_id LIMIT \(page.rowsToRead)
      """
    return PostgresCommand(name: "members.list", sql: page.cut(rows, order: "id", place: 2), values: values)
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: Member, read: Int) {
    (try FindMember.decode(&row), try row.next())
  }
}

/// Changes nothing where he is a member.
struct InsertMembership: PostgresStatement {
  static let name = "memberships.insert"
  static let sql = """
    INSERT INTO jobsprint.memberships (workspace_id, user_id, role, created_at, updated_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (workspace_id, user_id) DO NOTHING
    """

  let membership: Membership

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(membership.workspace)
    try values.bind(membership.user)
    try values.bind(membership.role.rawValue)
    try values.bind(membership.createdAt)
    try values.bind(membership.updatedAt)
  }
}

struct ChangeRole: PostgresStatement {
  static let name = "memberships.change-role"
  static let sql = """
    UPDATE jobsprint.memberships SET role = $3, updated_at = $4 WHERE workspace_id = $1 AND user_id = $2
    """

  let workspace: WorkspaceID
  let user: UserID
  let role: Role
  let time: Timestamp

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(user)
    try values.bind(role.rawValue)
    try values.bind(time)
  }
}

struct DeleteMembership: PostgresStatement {
  static let name = "memberships.delete"
  static let sql = "DELETE FROM jobsprint.memberships WHERE workspace_id = $1 AND user_id = $2"

  let workspace: WorkspaceID
  let user: UserID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(user)
  }
}

/// Keeps others from changing who owns a workspace until the transaction ends. What is read behind it is read anew.
struct LockOwners: PostgresStatement {
  static let name = "memberships.lock-owners"
  static let sql = """
    SELECT user_id FROM jobsprint.memberships WHERE workspace_id = $1 AND role = 'owner' ORDER BY user_id FOR UPDATE
    """

  let workspace: WorkspaceID

  func bind(into values: inout PostgresBindings) throws { try values.bind(workspace) }

  static func decode(_ row: inout PostgresRow) throws -> UserID { try row.id() }
}

/// The same for all workspaces that a user owns.
struct LockOwnersBeside: PostgresStatement {
  static let name = "memberships.lock-owners-beside"
  static let sql = """
    SELECT user_id FROM jobsprint.memberships
    WHERE role = 'owner'
      AND workspace_id IN (SELECT o.workspace_id FROM jobsprint.memberships AS o WHERE o.user_id = $1 AND o.role = 'owner')
    ORDER BY workspace_id, user_id FOR UPDATE
    """

  let user: UserID

  func bind(into values: inout PostgresBindings) throws { try values.bind(user) }

  static func decode(_ row: inout PostgresRow) throws -> UserID { try row.id() }
}

/// Whether somebody beside a user owns a workspace and can sign in.
struct AnyOtherOwner: PostgresStatement {
  static let name = "memberships.any-other-owner"
  static let sql = """
    SELECT EXISTS (SELECT 1 FROM jobsprint.memberships AS m JOIN jobsprint.users AS u ON u.id = m.user_id
      WHERE m.workspace_id = $1 AND m.role = 'owner' AND m.user_id <> $2 AND u.status = 'active')
    """

  let workspace: WorkspaceID
  let user: UserID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(user)
  }

  static func decode(_ row: inout PostgresRow) throws -> Bool { try row.next() }
}

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

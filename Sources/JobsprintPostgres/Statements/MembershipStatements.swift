// Who belongs to a workspace, and what he is there.

import JobsprintDomain
import JobsprintPorts
import Postgres

/// Of a member: nobody needs the hash of his password, and jobsprint_api may not read it.
private let memberColumns = "u.id, u.email, u.name, NULL::text, u.status, u.created_at, u.updated_at, m.role"

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

// Who belongs to a workspace, and what he is there.

import JobsprintDomain
import JobsprintPorts

/// Of a member: nobody needs the hash of his password.
private let memberColumns = "u.id, u.email, u.name, NULL, u.status, u.created_at, u.updated_at, m.role"

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

import JobsprintDomain
import JobsprintPorts
import Postgres

private let columns = """
  s.id, s.user_id, s.workspace_id, s.created_at, s.used_at, s.expires_at, s.revoked_at, s.address, s.agent
  """

extension PostgresRow {
  fileprivate mutating func session() throws -> Session {
    Session(
      id: try id(), user: try id(), workspace: try id(), createdAt: try time(), usedAt: try time(),
      expiresAt: try time(), revokedAt: try optionalTime(), address: try optionalText(), agent: try optionalText())
  }
}

struct InsertSession: PostgresStatement {
  static let name = "sessions.insert"
  static let sql = """
    INSERT INTO jobsprint.sessions
      (id, user_id, workspace_id, created_at, used_at, expires_at, revoked_at, address, agent)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    """

  let session: Session

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(session.id)
    try values.bind(session.user)
    try values.bind(session.workspace)
    try values.bind(session.createdAt)
    try values.bind(session.usedAt)
    try values.bind(session.expiresAt)
    try values.bind(session.revokedAt)
    try values.bind(text: session.address)
    try values.bind(text: session.agent)
  }
}

/// A session with what its user may be now.
struct FindStanding: PostgresStatement {
  static let name = "sessions.standing"
  static let sql = """
    SELECT \(columns), u.status, m.role
    FROM jobsprint.sessions AS s JOIN jobsprint.users AS u ON u.id = s.user_id
    LEFT JOIN jobsprint.memberships AS m ON m.workspace_id = s.workspace_id AND m.user_id = s.user_id
    WHERE s.id = $1
    """

  let id: SessionID

  func bind(into values: inout PostgresBindings) throws { try values.bind(id) }

  static func decode(_ row: inout PostgresRow) throws -> SessionStanding {
    SessionStanding(
      session: try row.session(), status: try row.word(),
      role: try row.nextOptional(String.self).flatMap { Role(rawValue: $0) })
  }
}

/// A user's that are not over, newest first.
struct ListSessions {
  let user: UserID
  let time: Timestamp
  let page: PageRequest<SessionID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(user)
    try page.bindLimits(into: &values)
    try values.bind(time)
    if let after = page.after { try values.bind(after) }
    let rows = """
      SELECT \(columns) FROM jobsprint.sessions AS s
      WHERE s.user_id = $1 AND s.revoked_at IS NULL AND s.expires_at > $4\(page.after == nil ? "" : " AND s.id < $5")
      ORDER BY s.id DESC LIMIT \(page.rowsToRead)
      """
    return PostgresCommand(name: "sessions.list", sql: page.cut(rows, order: "id DESC", place: 2), values: values)
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: Session, read: Int) {
    (try row.session(), try row.next())
  }
}

struct RevokeSession: PostgresStatement {
  static let name = "sessions.revoke"
  static let sql = """
    UPDATE jobsprint.sessions SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL
    """

  let id: SessionID
  let user: UserID
  let time: Timestamp

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(id)
    try values.bind(user)
    try values.bind(time)
  }
}

/// All of a user's but one.
struct RevokeSessions: PostgresStatement {
  static let name = "sessions.revoke-all"
  static let sql = """
    UPDATE jobsprint.sessions SET revoked_at = $2
    WHERE user_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $3
    """

  let user: UserID
  let kept: SessionID?
  let time: Timestamp

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(user)
    try values.bind(time)
    try values.bind(kept)
  }
}

struct RevokeSessionsInWorkspace: PostgresStatement {
  static let name = "sessions.revoke-in-workspace"
  static let sql = """
    UPDATE jobsprint.sessions SET revoked_at = $3 WHERE user_id = $1 AND workspace_id = $2 AND revoked_at IS NULL
    """

  let user: UserID
  let workspace: WorkspaceID
  let time: Timestamp

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(user)
    try values.bind(workspace)
    try values.bind(time)
  }
}

struct InsertRefreshToken: PostgresStatement {
  static let name = "refresh-tokens.insert"
  static let sql = "INSERT INTO jobsprint.refresh_tokens (hash, session_id) VALUES ($1, $2)"

  let hash: [UInt8]
  let session: SessionID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(hash)
    try values.bind(session)
  }
}

struct FindRefreshToken: PostgresStatement {
  static let name = "refresh-tokens.find"
  static let sql = "SELECT session_id, used_at FROM jobsprint.refresh_tokens WHERE hash = $1"

  let hash: [UInt8]

  func bind(into values: inout PostgresBindings) throws { try values.bind(hash) }

  static func decode(_ row: inout PostgresRow) throws -> RefreshTokenState {
    RefreshTokenState(session: try row.id(), usedAt: try row.optionalTime())
  }
}

/// Gives the session's id to one of several.
struct UseRefreshToken: PostgresStatement {
  static let name = "refresh-tokens.use"
  static let sql = """
    UPDATE jobsprint.refresh_tokens SET used_at = $2 WHERE hash = $1 AND used_at IS NULL RETURNING session_id
    """

  let hash: [UInt8]
  let time: Timestamp

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(hash)
    try values.bind(time)
  }

  static func decode(_ row: inout PostgresRow) throws -> SessionID { try row.id() }
}

/// Changes nothing where the session is over.
struct TouchSession: PostgresStatement {
  static let name = "sessions.touch"
  static let sql = """
    UPDATE jobsprint.sessions SET used_at = $2 WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2
    """

  let id: SessionID
  let time: Timestamp

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(id)
    try values.bind(time)
  }
}

/// With their refresh tokens.
struct ForgetSessions: PostgresStatement {
  static let name = "sessions.forget"
  static let sql = """
    WITH gone AS (
      DELETE FROM jobsprint.sessions WHERE id IN (
        SELECT id FROM jobsprint.sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
      RETURNING id
    ), tokens AS (
      DELETE FROM jobsprint.refresh_tokens WHERE session_id IN (SELECT id FROM gone)
    )
    SELECT count(*) FROM gone
    """

  let time: Timestamp
  let limit: Int

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(time)
    try values.bind(max(0, limit))
  }

  static func decode(_ row: inout PostgresRow) throws -> Int { try row.next() }
}

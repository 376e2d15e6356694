import JobsprintDomain
import JobsprintPorts

private let columns = """
  s.id, s.user_id, s.workspace_id, s.created_at, s.used_at, s.expires_at, s.revoked_at, s.address, s.agent
  """

extension RowReader {
  fileprivate mutating func session() throws -> Session {
    Session(
      id: try id(), user: try id(), workspace: try id(), createdAt: time(), usedAt: time(), expiresAt: time(),
      revokedAt: optionalTime(), address: optionalText(), agent: optionalText())
  }
}

struct InsertSession: FixedSQLStatement {
  static let sql = """
    INSERT INTO sessions (id, user_id, workspace_id, created_at, used_at, expires_at, revoked_at, address, agent)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    """

  let session: Session

  func bind(to values: inout Binder) {
    values.add(session.id)
    values.add(session.user)
    values.add(session.workspace)
    values.add(session.createdAt)
    values.add(session.usedAt)
    values.add(session.expiresAt)
    values.add(session.revokedAt)
    values.add(session.address)
    values.add(session.agent)
  }
}

/// A session with what its user may be now.
struct FindStanding: FixedSQLStatement {
  static let sql = """
    SELECT \(columns), u.status, m.role
    FROM sessions AS s JOIN users AS u ON u.id = s.user_id
    LEFT JOIN memberships AS m ON m.workspace_id = s.workspace_id AND m.user_id = s.user_id
    WHERE s.id = ?
    """

  let id: SessionID

  func bind(to values: inout Binder) { values.add(id) }

  static func decode(_ row: inout RowReader) throws -> SessionStanding {
    SessionStanding(
      session: try row.session(), status: try row.word(), role: row.optionalText().flatMap { Role(rawValue: $0) })
  }
}

/// A user's that are not over, newest first.
struct ListSessions: SQLStatement {
  let user: UserID
  let time: Timestamp
  let after: SessionID?
  let limit: Int

  var sql: String {
    """
    SELECT \(columns) FROM sessions AS s
    WHERE s.user_id = ? AND s.revoked_at IS NULL AND s.expires_at > ?\(after == nil ? "" : " AND s.id < ?")
    ORDER BY s.id DESC LIMIT ?
    """
  }

  func bind(to values: inout Binder) {
    values.add(user)
    values.add(time)
    if let after { values.add(after) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> Session { try row.session() }
}

/// Of a user: one, all but one, or those in a workspace.
struct RevokeSessions: SQLStatement {
  enum Which {
    case one(SessionID)
    case all(but: SessionID?)
    case inWorkspace(WorkspaceID)
  }

  let user: UserID
  let which: Which
  let time: Timestamp

  var sql: String {
    let condition =
      switch which {
      case .one: " AND id = ?"
      case .all(let kept): kept == nil ? "" : " AND id <> ?"
      case .inWorkspace: " AND workspace_id = ?"
      }
    return "UPDATE sessions SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL\(condition)"
  }

  func bind(to values: inout Binder) {
    values.add(time)
    values.add(user)
    switch which {
    case .one(let id): values.add(id)
    case .all(let kept): if let kept { values.add(kept) }
    case .inWorkspace(let workspace): values.add(workspace)
    }
  }
}

struct InsertRefreshToken: FixedSQLStatement {
  static let sql = "INSERT INTO refresh_tokens (hash, session_id) VALUES (?, ?)"

  let hash: [UInt8]
  let session: SessionID

  func bind(to values: inout Binder) {
    values.add(hash)
    values.add(session)
  }
}

struct FindRefreshToken: FixedSQLStatement {
  static let sql = "SELECT session_id, used_at FROM refresh_tokens WHERE hash = ?"

  let hash: [UInt8]

  func bind(to values: inout Binder) { values.add(hash) }

  static func decode(_ row: inout RowReader) throws -> RefreshTokenState {
    RefreshTokenState(session: try row.id(), usedAt: row.optionalTime())
  }
}

struct UseRefreshToken: FixedSQLStatement {
  static let sql = "UPDATE refresh_tokens SET used_at = ? WHERE hash = ? AND used_at IS NULL"

  let hash: [UInt8]
  let time: Timestamp

  func bind(to values: inout Binder) {
    values.add(time)
    values.add(hash)
  }
}

/// Changes nothing where the session is over.
struct TouchSession: FixedSQLStatement {
  static let sql = "UPDATE sessions SET used_at = ? WHERE id = ? AND revoked_at IS NULL AND expires_at > ?"

  let id: SessionID
  let time: Timestamp

  func bind(to values: inout Binder) {
    values.add(time)
    values.add(id)
    values.add(time)
  }
}

struct ForgetRefreshTokens: FixedSQLStatement {
  static let sql = """
    DELETE FROM refresh_tokens
    WHERE session_id IN (SELECT id FROM sessions WHERE expires_at < ? ORDER BY expires_at, id LIMIT ?)
    """

  let time: Timestamp
  let limit: Int

  func bind(to values: inout Binder) {
    values.add(time)
    values.add(limit)
  }
}

struct ForgetSessions: FixedSQLStatement {
  static let sql = """
    DELETE FROM sessions
    WHERE id IN (SELECT id FROM sessions WHERE expires_at < ? ORDER BY expires_at, id LIMIT ?)
    """

  let time: Timestamp
  let limit: Int

  func bind(to values: inout Binder) {
    values.add(time)
    values.add(limit)
  }
}

public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteSessionStore: SessionStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func begin(_ session: Session, refresh: [UInt8], recording record: ChangeRecord) async throws(PortError) {
    try await database.write { connection in
      try connection.run(InsertSession(session: session))
      try connection.run(InsertRefreshToken(hash: refresh, session: session.id))
      try connection.note(record)
    }
  }

  public func standing(of id: SessionID) async throws(PortError) -> SessionStanding? {
    try await database.read { try $0.first(FindStanding(id: id)) }
  }

  public func refreshToken(withHash hash: [UInt8]) async throws(PortError) -> RefreshTokenState? {
    try await database.read { try $0.first(FindRefreshToken(hash: hash)) }
  }

  public func rotate(_ used: [UInt8], to fresh: [UInt8], at time: Timestamp) async throws(PortError) -> Bool {
    try await database.write { connection in
      guard let token = try connection.first(FindRefreshToken(hash: used)), token.usedAt == nil,
        try connection.run(TouchSession(id: token.session, time: time)) == 1
      else { return false }
      try connection.run(UseRefreshToken(hash: used, time: time))
      try connection.run(InsertRefreshToken(hash: fresh, session: token.session))
      return true
    }
  }

  public func sessions(
    of user: UserID, at time: Timestamp, page: PageRequest<SessionID>
  ) async throws(PortError) -> Page<Session> {
    try await database.read { connection in
      try connection.page(
        ListSessions(user: user, time: time, after: page.after, limit: page.limitAndOne), of: page)
    }
  }

  public func revoke(
    _ id: SessionID, of user: UserID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> Bool {
    try await database.write { connection in
      guard try connection.run(RevokeSessions(user: user, which: .one(id), time: time)) == 1 else { return false }
      try connection.note(record)
      return true
    }
  }

  public func revokeAll(
    of user: UserID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> Int {
    try await database.write { connection in
      let count = try connection.run(RevokeSessions(user: user, which: .all(but: nil), time: time))
      try connection.note(record)
      return count
    }
  }

  public func forget(before time: Timestamp, limit: Int) async throws(PortError) -> Int {
    try await database.write { connection in
      try connection.run(ForgetRefreshTokens(time: time, limit: limit))
      return try connection.run(ForgetSessions(time: time, limit: limit))
        + connection.run(ForgetOneTimeTokens(time: time, limit: limit))
    }
  }
}

public import JobsprintDomain
public import JobsprintPorts
import Postgres

/// Runs as keeper: a session's workspace is known when it is found.
public struct PostgresSessionStore: SessionStore {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func begin(_ session: Session, refresh: [UInt8], recording record: ChangeRecord) async throws(PortError) {
    try await storage.write(as: .keeper, in: [session.workspace]) { transaction in
      try await transaction.run(InsertSession(session: session))
      try await transaction.run(InsertRefreshToken(hash: refresh, session: session.id))
      try await transaction.note(record)
    }
  }

  public func standing(of id: SessionID) async throws(PortError) -> SessionStanding? {
    try await storage.read(FindStanding(id: id), as: .keeper, in: []).first
  }

  public func refreshToken(withHash hash: [UInt8]) async throws(PortError) -> RefreshTokenState? {
    try await storage.read(FindRefreshToken(hash: hash), as: .keeper, in: []).first
  }

  public func rotate(_ used: [UInt8], to fresh: [UInt8], at time: Timestamp) async throws(PortError) -> Bool {
    try await storage.write(as: .keeper, in: []) { transaction in
      guard let session = try await transaction.first(UseRefreshToken(hash: used, time: time)) else { return false }
      guard try await transaction.run(TouchSession(id: session, time: time)) == 1 else {
        try transaction.abandon(with: false)
      }
      try await transaction.run(InsertRefreshToken(hash: fresh, session: session))
      return true
    }
  }

  public func sessions(
    of user: UserID, at time: Timestamp, page: PageRequest<SessionID>
  ) async throws(PortError) -> Page<Session> {
    Page(
      rows: try await storage.list(as: .keeper, ListSessions.decode) {
        try ListSessions(user: user, time: time, page: page).command()
      })
  }

  public func revoke(
    _ id: SessionID, of user: UserID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> Bool {
    try await storage.write(as: .keeper, in: [record.audit.caller.workspace]) { transaction in
      guard try await transaction.run(RevokeSession(id: id, user: user, time: time)) == 1 else { return false }
      try await transaction.note(record)
      return true
    }
  }

  public func revokeAll(
    of user: UserID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> Int {
    try await storage.write(as: .keeper, in: [record.audit.caller.workspace]) { transaction in
      let count = try await transaction.run(RevokeSessions(user: user, kept: nil, time: time))
      try await transaction.note(record)
      return count
    }
  }

  public func forget(before time: Timestamp, limit: Int) async throws(PortError) -> Int {
    try await storage.write(as: .keeper, in: []) { transaction in
      let sessions = try await transaction.first(ForgetSessions(time: time, limit: limit)) ?? 0
      return try await sessions + transaction.run(ForgetOneTimeTokens(time: time, limit: limit))
    }
  }
}

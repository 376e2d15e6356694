public import JobsprintDomain
public import JobsprintPorts

public struct MemorySessionStore: SessionStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func begin(_ session: Session, refresh: [UInt8], recording record: ChangeRecord) async throws(PortError) {
    try store.withState { state throws(PortError) in
      guard state.sessions[session.id] == nil, state.refreshTokens[refresh] == nil else {
        throw PortError(.refused, "The session \(session.id) or its token exists.")
      }
      try state.note(record)
      state.sessions[session.id] = session
      state.refreshTokens[refresh] = RefreshTokenState(session: session.id, usedAt: nil)
    }
  }

  public func standing(of id: SessionID) async throws(PortError) -> SessionStanding? {
    store.withState { state in
      guard let session = state.sessions[id], let user = state.users[session.user] else { return nil }
      let key = MemoryState.Key(workspace: session.workspace, id: session.user)
      return SessionStanding(session: session, status: user.status, role: state.memberships[key]?.role)
    }
  }

  public func refreshToken(withHash hash: [UInt8]) async throws(PortError) -> RefreshTokenState? {
    store.withState { state in state.refreshTokens[hash] }
  }

  public func rotate(_ used: [UInt8], to fresh: [UInt8], at time: Timestamp) async throws(PortError) -> Bool {
    try store.withState { state throws(PortError) in
      guard let token = state.refreshTokens[used], token.usedAt == nil, let session = state.sessions[token.session],
        session.revokedAt == nil, session.expiresAt > time
      else { return false }
      guard state.refreshTokens[fresh] == nil else { throw PortError(.refused, "This very token exists.") }
      state.refreshTokens[used] = RefreshTokenState(session: token.session, usedAt: time)
      state.refreshTokens[fresh] = RefreshTokenState(session: token.session, usedAt: nil)
      state.sessions[token.session]?.usedAt = time
      return true
    }
  }

  public func sessions(
    of user: UserID, at time: Timestamp, page: PageRequest<SessionID>
  ) async throws(PortError) -> Page<Session> {
    store.withState { state in
      let own = state.sessions.values.filter { $0.user == user && $0.revokedAt == nil && $0.expiresAt > time }
      return Page(own.sorted { $0.id > $1.id }, of: page, key: \.id, isBehind: <)
    }
  }

  public func revoke(
    _ id: SessionID, of user: UserID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> Bool {
    try store.withState { state throws(PortError) in
      guard let session = state.sessions[id], session.user == user, session.revokedAt == nil else { return false }
      try state.note(record)
      state.sessions[id]?.revokedAt = time
      return true
    }
  }

  public func revokeAll(
    of user: UserID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> Int {
    try store.withState { state throws(PortError) in
      try state.note(record)
      let count = state.sessions.values.count { $0.user == user && $0.revokedAt == nil }
      state.revokeSessions(at: time) { $0.user == user }
      return count
    }
  }

  public func forget(before time: Timestamp, limit: Int) async throws(PortError) -> Int {
    store.withState { state in
      let sessions = state.sessions.values.filter { $0.expiresAt < time }.prefix(max(0, limit)).map(\.id)
      for id in sessions { state.sessions[id] = nil }
      state.refreshTokens = state.refreshTokens.filter { !sessions.contains($0.value.session) }
      let tokens = state.oneTimeTokens.values.filter { $0.expiresAt < time }.prefix(max(0, limit)).map(\.hash)
      for hash in tokens { state.oneTimeTokens[hash] = nil }
      return sessions.count + tokens.count
    }
  }
}

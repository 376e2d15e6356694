public import JobsprintDomain

/// What a user has from signing in until it ends: in one workspace, through any number of refresh tokens, one at a
/// time.
public struct Session: Sendable, Hashable {
  public var id: SessionID
  public var user: UserID
  public var workspace: WorkspaceID
  public var createdAt: Timestamp
  /// When it was begun or last refreshed.
  public var usedAt: Timestamp
  public var expiresAt: Timestamp
  public var revokedAt: Timestamp?
  /// From where it was begun.
  public var address: String?
  /// With which program it was begun, as that says.
  public var agent: String?

  public init(
    id: SessionID, user: UserID, workspace: WorkspaceID, createdAt: Timestamp, usedAt: Timestamp,
    expiresAt: Timestamp, revokedAt: Timestamp? = nil, address: String? = nil, agent: String? = nil
  ) {
    self.id = id
    self.user = user
    self.workspace = workspace
    self.createdAt = createdAt
    self.usedAt = usedAt
    self.expiresAt = expiresAt
    self.revokedAt = revokedAt
    self.address = address
    self.agent = agent
  }
}

/// What decides whether a session is good now.
public struct SessionStanding: Sendable, Hashable {
  public let session: Session
  public let status: UserStatus
  /// nil: he is no member of the workspace any more.
  public let role: Role?

  public init(session: Session, status: UserStatus, role: Role?) {
    self.session = session
    self.status = status
    self.role = role
  }

  /// What its user may be, at a time; nil when it is over.
  public func role(at time: Timestamp) -> Role? {
    session.revokedAt == nil && session.expiresAt > time && status == .active ? role : nil
  }
}

/// A refresh token as the store knows it.
public struct RefreshTokenState: Sendable, Hashable {
  public let session: SessionID
  /// When it was exchanged for the next one; nil: it is the current one.
  public let usedAt: Timestamp?

  public init(session: SessionID, usedAt: Timestamp?) {
    self.session = session
    self.usedAt = usedAt
  }
}

/// Sessions of all users. What was revoked once stays revoked.
public protocol SessionStore: Sendable {
  /// - Parameter refresh: SHA-256 of its first refresh token.
  func begin(_ session: Session, refresh: [UInt8], recording record: ChangeRecord) async throws(PortError)

  /// Of any session, also one that is over.
  func standing(of id: SessionID) async throws(PortError) -> SessionStanding?

  /// Also of a token that was used.
  func refreshToken(withHash hash: [UInt8]) async throws(PortError) -> RefreshTokenState?

  /// Exchanges a refresh token for the next one.
  /// - Returns: false when it was used before or its session is over; of two at once one gets true.
  func rotate(_ used: [UInt8], to fresh: [UInt8], at time: Timestamp) async throws(PortError) -> Bool

  /// A user's that are not over at `time`, in all workspaces, newest first.
  func sessions(
    of user: UserID, at time: Timestamp, page: PageRequest<SessionID>
  ) async throws(PortError) -> Page<Session>

  /// - Returns: false when the user has no such session, or it is revoked already.
  func revoke(
    _ id: SessionID, of user: UserID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> Bool

  /// All of a user's sessions.
  /// - Returns: how many were revoked by this.
  func revokeAll(
    of user: UserID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> Int

  /// Removes sessions and one-time tokens that ended before a time, at most `limit` of each.
  /// - Returns: how many were removed.
  func forget(before time: Timestamp, limit: Int) async throws(PortError) -> Int
}

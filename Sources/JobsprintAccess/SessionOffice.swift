// Signing in and what follows until it ends. A session has one refresh token at a time; each use exchanges it, and one
// that comes back later was stolen, or its thief was faster: the session is over then. Unknown, wrong, disabled and
// without a place here are one answer, after the same work.

public import JobsprintDomain
public import JobsprintPorts

/// What somebody gets who has signed in, or has exchanged his refresh token.
public struct SignedIn: Sendable {
  public let accessToken: String
  /// Seconds for which it is good.
  public let expiresIn: Int
  /// Shown once.
  public let refreshToken: String
  public let session: Session
  public let user: User
  public let role: Role
  public let workspace: Workspace
}

public struct SessionOffice: Sendable {
  /// How long what is given out lasts.
  public struct Lifetimes: Sendable {
    public var access: Duration = .seconds(24 * 3600)
    public var session: Duration = .seconds(30 * 24 * 3600)

    public init() {}
  }

  /// Two requests of one client may have met, within this.
  static let grace: Duration = .seconds(10)
  /// Characters of what a client says it is.
  private static let longestAgent = 200

  private let context: AccessContext
  private let tokens: AccessTokenRing?
  private let lifetimes: Lifetimes

  /// - Parameter tokens: nil where nobody can sign in.
  public init(_ context: AccessContext, tokens: AccessTokenRing?, lifetimes: Lifetimes = Lifetimes()) {
    self.context = context
    self.tokens = tokens
    self.lifetimes = lifetimes
  }

  /// - Parameters:
  ///   - workspace: an id or a name; nil: the first one of the user's.
  ///   - caller: from where; he is not known yet.
  ///   - agent: with which program, as that says.
  public func signIn(
    email: String, password: String, workspace: String?, from caller: Caller, agent: String?
  ) async throws -> SignedIn {
    let tokens = try ring()
    let subjects = context.subjects(email, caller)
    try await context.limiter.begin(subjects)
    var user: User?
    if let address = EmailAddress(email) { user = try await context.accounts.user(withEmail: address) }
    let isRight = try await context.hasher.isRight(password, for: user?.passwordHash)
    let memberships = try await context.accounts.memberships(of: user?.id ?? context.id())
    let place = try await self.place(workspace, among: memberships)
    guard isRight, let user, user.status == .active, let (membership, workspace) = place else {
      try await refuse(user, memberships, caller)
      throw AccessError(
        code: .loginRefused, message: "The email address or the password is wrong, or there is no place here for them.")
    }
    await context.limiter.succeeded(subjects)
    await strengthen(user, password)
    return try await begin(tokens, user, membership, workspace, from: caller, agent: agent, [:])
  }

  /// Begins a session of an active user who has shown elsewhere who he is.
  /// - Parameter details: how he did, for the audit log.
  /// - Returns: nil where he has no place in the workspace.
  func begin(
    _ user: User, _ workspace: String?, from caller: Caller, agent: String?, _ details: JSONObject
  ) async throws -> SignedIn? {
    let tokens = try ring()
    let memberships = try await context.accounts.memberships(of: user.id)
    guard let (membership, workspace) = try await place(workspace, among: memberships) else { return nil }
    return try await begin(tokens, user, membership, workspace, from: caller, agent: agent, details)
  }

  /// - Throws: ``AccessError`` where nobody can sign in.
  func expectOn() throws(AccessError) { _ = try ring() }

  private func begin(
    _ tokens: AccessTokenRing, _ user: User, _ membership: Membership, _ workspace: Workspace, from caller: Caller,
    agent: String?, _ details: JSONObject
  ) async throws -> SignedIn {
    let now = context.clock.now
    let session = Session(
      id: context.id(), user: user.id, workspace: workspace.id, createdAt: now, usedAt: now,
      expiresAt: now + lifetimes.session, address: caller.address,
      agent: agent.map { String($0.prefix(Self.longestAgent)) })
    let refresh = OpaqueToken(.refresh)
    try await context.sessions.begin(
      session, refresh: refresh.hash,
      recording: context.record(
        .sessionBegun, of: "\(session.id)", by: caller.acting(as: .user(user.id), in: workspace.id), details))
    return try await signedIn(tokens, session, refresh, user, membership.role, workspace)
  }

  /// Hashes a password anew whose hash is weaker than those of today. What fails is done at the next time: he is signed
  /// in.
  private func strengthen(_ user: User, _ password: String) async {
    guard let known = user.passwordHash,
      let hash = try? await context.hasher.stronger(than: known, for: password)
    else { return }
    try? await context.accounts.replacePasswordHash(known, of: user.id, with: hash)
  }

  /// Exchanges a refresh token.
  public func refresh(_ shown: String, from caller: Caller) async throws -> SignedIn {
    let tokens = try ring()
    let refused = AccessError(
      code: .refreshRefused, message: "The refresh token is not good, or its session is over. Sign in again.")
    guard let token = OpaqueToken(.refresh, shown: shown),
      let state = try await context.sessions.refreshToken(withHash: token.hash),
      let standing = try await context.sessions.standing(of: state.session)
    else { throw refused }
    let now = context.clock.now
    guard let role = standing.role(at: now) else { throw refused }
    let fresh = OpaqueToken(.refresh)
    var isExchanged = false
    if state.usedAt == nil { isExchanged = try await context.sessions.rotate(token.hash, to: fresh.hash, at: now) }
    guard isExchanged else {
      try await reused(token, standing.session, caller)
      throw refused
    }
    guard let user = try await context.accounts.user(standing.session.user),
      let workspace = try await context.workspaces.workspace(standing.session.workspace)
    else { throw refused }
    return try await signedIn(tokens, standing.session, fresh, user, role, workspace)
  }

  /// A user's, newest first.
  public func sessions(of user: UserID, page: PageRequest<SessionID>) async throws(PortError) -> Page<Session> {
    try await context.sessions.sessions(of: user, at: context.clock.now, page: page)
  }

  /// Ends one of a user's sessions, at once.
  public func revoke(_ id: SessionID, of user: UserID, by caller: Caller) async throws {
    let record = context.record(.sessionRevoked, of: "\(id)", by: caller)
    let isRevoked = try await context.sessions.revoke(id, of: user, at: context.clock.now, recording: record)
    await context.standings.forget()
    guard isRevoked else {
      throw AccessError(code: .sessionNotFound, message: "You have no session \(id), or it is over.")
    }
  }

  /// Ends all of a user's sessions, at once.
  /// - Returns: how many there were.
  public func revokeAll(of user: UserID, by caller: Caller) async throws -> Int {
    let record = context.record(.sessionRevoked, of: "\(user)", by: caller, ["all": true])
    let count = try await context.sessions.revokeAll(of: user, at: context.clock.now, recording: record)
    await context.standings.forget()
    return count
  }

  private func ring() throws(AccessError) -> AccessTokenRing {
    guard let tokens else {
      throw AccessError(
        code: .signInOff,
        message: "Nobody can sign in here: the operator has to set JOBSPRINT_TOKEN_KEYS. API keys work.")
    }
    return tokens
  }

  private func place(_ wanted: String?, among memberships: [Membership]) async throws -> (Membership, Workspace)? {
    for membership in memberships {
      guard let workspace = try await context.workspaces.workspace(membership.workspace) else { continue }
      if wanted == nil || wanted == "\(workspace.id)" || wanted == workspace.name { return (membership, workspace) }
    }
    return nil
  }

  /// Told to the workspace of whose account it is. What was typed as an address may be a password: it is not kept.
  private func refuse(_ user: User?, _ memberships: [Membership], _ caller: Caller) async throws {
    let workspace = memberships.first?.workspace ?? .initial
    try await context.audit.write(
      context.entry(
        .sessionRefused, of: user.map { "\($0.id)" } ?? "", by: caller.acting(as: .system, in: workspace),
        ["isKnown": .bool(user != nil)]))
  }

  private func reused(_ token: OpaqueToken, _ session: Session, _ caller: Caller) async throws {
    let now = context.clock.now
    if let usedAt = try await context.sessions.refreshToken(withHash: token.hash)?.usedAt, now - usedAt < Self.grace {
      throw AccessError(
        code: .refreshSuperseded,
        message: "Another request has just exchanged this refresh token. Use the token that it was given.")
    }
    let record = context.record(
      .refreshTokenReused, of: "\(session.id)", by: caller.acting(as: .system, in: session.workspace),
      ["user": .string("\(session.user)")])
    _ = try await context.sessions.revoke(session.id, of: session.user, at: now, recording: record)
    await context.standings.forget()
  }

  private func signedIn(
    _ tokens: AccessTokenRing, _ session: Session, _ refresh: OpaqueToken, _ user: User, _ role: Role,
    _ workspace: Workspace
  ) async throws -> SignedIn {
    let now = context.clock.now
    let end = min(now + lifetimes.access, session.expiresAt)
    let claims = AccessClaims(user: user.id, session: session.id, workspace: workspace.id, expiresAt: end)
    return SignedIn(
      accessToken: tokens.token(for: claims), expiresIn: Int((end - now) / .seconds(1)),
      refreshToken: refresh.text, session: session, user: user, role: role, workspace: workspace)
  }
}

// Signing in through an identity provider: OpenID Connect's authorization code flow with PKCE. Who comes back with a
// good ID token is the user to whom the issuer and the subject are linked, and nobody where they are linked to none:
// what a provider says of email addresses is not asked (docs/decisions/0026).

public import JobsprintDomain
public import JobsprintPorts

/// A sign-in that has begun.
public struct SignInStart: Sendable {
  /// Where the browser goes.
  public let authorizationAddress: String
  /// For the client that began, which shows it at the end. Shown once.
  public let attempt: String
  public let expiresAt: Timestamp
}

/// What a client brings from the provider.
public struct SignInAnswer: Sendable {
  public let state: String
  public let attempt: String
  public let code: String
  /// Whom the answer names; nil: nobody.
  public let issuer: String?

  public init(state: String, attempt: String, code: String, issuer: String?) {
    self.state = state
    self.attempt = attempt
    self.code = code
    self.issuer = issuer
  }
}

public struct IdentityOffice: Sendable {
  private let context: AccessContext
  private let identities: any IdentityStore
  private let pending: any PendingSignIns
  private let accounts: AccountOffice
  private let sessions: SessionOffice
  private let clients: [ProviderClient]

  public init(
    _ context: AccessContext, identities: any IdentityStore, pending: any PendingSignIns, accounts: AccountOffice,
    sessions: SessionOffice, providers: [IdentityProvider], transport: any ProviderTransport
  ) {
    self.context = context
    self.identities = identities
    self.pending = pending
    self.accounts = accounts
    self.sessions = sessions
    clients = providers.map { ProviderClient($0, transport: transport, clock: context.clock) }
  }

  public var providers: [IdentityProvider] { clients.map(\.provider) }

  // MARK: Signing in

  /// - Parameters:
  ///   - workspace: an id or a name; nil: the first one of the user's.
  ///   - invitation: a token that is spent at the end: who is linked to no user becomes one.
  ///   - name: of the new user.
  public func start(
    at provider: String, workspace: String?, invitation: String?, name: String?, from caller: Caller
  ) async throws -> SignInStart {
    try sessions.expectOn()
    let client = try client(named: provider)
    guard let invitation else { return try await start(at: client, for: .signIn(workspace: workspace)) }
    let hash = try await accounts.invitation(invitation).hash
    return try await start(at: client, for: .join(invitation: hash, name: name))
  }

  /// Begins a session.
  /// - Parameter agent: with which program, as that says.
  public func finish(_ answer: SignInAnswer, from caller: Caller, agent: String?) async throws -> SignedIn {
    try sessions.expectOn()
    let (client, begun, subject) = try await subject(of: answer, from: caller) {
      if case .link = $0 { false } else { true }
    }
    let linked = try await identities.identity(of: subject, at: client.provider.issuer)
    let details: JSONObject = ["provider": .string(client.provider.name)]
    var workspace: String?
    let user: User
    switch begun.purpose {
    case .join(let hash, let name):
      let invitation = try await accounts.invitation(withHash: hash)
      workspace = "\(invitation.workspace)"
      if let linked {
        user = try await accounts.user(linked.user)
        try await accounts.join(user, spending: invitation, from: caller)
      } else {
        user = try await accounts.enrol(
          spending: invitation, name: name, issuer: client.provider.issuer, subject: subject, from: caller)
      }
    case .signIn(let wanted):
      guard let linked, let found = try await context.accounts.user(linked.user) else {
        try await refuse(client.provider, "it is linked to no user", nil, caller)
        throw AccessError(
          code: .identityUnknown,
          message: "The provider knows you, but this identity is linked to no user here. Sign in as you did before and "
            + "link it, or begin with an invitation.")
      }
      (user, workspace) = (found, wanted)
    case .link: throw Self.unusable
    }
    guard user.status == .active,
      let signedIn = try await sessions.begin(user, workspace, from: caller, agent: agent, details)
    else {
      try await refuse(client.provider, "the user is disabled, or has no place there", user, caller)
      throw AccessError(
        code: .loginRefused, message: "The account is disabled, or there is no place for it in this workspace.")
    }
    await context.limiter.succeeded(subjects(caller))
    return signedIn
  }

  // MARK: Identities of a user

  /// Oldest first.
  public func identities(of user: UserID) async throws -> [LinkedIdentity] {
    _ = try await accounts.user(user)
    return try await identities.identities(of: user)
  }

  /// Begins to link one's own identity.
  /// - Parameter password: of a user who has one: a stolen session must not become a way in that stays.
  public func startLink(
    at provider: String, password: String?, of user: UserID, by caller: Caller
  ) async throws -> SignInStart {
    let client = try client(named: provider)
    try await accounts.expectPassword(password, of: user, by: caller)
    return try await start(at: client, for: .link(user))
  }

  public func finishLink(_ answer: SignInAnswer, of user: UserID, by caller: Caller) async throws -> LinkedIdentity {
    let (client, _, subject) = try await subject(of: answer, from: caller) { $0 == .link(user) }
    let identity = try await link(user, client.provider, subject, by: caller)
    await context.limiter.succeeded(subjects(caller))
    return identity
  }

  /// For the operator, who knows by what name the provider knows somebody.
  public func link(
    _ user: UserID, at provider: String, subject: String, by caller: Caller
  ) async throws -> LinkedIdentity {
    let client = try client(named: provider)
    guard IDToken.isSubject(subject) else {
      throw AccessError(
        code: .identityUnfit,
        message: "A subject has 1 to 255 characters of ASCII: the 'sub' of the provider's ID tokens.")
    }
    return try await link(user, client.provider, subject, by: caller)
  }

  /// Nobody signs in with it from here on; the user's sessions end.
  /// - Parameter kept: the session that goes on.
  public func unlink(_ id: IdentityID, of user: UserID, keeping kept: SessionID?, by caller: Caller) async throws {
    let record = context.record(.identityUnlinked, of: "\(user)", by: caller, ["identity": .string("\(id)")])
    let outcome = try await identities.unlink(
      id, of: user, keeping: kept, at: context.clock.now, recording: record)
    await context.standings.forget()
    try expectDone(outcome, user, id)
  }

  // MARK: Private

  private static let unusable = AccessError(
    code: .signInUnusable,
    message: "This sign-in is unknown, was ended before, is older than 10 minutes, or was begun elsewhere. Begin again."
  )

  private func client(named name: String) throws(AccessError) -> ProviderClient {
    guard let client = clients.first(where: { $0.provider.name.hasSameCodeUnits(as: name) }) else {
      throw AccessError(
        code: .providerNotFound,
        message: "There is no identity provider '\(name.prefix(64))' here. GET /auth/providers lists them.")
    }
    return client
  }

  private func start(at client: ProviderClient, for purpose: PendingSignIn.Purpose) async throws -> SignInStart {
    let end = context.clock.now + PendingSignIn.lifetime
    let begun = PendingSignIn(provider: client.provider.name, purpose: purpose, expiresAt: end)
    let (state, attempt) = (PendingSignIn.randomText(), OpaqueToken(.attempt))
    let address: String
    do {
      address = try await client.authorizationAddress(state: state, nonce: begun.nonce, verifier: begun.verifier)
    } catch { throw Self.away(client.provider, error) }
    await pending.keep(
      begun.stored, under: PendingSignIn.key(state: state, attempt: attempt.text), for: PendingSignIn.lifetime)
    return SignInStart(authorizationAddress: address, attempt: attempt.text, expiresAt: end)
  }

  /// Who has come back. What was begun is over, whatever comes of it.
  /// - Parameter isMeant: for what it must have been begun.
  private func subject(
    of answer: SignInAnswer, from caller: Caller, isMeant: (PendingSignIn.Purpose) -> Bool
  ) async throws -> (ProviderClient, PendingSignIn, String) {
    try await context.limiter.begin(subjects(caller))
    let key = PendingSignIn.key(state: answer.state, attempt: answer.attempt)
    guard let begun = await pending.take(key).flatMap({ PendingSignIn(stored: $0) }),
      begun.expiresAt > context.clock.now, isMeant(begun.purpose),
      let client = clients.first(where: { $0.provider.name.hasSameCodeUnits(as: begun.provider) })
    else {
      try await refuse(nil, "the sign-in is unknown, over, or another's", nil, caller)
      throw Self.unusable
    }
    do {
      let subject = try await client.subject(
        code: answer.code, verifier: begun.verifier, nonce: begun.nonce, issuer: answer.issuer)
      return (client, begun, subject)
    } catch let failure as ProviderFailure {
      // Nobody has guessed anything.
      await context.limiter.succeeded(subjects(caller))
      try await refuse(client.provider, failure.reason, nil, caller)
      throw Self.away(client.provider, failure)
    } catch let flaw as SignInFlaw {
      try await refuse(client.provider, flaw.reason, nil, caller)
      throw AccessError(
        code: .identityRefused,
        message: "What came from the identity provider can't be trusted: \(flaw.reason). Begin again.")
    }
  }

  private func link(
    _ user: UserID, _ provider: IdentityProvider, _ subject: String, by caller: Caller
  ) async throws -> LinkedIdentity {
    let identity = LinkedIdentity(
      id: context.id(), user: user, issuer: provider.issuer, subject: subject, createdAt: context.clock.now)
    let record = context.record(
      .identityLinked, of: "\(user)", by: caller,
      [
        "identity": .string("\(identity.id)"), "provider": .string(provider.name), "issuer": .string(identity.issuer),
        "subject": .string(subject),
      ])
    try expectDone(try await identities.link(identity, recording: record), user, identity.id)
    return identity
  }

  /// Told to the workspace of whose account it is.
  private func refuse(_ provider: IdentityProvider?, _ reason: String, _ user: User?, _ caller: Caller) async throws {
    var workspace = caller.workspace
    if let user { workspace = try await context.accounts.memberships(of: user.id).first?.workspace ?? workspace }
    try await context.audit.write(
      context.entry(
        .sessionRefused, of: user.map { "\($0.id)" } ?? "", by: caller.acting(as: caller.actor, in: workspace),
        [
          "isKnown": .bool(user != nil), "provider": provider.map { .string($0.name) } ?? .null,
          "reason": .string(reason),
        ]))
  }

  /// Who comes with a code names no account: it is counted for where it comes from.
  private func subjects(_ caller: Caller) -> [AttemptSubject] { caller.address.map { [.address($0)] } ?? [] }

  private static func away(_ provider: IdentityProvider, _ failure: ProviderFailure) -> AccessError {
    AccessError(
      code: .providerUnavailable,
      message: "The identity provider '\(provider.name)' can't be used just now: \(failure.reason). Try again.",
      retryAfter: .seconds(5))
  }

  private func expectDone(_ outcome: IdentityOutcome, _ user: UserID, _ id: IdentityID) throws(AccessError) {
    switch outcome {
    case .done: return
    case .userNotFound: throw AccessError(code: .userNotFound, message: "There is no user \(user).")
    case .notFound:
      throw AccessError(code: .identityNotFound, message: "The user has no identity \(id).")
    case .taken:
      throw AccessError(
        code: .identityTaken, message: "This identity is linked to a user already. Unlink it there first.")
    case .tooMany:
      throw AccessError(
        code: .tooManyIdentities,
        message: "A user has at most \(LinkedIdentity.mostOfOneUser) identities. Unlink one first.")
    case .lastWay:
      throw AccessError(
        code: .lastIdentity,
        message:
          "The user has no password: without this identity he could not sign in. The operator can make a token for "
          + "one.")
    }
  }
}

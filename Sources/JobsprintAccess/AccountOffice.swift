// Who has an account, and what he may be in a workspace. Passwords are chosen by whom they belong to: everybody else
// can only hand out a token that is good for choosing one, once and for a time.

public import JobsprintDomain
public import JobsprintPorts

/// A one-time token as its holder gets it.
public struct IssuedToken: Sendable {
  public let record: OneTimeToken
  /// Shown once.
  public let text: String
}

/// What became of a request for a token.
public enum Issuing: Sendable {
  case issued(IssuedToken)
  /// The request's idempotency key was used before; here is what was kept for it.
  case before(IdempotencyRecord)
}

public struct AccountOffice: Sendable {
  private static let setupLifetime: Duration = .seconds(3600)
  private static let invitationLifetime: Duration = .seconds(7 * 24 * 3600)
  private static let resetLifetime: Duration = .seconds(24 * 3600)

  private let context: AccessContext

  public init(_ context: AccessContext) { self.context = context }

  // MARK: The first owner

  /// A token that makes the first owner; nil where there is a user.
  public func offerSetup() async throws -> String? {
    guard try await !context.accounts.hasUsers() else { return nil }
    let token = issued(.setup, for: Self.setupLifetime, in: .initial)
    try await context.accounts.keep(token.record, recording: nil)
    return token.text
  }

  /// Makes the first owner of the installation.
  public func setUp(
    token: String, email: String, name: String?, password: String, from caller: Caller
  ) async throws -> User {
    let spent = try await usable(token, for: .setup, caller)
    return try await enrol(
      email, name, password, role: .owner, in: .initial, spending: spent.hash, onlyAsFirst: true, id: context.id(),
      from: caller)
  }

  /// Makes an owner of a workspace, for who has the store itself.
  /// - Parameter password: nil: it is to be set with a token.
  public func createOwner(
    email: String, name: String?, password: String?, in workspace: WorkspaceID, by caller: Caller
  ) async throws -> User {
    try await enrol(
      email, name, password, role: .owner, in: workspace, spending: nil, onlyAsFirst: false, id: context.id(),
      from: caller, actor: caller.actor)
  }

  // MARK: Members

  public func members(in workspace: WorkspaceID, page: PageRequest<UserID>) async throws(PortError) -> Page<Member> {
    try await context.accounts.members(in: workspace, page: page)
  }

  /// - Parameter reference: an id or an email address.
  public func member(_ reference: String, in workspace: WorkspaceID) async throws -> Member {
    var id = UserID(reference)
    if id == nil, let email = EmailAddress(reference) { id = try await context.accounts.user(withEmail: email)?.id }
    guard let id, let member = try await context.accounts.member(id, in: workspace) else {
      throw AccessError(code: .userNotFound, message: "There is no user '\(reference.prefix(64))' in this workspace.")
    }
    return member
  }

  /// - Parameters:
  ///   - granter: the caller's own role; nil for a key that stands for itself.
  ///   - keeping: what is kept for the request's idempotency key; nil where it has none.
  public func invite(
    _ email: EmailAddress, as role: Role, granter: Role?, by caller: Caller,
    keeping: ((IssuedToken) -> IdempotencyRecord)? = nil
  ) async throws -> Issuing {
    try expect(granter, toGive: role)
    if let user = try await context.accounts.user(withEmail: email),
      try await context.accounts.member(user.id, in: caller.workspace) != nil
    {
      throw AccessError(code: .memberAlready, message: "\(email) is a member of this workspace.")
    }
    let token = issued(.invitation, for: Self.invitationLifetime, in: caller.workspace, email: email, role: role)
    let outcome = try await context.accounts.keep(
      token.record,
      recording: context.record(
        .memberInvited, of: "\(token.record.id)", by: caller,
        ["email": .string(email.text), "role": .string(role.rawValue)], idempotency: keeping?(token)))
    if case .replayed(let kept) = outcome { return .before(kept) }
    return .issued(token)
  }

  public func invitations(
    to workspace: WorkspaceID, page: PageRequest<OneTimeTokenID>
  ) async throws(PortError) -> Page<OneTimeToken> {
    try await context.accounts.invitations(to: workspace, page: page)
  }

  public func revokeInvitation(_ id: OneTimeTokenID, by caller: Caller) async throws {
    let record = context.record(.invitationRevoked, of: "\(id)", by: caller)
    guard try await context.accounts.revokeInvitation(id, to: caller.workspace, recording: record) != nil else {
      throw AccessError(code: .invitationNotFound, message: "There is no invitation \(id) to this workspace.")
    }
  }

  /// Makes the invited a member. Who has an account shows its password, who has none chooses one.
  public func accept(token: String, name: String?, password: String, from caller: Caller) async throws -> User {
    let spent = try await usable(token, for: .invitation, caller)
    guard let email = spent.email, let role = spent.role else { throw Self.unusable }
    guard let user = try await context.accounts.user(withEmail: email) else {
      return try await enrol(
        email.text, name, password, role: role, in: spent.workspace, spending: spent.hash, onlyAsFirst: false,
        id: UserID(spent.id.uuid), from: caller)
    }
    let subjects = context.subjects(email.text, caller)
    try await context.limiter.begin(subjects)
    guard try await context.hasher.isRight(password, for: user.passwordHash), user.status == .active else {
      throw AccessError(
        code: .loginRefused, message: "There is an account of this email address, and this is not its password.")
    }
    await context.limiter.succeeded(subjects)
    try await join(user, role, spending: spent, from: caller)
    return user
  }

  /// - Throws: ``AccessError`` where it can't be used.
  func invitation(_ text: String) async throws -> OneTimeToken {
    guard let token = OpaqueToken(.oneTime, shown: text) else { throw Self.unusable }
    return try await invitation(withHash: token.hash)
  }

  /// As ``invitation(_:)``.
  func invitation(withHash hash: [UInt8]) async throws -> OneTimeToken { try await usable(hash, for: .invitation) }

  /// Makes somebody a member who has shown elsewhere who he is. An invitation is for who has its email address.
  func join(_ user: User, spending invitation: OneTimeToken, from caller: Caller) async throws {
    guard let role = invitation.role, invitation.email == user.email, user.status == .active else {
      throw AccessError(
        code: .loginRefused, message: "The invitation is for another user than the one to whom this identity is linked."
      )
    }
    try await join(user, role, spending: invitation, from: caller)
  }

  /// Makes the invited a user without a password, who signs in with an identity.
  func enrol(
    spending invitation: OneTimeToken, name: String?, issuer: String, subject: String, from caller: Caller
  ) async throws -> User {
    guard let email = invitation.email, let role = invitation.role else { throw Self.unusable }
    let id = UserID(invitation.id.uuid)
    let identity = LinkedIdentity(
      id: context.id(), user: id, issuer: issuer, subject: subject, createdAt: context.clock.now)
    return try await enrol(
      email.text, name, nil, role: role, in: invitation.workspace, linking: identity, spending: invitation.hash,
      onlyAsFirst: false, id: id, from: caller)
  }

  public func changeRole(of user: UserID, to role: Role, granter: Role?, by caller: Caller) async throws {
    try expect(granter, toGive: role)
    try await expect(granter, toTouch: user, in: caller.workspace)
    let record = context.record(.memberRoleChanged, of: "\(user)", by: caller, ["role": .string(role.rawValue)])
    let outcome = try await context.accounts.changeRole(
      of: user, in: caller.workspace, to: role, at: context.clock.now, recording: record)
    await context.standings.forget()
    try expectDone(outcome, user)
  }

  /// Ends a membership; the account stays.
  public func remove(_ user: UserID, granter: Role?, by caller: Caller) async throws {
    try await expect(granter, toTouch: user, in: caller.workspace)
    let record = context.record(.memberRemoved, of: "\(user)", by: caller)
    let outcome = try await context.accounts.remove(
      user, from: caller.workspace, at: context.clock.now, recording: record)
    await context.standings.forget()
    try expectDone(outcome, user)
  }

  // MARK: Accounts

  /// For the operator of the installation: the account is good or not in all workspaces.
  public func setStatus(_ status: UserStatus, of user: UserID, by caller: Caller) async throws {
    let action: AuditAction = status == .disabled ? .userDisabled : .userEnabled
    let outcome = try await context.accounts.setStatus(
      status, of: user, at: context.clock.now, recording: context.record(action, of: "\(user)", by: caller))
    await context.standings.forget()
    try expectDone(outcome, user)
  }

  /// For the operator: whoever has the token has the account.
  /// - Parameter keeping: as for ``invite(_:as:granter:by:keeping:)``.
  public func issueReset(
    of user: UserID, by caller: Caller, keeping: ((IssuedToken) -> IdempotencyRecord)? = nil
  ) async throws -> Issuing {
    guard try await context.accounts.user(user) != nil else { throw Self.notFound(user) }
    let token = issued(.passwordReset, for: Self.resetLifetime, in: caller.workspace, user: user)
    let outcome = try await context.accounts.keep(
      token.record,
      recording: context.record(
        .passwordResetIssued, of: "\(user)", by: caller, idempotency: keeping?(token)))
    if case .replayed(let kept) = outcome { return .before(kept) }
    return .issued(token)
  }

  /// Sets the password that a token is for, and ends all sessions.
  public func reset(token: String, password: String, from caller: Caller) async throws {
    let spent = try await usable(token, for: .passwordReset, caller)
    guard let user = spent.user else { throw Self.unusable }
    let hash = try await context.hasher.hash(password)
    let record = context.record(
      .passwordReset, of: "\(user)", by: caller.acting(as: .user(user), in: spent.workspace))
    let outcome = try await context.accounts.setPassword(
      hash, of: user, spending: spent.hash, keeping: nil, at: context.clock.now, recording: record)
    await context.standings.forget()
    try expectDone(outcome, user)
  }

  /// Changes one's own password and ends all other sessions.
  public func changePassword(
    of user: UserID, from current: String, to new: String, keeping session: SessionID?, by caller: Caller
  ) async throws {
    try await expect(current, asPasswordOf: try await self.user(user), by: caller)
    let outcome = try await context.accounts.setPassword(
      try await context.hasher.hash(new), of: user, spending: nil, keeping: session, at: context.clock.now,
      recording: context.record(.passwordChanged, of: "\(user)", by: caller))
    await context.standings.forget()
    try expectDone(outcome, user)
  }

  /// Where the user has none, none is asked for.
  func expectPassword(_ shown: String?, of user: UserID, by caller: Caller) async throws {
    let found = try await self.user(user)
    if found.passwordHash != nil { try await expect(shown ?? "", asPasswordOf: found, by: caller) }
  }

  public func user(_ id: UserID) async throws -> User {
    guard let user = try await context.accounts.user(id) else { throw Self.notFound(id) }
    return user
  }

  /// An entry in the audit log for what somebody was not allowed.
  public func noteRefusal(of what: String, needing: String, by caller: Caller) async throws(PortError) {
    try await context.audit.write(
      context.entry(.accessRefused, of: "", by: caller, ["route": .string(what), "needs": .string(needing)]))
  }

  // MARK: Private

  private static let unusable = AccessError(
    code: .tokenUnusable, message: "This token is unknown, was used before, or has expired. Ask for a new one.")

  private static func notFound(_ user: UserID) -> AccessError {
    AccessError(code: .userNotFound, message: "There is no user \(user).")
  }

  private func issued(
    _ purpose: OneTimeToken.Purpose, for lifetime: Duration, in workspace: WorkspaceID, user: UserID? = nil,
    email: EmailAddress? = nil, role: Role? = nil
  ) -> IssuedToken {
    let (token, now) = (OpaqueToken(.oneTime), context.clock.now)
    return IssuedToken(
      record: OneTimeToken(
        id: context.id(), purpose: purpose, hash: token.hash, workspace: workspace, user: user, email: email,
        role: role, createdAt: now, expiresAt: now + lifetime), text: token.text)
  }

  private func usable(
    _ text: String, for purpose: OneTimeToken.Purpose, _ caller: Caller
  ) async throws -> OneTimeToken {
    guard let token = OpaqueToken(.oneTime, shown: text) else { throw Self.unusable }
    return try await usable(token.hash, for: purpose)
  }

  private func usable(_ hash: [UInt8], for purpose: OneTimeToken.Purpose) async throws -> OneTimeToken {
    guard let found = try await context.accounts.token(withHash: hash), found.purpose == purpose,
      found.expiresAt > context.clock.now
    else { throw Self.unusable }
    return found
  }

  private func expect(_ shown: String, asPasswordOf user: User, by caller: Caller) async throws {
    let subjects = context.subjects(user.email.text, caller)
    try await context.limiter.begin(subjects)
    guard try await context.hasher.isRight(shown, for: user.passwordHash) else {
      throw AccessError(code: .loginRefused, message: "The current password is not right.")
    }
    await context.limiter.succeeded(subjects)
  }

  private func join(_ user: User, _ role: Role, spending token: OneTimeToken, from caller: Caller) async throws {
    let now = context.clock.now
    let record = context.record(
      .memberJoined, of: "\(user.id)", by: caller.acting(as: .user(user.id), in: token.workspace),
      ["role": .string(role.rawValue)])
    let outcome = try await context.accounts.join(
      Membership(workspace: token.workspace, user: user.id, role: role, createdAt: now, updatedAt: now),
      spending: token.hash, recording: record)
    await context.standings.forget()
    try expectDone(outcome, user.id)
  }

  private func enrol(
    _ email: String, _ name: String?, _ password: String?, role: Role, in workspace: WorkspaceID,
    linking identity: LinkedIdentity? = nil, spending token: [UInt8]?, onlyAsFirst: Bool, id: UserID,
    from caller: Caller, actor: Actor? = nil
  ) async throws -> User {
    guard let address = EmailAddress(email) else {
      throw AccessError(
        code: .emailUnfit, message: "An email address has visible ASCII characters before and behind one '@'.")
    }
    var hash: String?
    if let password { hash = try await context.hasher.hash(password) }
    let now = context.clock.now
    let user = User(
      id: id, email: address, name: name ?? String(address.text.prefix { $0 != "@" }), passwordHash: hash,
      createdAt: now, updatedAt: now)
    var details: JSONObject = ["email": .string(address.text), "role": .string(role.rawValue)]
    if let identity { details.merge(["issuer": .string(identity.issuer), "subject": .string(identity.subject)]) }
    let record = context.record(
      .userCreated, of: "\(id)", by: caller.acting(as: actor ?? .user(id), in: workspace), details)
    let outcome = try await context.accounts.enrol(
      user, as: Membership(workspace: workspace, user: id, role: role, createdAt: now, updatedAt: now),
      linking: identity, spending: token, onlyAsFirst: onlyAsFirst, recording: record)
    await context.standings.forget()
    try expectDone(outcome, id)
    return user
  }

  /// Only owners make owners.
  private func expect(_ granter: Role?, toGive role: Role) throws(AccessError) {
    guard role == .owner, let granter, granter != .owner else { return }
    throw AccessError(code: .roleRefused, message: "Only an owner can make another one.")
  }

  /// Only owners change what owners are.
  private func expect(_ granter: Role?, toTouch user: UserID, in workspace: WorkspaceID) async throws {
    guard let granter, granter != .owner, try await context.accounts.member(user, in: workspace)?.role == .owner
    else { return }
    throw AccessError(code: .roleRefused, message: "Only an owner can change or remove an owner.")
  }

  private func expectDone(_ outcome: AccountOutcome, _ user: UserID) throws(AccessError) {
    switch outcome {
    case .done: return
    case .notFound: throw Self.notFound(user)
    case .emailTaken:
      throw AccessError(
        code: .emailTaken, message: "A user with this email address exists. Sign in, or choose another.")
    case .identityTaken:
      throw AccessError(code: .identityTaken, message: "This identity is linked to a user already. Sign in with it.")
    case .memberAlready: throw AccessError(code: .memberAlready, message: "The user is a member of the workspace.")
    case .tokenSpent, .notFirst: throw Self.unusable
    case .lastOwner:
      throw AccessError(
        code: .lastOwner,
        message: "A workspace must keep an owner who can sign in, and this is the last one. Make another owner first.")
    }
  }
}

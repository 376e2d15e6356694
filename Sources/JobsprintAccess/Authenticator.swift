import JobsprintDomain
public import JobsprintPorts

/// Tells who makes a request, from what he shows. A token is good as long as its session is, and nobody has more rights
/// than his role gives him now.
public struct Authenticator: Sendable {
  private let keys: APIKeyAuthenticator
  private let tokens: AccessTokenRing?
  private let standings: StandingCache
  private let clock: any WallClock

  /// - Parameter tokens: nil where nobody can sign in.
  public init(
    keys: APIKeyAuthenticator, tokens: AccessTokenRing?, standings: StandingCache, clock: any WallClock
  ) {
    self.keys = keys
    self.tokens = tokens
    self.standings = standings
    self.clock = clock
  }

  /// The key's holder; nil for an unknown or expired key, and for one whose maker has left.
  public func principal(forKey key: String) async throws(PortError) -> Principal? {
    guard let principal = try await keys.principal(forKey: key) else { return nil }
    guard case .key(let id, let owner?) = principal.holder else { return principal }
    guard let role = try await standings.role(of: owner, in: principal.workspace) else { return nil }
    return Principal(
      workspace: principal.workspace, holder: .key(id, owner: owner),
      scopes: principal.scopes.intersection(role.scopes(in: principal.workspace)), role: role,
      expiresAt: principal.expiresAt)
  }

  /// Who made requests with it a moment ago, without asking anybody: a guess, for what does no harm where it is wrong.
  public func presumedHolder(ofKey key: String) -> Principal.Holder? {
    guard let principal = keys.remembered(key) else { return nil }
    if let owner = principal.user, standings.remembered(owner, in: principal.workspace) == nil { return nil }
    return principal.holder
  }

  public func presumedHolder(ofToken token: String) -> Principal.Holder? {
    guard let claims = tokens?.claims(of: token), standings.remembered(claims.session)?.session.user == claims.user
    else { return nil }
    return .session(claims.session, claims.user)
  }

  /// The user of a session; nil for a token that is not good, or whose session or membership is over.
  public func principal(forToken token: String) async throws(PortError) -> Principal? {
    guard let claims = tokens?.claims(of: token), let standing = try await standings.standing(of: claims.session),
      standing.session.user == claims.user, standing.session.workspace == claims.workspace,
      let role = standing.role(at: clock.now)
    else { return nil }
    return Principal(
      workspace: claims.workspace, holder: .session(claims.session, claims.user),
      scopes: role.scopes(in: claims.workspace), role: role, expiresAt: claims.expiresAt)
  }
}

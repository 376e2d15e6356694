import JobsprintDomain
public import JobsprintPorts

/// Whether a session is good and what a member may be, by the store, remembered within an epoch of access for a second
/// at most. So a change is seen at once where all processes share the epoch, and a second later where they don't.
public final class StandingCache: Sendable {
  private struct Membership: Hashable {
    let user: UserID
    let workspace: WorkspaceID
  }

  static let memory: Duration = .seconds(1)

  private let standings: AccessCache<SessionID, SessionStanding>
  private let roles: AccessCache<Membership, Role>
  private let accounts: any AccountStore
  private let serviceAccounts: any ServiceAccountStore
  private let sessions: any SessionStore
  private let epoch: any AccessEpoch

  public init(
    accounts: any AccountStore, serviceAccounts: any ServiceAccountStore, sessions: any SessionStore,
    epoch: any AccessEpoch, clock: any WallClock, counts: CacheCounts = CacheCounts()
  ) {
    self.accounts = accounts
    self.serviceAccounts = serviceAccounts
    self.sessions = sessions
    self.epoch = epoch
    standings = AccessCache(.sessions, epoch: epoch, memory: Self.memory, clock: clock, counts: counts)
    roles = AccessCache(.roles, epoch: epoch, memory: Self.memory, clock: clock, counts: counts)
  }

  /// Something about an account or a session has changed in the store.
  public func forget() async { await epoch.advance() }

  func standing(of session: SessionID) async throws(PortError) -> SessionStanding? {
    try await standings.value(of: session) { [sessions] () async throws(PortError) in
      try await sessions.standing(of: session)
    }
  }

  /// As it was a moment ago, without asking anybody.
  func remembered(_ session: SessionID) -> SessionStanding? { standings.remembered(session) }

  func remembered(_ user: UserID, in workspace: WorkspaceID) -> Role? {
    roles.remembered(Membership(user: user, workspace: workspace))
  }

  /// Of a person or a service account; nil where there is no such member, or he is disabled.
  func role(of user: UserID, in workspace: WorkspaceID) async throws(PortError) -> Role? {
    try await roles.value(of: Membership(user: user, workspace: workspace)) {
      [accounts, serviceAccounts] () async throws(PortError) in
      guard let member = try await accounts.member(user, in: workspace) else {
        return try await serviceAccounts.account(user, in: workspace)?.role
      }
      return member.user.status == .active ? member.role : nil
    }
  }
}

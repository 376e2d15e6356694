import JobsprintDomain
public import JobsprintPorts
import Synchronization

/// Whether a session is good and what a member may be, remembered for a second at most. A change in this process is seen by
/// the next request; one in another process a second later.
public final class StandingCache: Sendable {
  private struct Membership: Hashable {
    let user: UserID
    let workspace: WorkspaceID
  }

  private struct Known {
    var standings: [SessionID: (value: SessionStanding?, foundAt: Timestamp)] = [:]
    var roles: [Membership: (value: Role?, foundAt: Timestamp)] = [:]
    /// Rises with each change: what was looked up before it is not remembered.
    var epoch = 0
  }

  static let memory: Duration = .seconds(1)
  private static let mostKnown = 10_000

  private let known = Mutex(Known())
  private let accounts: any AccountStore
  private let sessions: any SessionStore
  private let clock: any WallClock

  public init(accounts: any AccountStore, sessions: any SessionStore, clock: any WallClock) {
    self.accounts = accounts
    self.sessions = sessions
    self.clock = clock
  }

  /// Something about an account or a session has changed.
  public func forget() {
    known.withLock { known in
      known.standings.removeAll()
      known.roles.removeAll()
      known.epoch += 1
    }
  }

  func standing(of session: SessionID) async throws(PortError) -> SessionStanding? {
    let now = clock.now
    let (found, epoch) = known.withLock { ($0.standings[session], $0.epoch) }
    if let found, (.zero..<Self.memory).contains(now - found.foundAt) { return found.value }
    let standing = try await sessions.standing(of: session)
    known.withLock { known in
      guard known.epoch == epoch else { return }
      if known.standings.count >= Self.mostKnown { known.standings.removeAll() }
      known.standings[session] = (standing, now)
    }
    return standing
  }

  /// nil where he is no member, or disabled.
  func role(of user: UserID, in workspace: WorkspaceID) async throws(PortError) -> Role? {
    let now = clock.now
    let key = Membership(user: user, workspace: workspace)
    let (found, epoch) = known.withLock { ($0.roles[key], $0.epoch) }
    if let found, (.zero..<Self.memory).contains(now - found.foundAt) { return found.value }
    let member = try await accounts.member(user, in: workspace)
    let role = member?.user.status == .active ? member?.role : nil
    known.withLock { known in
      guard known.epoch == epoch else { return }
      if known.roles.count >= Self.mostKnown { known.roles.removeAll() }
      known.roles[key] = (role, now)
    }
    return role
  }
}

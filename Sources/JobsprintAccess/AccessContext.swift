// What both offices need: stores, time, ids, and how a change is recorded.

public import JobsprintDomain
public import JobsprintPorts

public struct AccessContext: Sendable {
  let accounts: any AccountStore
  let sessions: any SessionStore
  let workspaces: any WorkspaceStore
  let audit: any AuditLog
  let hasher: PasswordHasher
  let limiter: AttemptLimiter
  let standings: StandingCache
  let clock: any WallClock
  let makeID: @Sendable () -> UUIDv7

  /// - Parameter makeID: gives rising ids, never one twice.
  public init(
    accounts: any AccountStore, sessions: any SessionStore, workspaces: any WorkspaceStore, audit: any AuditLog,
    hasher: PasswordHasher, limiter: AttemptLimiter, standings: StandingCache, clock: any WallClock,
    makeID: @escaping @Sendable () -> UUIDv7
  ) {
    self.accounts = accounts
    self.sessions = sessions
    self.workspaces = workspaces
    self.audit = audit
    self.hasher = hasher
    self.limiter = limiter
    self.standings = standings
    self.clock = clock
    self.makeID = makeID
  }

  func id<Kind>() -> Identifier<Kind> { Identifier(makeID()) }

  /// - Parameter details: what a reader of the log wants to know besides; never a secret.
  func entry(_ action: AuditAction, of subject: String, by caller: Caller, _ details: JSONObject = [:]) -> AuditEntry {
    AuditEntry(
      id: id(), caller: caller, action: action, subject: subject, details: JSONValue.object(details).jsonBytes,
      at: clock.now)
  }

  /// - Parameter details: as for ``entry(_:of:by:_:)``.
  func record(
    _ action: AuditAction, of subject: String, by caller: Caller, _ details: JSONObject = [:],
    idempotency: IdempotencyRecord? = nil
  ) -> ChangeRecord {
    ChangeRecord(entry(action, of: subject, by: caller, details), idempotency: idempotency)
  }

  func subjects(_ email: String, _ caller: Caller) -> [AttemptSubject] {
    // What is no address is counted for where it comes from.
    [
      EmailAddress(email).map { AttemptSubject.account($0.key) },
      caller.address.map { AttemptSubject.address($0) },
    ].compactMap { $0 }
  }
}

extension Caller {
  func acting(as actor: Actor, in workspace: WorkspaceID) -> Caller {
    Caller(workspace: workspace, actor: actor, requestID: requestID, address: address)
  }
}

import JobsprintAccess
public import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintRuntime

/// Accounts, for whoever has the store itself: no server is asked, and none may use a folder meanwhile.
public struct AccountAdministration: Sendable {
  /// A user with his places.
  public struct Account: Sendable {
    public let id: UserID
    public let email: String
    public let name: String
    public let isDisabled: Bool
    public let places: [(workspace: String, role: Role)]
  }

  private let location: StorageLocation

  public init(_ location: StorageLocation) { self.location = location }

  /// All users of the installation, oldest first.
  /// - Throws: ``PortError``.
  public func accounts() async throws -> [Account] {
    try await inOffice { storage, _ in
      var accounts: [Account] = []
      var last: UserID?
      while true {
        let page = try await storage.accounts.users(page: PageRequest(after: last, limit: 250))
        for user in page.elements {
          var places: [(String, Role)] = []
          for membership in try await storage.accounts.memberships(of: user.id) {
            let name = try await storage.workspaces.workspace(membership.workspace)?.name
            places.append((name ?? "\(membership.workspace)", membership.role))
          }
          accounts.append(
            Account(
              id: user.id, email: user.email.text, name: user.name, isDisabled: user.status == .disabled,
              places: places))
          last = user.id
        }
        guard page.hasMore else { return accounts }
      }
    }
  }

  /// Makes a user who owns a workspace.
  /// - Parameter workspace: an id; nil: the first one.
  /// - Throws: ``AccessError``, ``PortError``.
  public func createOwner(email: String, name: String?, password: String, workspace: WorkspaceID?) async throws
    -> UserID
  {
    try await inOffice { storage, office in
      let place = workspace ?? .initial
      guard try await storage.workspaces.workspace(place) != nil else {
        throw RuntimeError(.workspaceNotFound, "There is no workspace \(place).")
      }
      return try await office.createOwner(
        email: email, name: name, password: password, in: place, by: Caller(workspace: place, actor: .shell)
      ).id
    }
  }

  /// - Parameter reference: an id or an email address.
  /// - Throws: ``AccessError``, ``PortError``.
  public func setDisabled(_ isDisabled: Bool, _ reference: String) async throws {
    try await inOffice { storage, office in
      let user = try await Self.user(reference, in: storage)
      let place = try await Self.place(of: user, in: storage)
      try await office.setStatus(
        isDisabled ? .disabled : .active, of: user, by: Caller(workspace: place, actor: .shell))
    }
  }

  /// A token with which the user sets a password.
  /// - Throws: ``AccessError``, ``PortError``.
  public func issueReset(_ reference: String) async throws -> (token: String, expiresAt: Timestamp) {
    try await inOffice { storage, office in
      let user = try await Self.user(reference, in: storage)
      let place = try await Self.place(of: user, in: storage)
      switch try await office.issueReset(of: user, by: Caller(workspace: place, actor: .shell)) {
      case .issued(let token): return (token.text, token.record.expiresAt)
      case .before(let kept):
        throw PortError(.corrupted, "The store has kept '\(kept.key)' for a request without an idempotency key.")
      }
    }
  }

  private static func user(_ reference: String, in storage: Storage) async throws -> UserID {
    var user: User?
    if let id = UserID(reference) { user = try await storage.accounts.user(id) }
    if user == nil, let email = EmailAddress(reference) { user = try await storage.accounts.user(withEmail: email) }
    guard let user else {
      throw AccessError(code: .userNotFound, message: "There is no user '\(reference)' in this installation.")
    }
    return user.id
  }

  /// Whose audit log tells of it.
  private static func place(of user: UserID, in storage: Storage) async throws -> WorkspaceID {
    try await storage.accounts.memberships(of: user).first?.workspace ?? .initial
  }

  private func inOffice<Value>(_ body: (Storage, AccountOffice) async throws -> Value) async throws -> Value {
    let storage = try await Storage.open(location)
    let clock = SystemClock()
    let ids = IdentifierSource(clock: clock)
    let office = AccountOffice(
      AccessContext(
        accounts: storage.accounts, sessions: storage.sessions, workspaces: storage.workspaces,
        audit: storage.audit, hasher: PasswordHasher(),
        limiter: AttemptLimiter(ledger: MemoryAttemptLedger(), clock: clock),
        standings: StandingCache(
          accounts: storage.accounts, serviceAccounts: storage.serviceAccounts, sessions: storage.sessions,
          epoch: MemoryAccessEpoch(), clock: clock),
        clock: clock,
        makeID: { (ids.next() as UserID).uuid }))
    do {
      let value = try await body(storage, office)
      await storage.close()
      return value
    } catch {
      await storage.close()
      throw error
    }
  }
}

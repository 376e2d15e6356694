public import JobsprintDomain
public import JobsprintPorts

public struct MemoryAccountStore: AccountStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func hasUsers() async throws(PortError) -> Bool { store.withState { state in !state.users.isEmpty } }

  public func user(_ id: UserID) async throws(PortError) -> User? { store.withState { state in state.users[id] } }

  public func user(withEmail email: EmailAddress) async throws(PortError) -> User? {
    store.withState { state in state.users.values.first { $0.email == email } }
  }

  public func users(page: PageRequest<UserID>) async throws(PortError) -> Page<User> {
    store.withState { state in
      Page(state.users.values.sorted { $0.id < $1.id }, of: page, key: \.id, isBehind: >)
    }
  }

  public func enrol(
    _ user: User, as membership: Membership, linking identity: LinkedIdentity?, spending token: [UInt8]?,
    onlyAsFirst: Bool, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try store.withState { state throws(PortError) in
      if onlyAsFirst, !state.users.isEmpty { return .notFirst }
      guard state.isUnspent(token) else { return .tokenSpent }
      guard !state.users.values.contains(where: { $0.email == user.email }) else { return .emailTaken }
      if let identity, state.identity(of: identity.subject, at: identity.issuer) != nil { return .identityTaken }
      guard state.users[user.id] == nil else { throw PortError(.refused, "The user \(user.id) exists.") }
      try state.note(record)
      state.spend(token)
      if onlyAsFirst { state.oneTimeTokens = state.oneTimeTokens.filter { $0.value.purpose != .setup } }
      state.users[user.id] = user
      if let identity { state.identities[identity.id] = identity }
      state.memberships[MemoryState.Key(workspace: membership.workspace, id: user.id)] = membership
      return .done
    }
  }

  public func join(
    _ membership: Membership, spending token: [UInt8]?, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try store.withState { state throws(PortError) in
      let key = MemoryState.Key(workspace: membership.workspace, id: membership.user)
      guard state.users[membership.user] != nil else { return .notFound }
      guard state.isUnspent(token) else { return .tokenSpent }
      guard state.memberships[key] == nil else { return .memberAlready }
      try state.note(record)
      state.spend(token)
      state.memberships[key] = membership
      return .done
    }
  }

  public func setPassword(
    _ hash: String, of user: UserID, spending token: [UInt8]?, keeping kept: SessionID?, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try store.withState { state throws(PortError) in
      guard var changed = state.users[user] else { return .notFound }
      guard state.isUnspent(token) else { return .tokenSpent }
      try state.note(record)
      state.spend(token)
      changed.passwordHash = hash
      changed.updatedAt = time
      state.users[user] = changed
      state.revokeSessions(at: time) { $0.user == user && $0.id != kept }
      return .done
    }
  }

  public func replacePasswordHash(
    _ known: String, of user: UserID, with hash: String
  ) async throws(PortError) {
    store.withState { state in
      guard state.users[user]?.passwordHash == known else { return }
      state.users[user]?.passwordHash = hash
    }
  }

  public func setStatus(
    _ status: UserStatus, of user: UserID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try store.withState { state throws(PortError) in
      guard var changed = state.users[user] else { return .notFound }
      if status == .disabled, changed.status == .active {
        for membership in state.memberships.values where membership.user == user && membership.role == .owner {
          guard state.hasOwner(beside: user, in: membership.workspace) else { return .lastOwner }
        }
      }
      try state.note(record)
      changed.status = status
      changed.updatedAt = time
      state.users[user] = changed
      if status == .disabled { state.revokeSessions(at: time) { $0.user == user } }
      return .done
    }
  }

  public func memberships(of user: UserID) async throws(PortError) -> [Membership] {
    store.withState { state in
      state.memberships.values.filter { $0.user == user }.sorted { $0.workspace < $1.workspace }
    }
  }

  public func member(_ user: UserID, in workspace: WorkspaceID) async throws(PortError) -> Member? {
    store.withState { state in
      state.memberships[MemoryState.Key(workspace: workspace, id: user)].flatMap { state.member($0) }
    }
  }

  public func members(
    in workspace: WorkspaceID, page: PageRequest<UserID>
  ) async throws(PortError) -> Page<Member> {
    store.withState { state in
      let members = state.memberships.values.filter { $0.workspace == workspace }.compactMap { state.member($0) }
      return Page(members.sorted { $0.user.id < $1.user.id }, of: page, key: \.user.id, isBehind: >)
    }
  }

  public func changeRole(
    of user: UserID, in workspace: WorkspaceID, to role: Role, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try store.withState { state throws(PortError) in
      let key = MemoryState.Key(workspace: workspace, id: user)
      guard var membership = state.memberships[key] else { return .notFound }
      guard role == .owner || !state.isLastOwner(membership) else { return .lastOwner }
      try state.note(record)
      membership.role = role
      membership.updatedAt = time
      state.memberships[key] = membership
      return .done
    }
  }

  public func remove(
    _ user: UserID, from workspace: WorkspaceID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try store.withState { state throws(PortError) in
      let key = MemoryState.Key(workspace: workspace, id: user)
      guard let membership = state.memberships[key] else { return .notFound }
      guard !state.isLastOwner(membership) else { return .lastOwner }
      try state.note(record)
      state.memberships[key] = nil
      state.revokeSessions(at: time) { $0.user == user && $0.workspace == workspace }
      return .done
    }
  }

  public func keep(
    _ token: OneTimeToken, recording record: ChangeRecord?
  ) async throws(PortError) -> CreateOutcome {
    try store.withState { state throws(PortError) in
      if let used = state.used(record?.idempotency) { return .replayed(used) }
      guard state.oneTimeTokens[token.hash] == nil else { throw PortError(.refused, "This very token exists.") }
      if let record { try state.note(record) }
      state.oneTimeTokens[token.hash] = token
      return .created
    }
  }

  public func token(withHash hash: [UInt8]) async throws(PortError) -> OneTimeToken? {
    store.withState { state in state.oneTimeTokens[hash] }
  }

  public func invitations(
    to workspace: WorkspaceID, page: PageRequest<OneTimeTokenID>
  ) async throws(PortError) -> Page<OneTimeToken> {
    store.withState { state in
      let tokens = state.oneTimeTokens.values.filter { $0.purpose == .invitation && $0.workspace == workspace }
      return Page(tokens.sorted { $0.id < $1.id }, of: page, key: \.id, isBehind: >)
    }
  }

  public func revokeInvitation(
    _ id: OneTimeTokenID, to workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> OneTimeToken? {
    try store.withState { state throws(PortError) in
      guard
        let token = state.oneTimeTokens.values.first(where: {
          $0.id == id && $0.workspace == workspace && $0.purpose == .invitation
        })
      else { return nil }
      try state.note(record)
      state.oneTimeTokens[token.hash] = nil
      return token
    }
  }
}

extension MemoryState {
  /// Also where no token is asked for.
  fileprivate func isUnspent(_ token: [UInt8]?) -> Bool { token.map { oneTimeTokens[$0] != nil } ?? true }

  fileprivate mutating func spend(_ token: [UInt8]?) { if let token { oneTimeTokens[token] = nil } }

  fileprivate func member(_ membership: Membership) -> Member? {
    guard var user = users[membership.user] else { return nil }
    user.passwordHash = nil
    return Member(user: user, role: membership.role)
  }

  fileprivate func hasOwner(beside user: UserID, in workspace: WorkspaceID) -> Bool {
    memberships.values.contains {
      $0.workspace == workspace && $0.role == .owner && $0.user != user && users[$0.user]?.status == .active
    }
  }

  /// A disabled owner is no loss.
  fileprivate func isLastOwner(_ membership: Membership) -> Bool {
    membership.role == .owner && users[membership.user]?.status == .active
      && !hasOwner(beside: membership.user, in: membership.workspace)
  }

  mutating func revokeSessions(at time: Timestamp, where isMeant: (Session) -> Bool) {
    for session in sessions.values where session.revokedAt == nil && isMeant(session) {
      sessions[session.id]?.revokedAt = time
    }
  }
}

public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteAccountStore: AccountStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func hasUsers() async throws(PortError) -> Bool {
    try await database.read { try $0.first(AnyUser()) ?? false }
  }

  public func user(_ id: UserID) async throws(PortError) -> User? {
    try await database.read { try $0.first(FindUser(id: id)) }
  }

  public func user(withEmail email: EmailAddress) async throws(PortError) -> User? {
    try await database.read { try $0.first(FindUserByEmail(email: email)) }
  }

  public func users(page: PageRequest<UserID>) async throws(PortError) -> Page<User> {
    try await database.read { connection in
      try connection.page(ListUsers(after: page.after, limit: page.limitAndOne), of: page)
    }
  }

  public func enrol(
    _ user: User, as membership: Membership, linking identity: LinkedIdentity?, spending token: [UInt8]?,
    onlyAsFirst: Bool, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try await database.write { connection in
      if onlyAsFirst, try connection.first(AnyUser()) == true { return .notFirst }
      guard try connection.isUnspent(token) else { return .tokenSpent }
      guard try connection.first(FindUserByEmail(email: user.email)) == nil else { return .emailTaken }
      if let identity {
        let holder = FindIdentity(issuer: identity.issuer, subject: identity.subject)
        guard try connection.first(holder) == nil else { return .identityTaken }
      }
      try connection.run(InsertUser(user: user))
      if let identity { try connection.run(InsertIdentity(identity: identity)) }
      try connection.run(InsertMembership(membership: membership))
      try connection.spend(token)
      if onlyAsFirst { try connection.run(DeleteSetupTokens()) }
      try connection.note(record)
      return .done
    }
  }

  public func join(
    _ membership: Membership, spending token: [UInt8]?, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try await database.write { connection in
      guard try connection.first(FindUser(id: membership.user)) != nil else { return .notFound }
      guard try connection.isUnspent(token) else { return .tokenSpent }
      let present = FindMember(workspace: membership.workspace, user: membership.user)
      guard try connection.first(present) == nil else { return .memberAlready }
      try connection.run(InsertMembership(membership: membership))
      try connection.spend(token)
      try connection.note(record)
      return .done
    }
  }

  public func setPassword(
    _ hash: String, of user: UserID, spending token: [UInt8]?, keeping kept: SessionID?, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try await database.write { connection in
      guard try connection.first(FindUser(id: user)) != nil else { return .notFound }
      guard try connection.isUnspent(token) else { return .tokenSpent }
      try connection.run(SetUserPassword(id: user, hash: hash, time: time))
      try connection.run(RevokeSessions(user: user, which: .all(but: kept), time: time))
      try connection.spend(token)
      try connection.note(record)
      return .done
    }
  }

  public func replacePasswordHash(
    _ known: String, of user: UserID, with hash: String
  ) async throws(PortError) {
    _ = try await database.write { try $0.run(ReplacePasswordHash(id: user, known: known, hash: hash)) }
  }

  public func setStatus(
    _ status: UserStatus, of user: UserID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try await database.write { connection in
      guard let found = try connection.first(FindUser(id: user)) else { return .notFound }
      if status == .disabled, found.status == .active {
        for membership in try connection.all(ListMemberships(subject: .user(user))) where membership.role == .owner {
          guard try connection.first(AnyOtherOwner(workspace: membership.workspace, user: user)) == true else {
            return .lastOwner
          }
        }
      }
      try connection.run(SetUserStatus(id: user, status: status, time: time))
      if status == .disabled { try connection.run(RevokeSessions(user: user, which: .all(but: nil), time: time)) }
      try connection.note(record)
      return .done
    }
  }

  public func memberships(of user: UserID) async throws(PortError) -> [Membership] {
    try await database.read { try $0.all(ListMemberships(subject: .user(user))) }
  }

  public func member(_ user: UserID, in workspace: WorkspaceID) async throws(PortError) -> Member? {
    try await database.read { try $0.first(FindMember(workspace: workspace, user: user)) }
  }

  public func members(
    in workspace: WorkspaceID, page: PageRequest<UserID>
  ) async throws(PortError) -> Page<Member> {
    try await database.read { connection in
      try connection.page(ListMembers(workspace: workspace, after: page.after, limit: page.limitAndOne), of: page)
    }
  }

  public func changeRole(
    of user: UserID, in workspace: WorkspaceID, to role: Role, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try await database.write { connection in
      guard let member = try connection.first(FindMember(workspace: workspace, user: user)) else { return .notFound }
      guard try role == .owner || !connection.isLastOwner(member, in: workspace) else { return .lastOwner }
      try connection.run(ChangeRole(workspace: workspace, user: user, role: role, time: time))
      try connection.note(record)
      return .done
    }
  }

  public func remove(
    _ user: UserID, from workspace: WorkspaceID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try await database.write { connection in
      guard let member = try connection.first(FindMember(workspace: workspace, user: user)) else { return .notFound }
      guard try !connection.isLastOwner(member, in: workspace) else { return .lastOwner }
      try connection.run(DeleteMembership(workspace: workspace, user: user))
      try connection.run(RevokeSessions(user: user, which: .inWorkspace(workspace), time: time))
      try connection.note(record)
      return .done
    }
  }

  public func keep(
    _ token: OneTimeToken, recording record: ChangeRecord?
  ) async throws(PortError) -> CreateOutcome {
    try await database.write { connection in
      if let used = try connection.used(record?.idempotency) { return .replayed(used) }
      try connection.run(InsertOneTimeToken(token: token))
      if let record { try connection.note(record) }
      return .created
    }
  }

  public func token(withHash hash: [UInt8]) async throws(PortError) -> OneTimeToken? {
    try await database.read { try $0.first(FindOneTimeToken(hash: hash)) }
  }

  public func invitations(
    to workspace: WorkspaceID, page: PageRequest<OneTimeTokenID>
  ) async throws(PortError) -> Page<OneTimeToken> {
    try await database.read { connection in
      try connection.page(ListInvitations(workspace: workspace, after: page.after, limit: page.limitAndOne), of: page)
    }
  }

  public func revokeInvitation(
    _ id: OneTimeTokenID, to workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> OneTimeToken? {
    try await database.write { connection in
      guard let token = try connection.first(FindInvitation(workspace: workspace, id: id)) else { return nil }
      try connection.run(DeleteOneTimeToken(hash: token.hash))
      try connection.note(record)
      return token
    }
  }
}

extension Connection {
  /// Also where no token is asked for.
  fileprivate func isUnspent(_ token: [UInt8]?) throws -> Bool {
    try token.map { try first(FindOneTimeToken(hash: $0)) != nil } ?? true
  }

  fileprivate func spend(_ token: [UInt8]?) throws {
    if let token { try run(DeleteOneTimeToken(hash: token)) }
  }

  /// A disabled owner is no loss.
  fileprivate func isLastOwner(_ member: Member, in workspace: WorkspaceID) throws -> Bool {
    guard member.role == .owner, member.user.status == .active else { return false }
    return try first(AnyOtherOwner(workspace: workspace, user: member.user.id)) != true
  }
}

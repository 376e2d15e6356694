public import JobsprintDomain
public import JobsprintPorts
import Postgres

/// Who signs in is looked up as keeper, before there is a workspace; what a workspace does with its members runs as
/// jobsprint_api, which sees no other's.
public struct PostgresAccountStore: AccountStore {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func hasUsers() async throws(PortError) -> Bool {
    try await storage.read(AnyUser(), as: .keeper, in: []).first ?? false
  }

  public func user(_ id: UserID) async throws(PortError) -> User? {
    try await storage.read(FindUser(id: id), as: .keeper, in: []).first
  }

  public func user(withEmail email: EmailAddress) async throws(PortError) -> User? {
    try await storage.read(FindUserByEmail(email: email), as: .keeper, in: []).first
  }

  public func users(page: PageRequest<UserID>) async throws(PortError) -> Page<User> {
    Page(rows: try await storage.list(as: .keeper, ListUsers.decode) { try ListUsers(page: page).command() })
  }

  public func enrol(
    _ user: User, as membership: Membership, linking identity: LinkedIdentity?, spending token: [UInt8]?,
    onlyAsFirst: Bool, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try await storage.write(as: .keeper, in: [membership.workspace]) { transaction in
      if onlyAsFirst {
        _ = try await transaction.first(LockFirstUser())
        if try await transaction.first(AnyUser()) == true { return AccountOutcome.notFirst }
      }
      try await transaction.spend(token)
      guard try await transaction.run(InsertUser(user: user)) == 1 else {
        try transaction.abandon(with: AccountOutcome.emailTaken)
      }
      try await transaction.run(InsertMembership(membership: membership))
      if let identity, try await transaction.run(InsertIdentity(identity: identity)) == 0 {
        try transaction.abandon(with: AccountOutcome.identityTaken)
      }
      if onlyAsFirst { try await transaction.run(DeleteSetupTokens()) }
      try await transaction.note(record)
      return AccountOutcome.done
    }
  }

  public func join(
    _ membership: Membership, spending token: [UInt8]?, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try await storage.write(as: .keeper, in: [membership.workspace]) { transaction in
      guard try await transaction.first(FindUser(id: membership.user)) != nil else { return AccountOutcome.notFound }
      try await transaction.spend(token)
      guard try await transaction.run(InsertMembership(membership: membership)) == 1 else {
        try transaction.abandon(with: AccountOutcome.memberAlready)
      }
      try await transaction.note(record)
      return AccountOutcome.done
    }
  }

  public func setPassword(
    _ hash: String, of user: UserID, spending token: [UInt8]?, keeping kept: SessionID?, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try await storage.write(as: .keeper, in: [record.audit.caller.workspace]) { transaction in
      guard try await transaction.run(SetUserPassword(id: user, hash: hash, time: time)) == 1 else {
        return AccountOutcome.notFound
      }
      try await transaction.spend(token)
      try await transaction.run(RevokeSessions(user: user, kept: kept, time: time))
      try await transaction.note(record)
      return AccountOutcome.done
    }
  }

  public func replacePasswordHash(
    _ known: String, of user: UserID, with hash: String
  ) async throws(PortError) {
    _ = try await storage.write(ReplacePasswordHash(id: user, known: known, hash: hash), as: .keeper)
  }

  public func setStatus(
    _ status: UserStatus, of user: UserID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try await storage.write(as: .keeper, in: [record.audit.caller.workspace]) { transaction in
      guard let found = try await transaction.first(LockUser(id: user)) else { return AccountOutcome.notFound }
      if status == .disabled, found.status == .active {
        _ = try await transaction.all(LockOwnersBeside(user: user))
        for membership in try await transaction.all(ListMembershipsOfUser(user: user))
        where membership.role == .owner {
          let other = AnyOtherOwner(workspace: membership.workspace, user: user)
          guard try await transaction.first(other) == true else { return AccountOutcome.lastOwner }
        }
      }
      try await transaction.run(SetUserStatus(id: user, status: status, time: time))
      if status == .disabled { try await transaction.run(RevokeSessions(user: user, kept: nil, time: time)) }
      try await transaction.note(record)
      return AccountOutcome.done
    }
  }

  public func memberships(of user: UserID) async throws(PortError) -> [Membership] {
    try await storage.read(ListMembershipsOfUser(user: user), as: .keeper, in: [])
  }

  public func member(_ user: UserID, in workspace: WorkspaceID) async throws(PortError) -> Member? {
    try await storage.read(FindMember(workspace: workspace, user: user), in: [workspace]).first
  }

  public func members(
    in workspace: WorkspaceID, page: PageRequest<UserID>
  ) async throws(PortError) -> Page<Member> {
    Page(
      rows: try await storage.list(in: workspace, ListMembers.decode) {
        try ListMembers(workspace: workspace, page: page).command()
      })
  }

  public func changeRole(
    of user: UserID, in workspace: WorkspaceID, to role: Role, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try await storage.write(in: [workspace]) { transaction in
      guard let member = try await transaction.lockedMember(user, in: workspace) else { return AccountOutcome.notFound }
      if role != .owner, try await transaction.isLastOwner(member, in: workspace) { return AccountOutcome.lastOwner }
      try await transaction.run(ChangeRole(workspace: workspace, user: user, role: role, time: time))
      try await transaction.note(record)
      return AccountOutcome.done
    }
  }

  public func remove(
    _ user: UserID, from workspace: WorkspaceID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome {
    try await storage.write(in: [workspace]) { transaction in
      guard let member = try await transaction.lockedMember(user, in: workspace) else { return AccountOutcome.notFound }
      guard try await !transaction.isLastOwner(member, in: workspace) else { return AccountOutcome.lastOwner }
      try await transaction.run(DeleteMembership(workspace: workspace, user: user))
      try await transaction.run(RevokeSessionsInWorkspace(user: user, workspace: workspace, time: time))
      try await transaction.note(record)
      return AccountOutcome.done
    }
  }

  public func keep(
    _ token: OneTimeToken, recording record: ChangeRecord?
  ) async throws(PortError) -> CreateOutcome {
    try await storage.write(as: .keeper, in: [token.workspace]) { transaction in
      if let record { try await transaction.note(record) { CreateOutcome.replayed($0) } }
      try await transaction.run(InsertOneTimeToken(token: token))
      return CreateOutcome.created
    }
  }

  public func token(withHash hash: [UInt8]) async throws(PortError) -> OneTimeToken? {
    try await storage.read(FindOneTimeToken(hash: hash), as: .keeper, in: []).first
  }

  public func invitations(
    to workspace: WorkspaceID, page: PageRequest<OneTimeTokenID>
  ) async throws(PortError) -> Page<OneTimeToken> {
    Page(
      rows: try await storage.list(in: workspace, ListInvitations.decode) {
        try ListInvitations(workspace: workspace, page: page).command()
      })
  }

  public func revokeInvitation(
    _ id: OneTimeTokenID, to workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> OneTimeToken? {
    try await storage.write(in: [workspace]) { transaction in
      let found = try await transaction.first(DeleteInvitation(workspace: workspace, id: id))
      if found != nil { try await transaction.note(record) }
      return found
    }
  }
}

extension StorageTransaction {
  /// Ends the transaction where the token is not there.
  fileprivate func spend(_ token: [UInt8]?) async throws {
    guard let token, try await run(SpendOneTimeToken(hash: token)) == 0 else { return }
    try abandon(with: AccountOutcome.tokenSpent)
  }

  /// As he is once nobody else can change who owns the workspace.
  fileprivate func lockedMember(_ user: UserID, in workspace: WorkspaceID) async throws -> Member? {
    _ = try await all(LockOwners(workspace: workspace))
    return try await first(FindMember(workspace: workspace, user: user))
  }

  /// A disabled owner is no loss.
  fileprivate func isLastOwner(_ member: Member, in workspace: WorkspaceID) async throws -> Bool {
    guard member.role == .owner, member.user.status == .active else { return false }
    return try await first(AnyOtherOwner(workspace: workspace, user: member.user.id)) != true
  }
}

// Users are people of the installation; what one may do hangs on his membership in each workspace. The rules that two
// requests at once could break between them are the store's: an email address is one user's, a one-time token is spent
// once, and a workspace keeps an owner who can sign in.

public import JobsprintDomain

public enum UserStatus: String, Sendable, Hashable, CaseIterable {
  case active
  /// Can't sign in; what he signed in before is over.
  case disabled
}

public struct User: Sendable, Hashable {
  public var id: UserID
  /// Unique in the installation, whatever the case of its letters.
  public var email: EmailAddress
  public var name: String
  /// Algorithm, parameters, salt and hash in one text. nil: none was set.
  public var passwordHash: String?
  public var status: UserStatus
  public var createdAt: Timestamp
  public var updatedAt: Timestamp

  public init(
    id: UserID, email: EmailAddress, name: String, passwordHash: String?, status: UserStatus = .active,
    createdAt: Timestamp, updatedAt: Timestamp
  ) {
    self.id = id
    self.email = email
    self.name = name
    self.passwordHash = passwordHash
    self.status = status
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

/// A user's place in a workspace.
public struct Membership: Sendable, Hashable {
  public var workspace: WorkspaceID
  public var user: UserID
  public var role: Role
  public var createdAt: Timestamp
  public var updatedAt: Timestamp

  public init(workspace: WorkspaceID, user: UserID, role: Role, createdAt: Timestamp, updatedAt: Timestamp) {
    self.workspace = workspace
    self.user = user
    self.role = role
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

/// A user as a workspace sees him: without the hash of his password.
public struct Member: Sendable, Hashable {
  public let user: User
  public let role: Role

  public init(user: User, role: Role) {
    self.user = user
    self.role = role
  }
}

/// What is good for one use, for a time: its holder shows it, the store has its hash.
public struct OneTimeToken: Sendable, Hashable {
  public enum Purpose: String, Sendable, Hashable, CaseIterable {
    /// Makes the first owner of the installation; worth nothing once there is a user.
    case setup
    /// Makes somebody a member.
    case invitation
    /// Sets a user's password.
    case passwordReset
  }

  public let id: OneTimeTokenID
  public let purpose: Purpose
  /// SHA-256 of the token, which is random.
  public let hash: [UInt8]
  /// Whose audit log tells of it; an invitation leads there.
  public let workspace: WorkspaceID
  /// Of a password.
  public let user: UserID?
  /// Of an invitation.
  public let email: EmailAddress?
  public let role: Role?
  public let createdAt: Timestamp
  public let expiresAt: Timestamp

  public init(
    id: OneTimeTokenID, purpose: Purpose, hash: [UInt8], workspace: WorkspaceID, user: UserID? = nil,
    email: EmailAddress? = nil, role: Role? = nil, createdAt: Timestamp, expiresAt: Timestamp
  ) {
    self.id = id
    self.purpose = purpose
    self.hash = hash
    self.workspace = workspace
    self.user = user
    self.email = email
    self.role = role
    self.createdAt = createdAt
    self.expiresAt = expiresAt
  }
}

/// What became of a change of accounts; nothing was written unless it is `done`.
public enum AccountOutcome: Sendable, Hashable {
  case done
  case notFound
  /// Another user has the email address.
  case emailTaken
  /// The identity is linked to another user.
  case identityTaken
  /// He is a member of the workspace already.
  case memberAlready
  /// The one-time token was used before, or taken back.
  case tokenSpent
  /// There is a user already.
  case notFirst
  /// A workspace would be left without an owner who can sign in.
  case lastOwner
}

public protocol AccountStore: Sendable {
  func hasUsers() async throws(PortError) -> Bool
  func user(_ id: UserID) async throws(PortError) -> User?
  func user(withEmail email: EmailAddress) async throws(PortError) -> User?

  /// All of the installation, oldest first.
  func users(page: PageRequest<UserID>) async throws(PortError) -> Page<User>

  /// Stores a user with his first membership.
  /// - Parameters:
  ///   - identity: of the user; he can sign in with it at once.
  ///   - token: the hash of a one-time token that is spent on it.
  ///   - onlyAsFirst: there must be no user yet; all tokens for the first one are gone then.
  func enrol(
    _ user: User, as membership: Membership, linking identity: LinkedIdentity?, spending token: [UInt8]?,
    onlyAsFirst: Bool, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome

  /// Makes a user who exists a member.
  func join(
    _ membership: Membership, spending token: [UInt8]?, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome

  /// Sets a password and revokes the user's sessions.
  /// - Parameter kept: the session that goes on.
  func setPassword(
    _ hash: String, of user: UserID, spending token: [UInt8]?, keeping kept: SessionID?, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome

  /// Puts another hash of the same password in the place of `known`, unless that is gone. Nobody has changed anything:
  /// there is no audit entry, and sessions go on.
  func replacePasswordHash(
    _ known: String, of user: UserID, with hash: String
  ) async throws(PortError)

  /// Disabling revokes the user's sessions.
  func setStatus(
    _ status: UserStatus, of user: UserID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome

  /// A user's, by their workspaces.
  func memberships(of user: UserID) async throws(PortError) -> [Membership]
  func member(_ user: UserID, in workspace: WorkspaceID) async throws(PortError) -> Member?

  /// Oldest users first.
  func members(in workspace: WorkspaceID, page: PageRequest<UserID>) async throws(PortError) -> Page<Member>

  func changeRole(
    of user: UserID, in workspace: WorkspaceID, to role: Role, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome

  /// Ends a membership and revokes the user's sessions in the workspace; the user stays.
  func remove(
    _ user: UserID, from workspace: WorkspaceID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> AccountOutcome

  // One-time tokens

  /// - Parameter record: nil for what the installation offers by itself.
  @discardableResult
  func keep(_ token: OneTimeToken, recording record: ChangeRecord?) async throws(PortError) -> CreateOutcome

  /// Expired ones too.
  func token(withHash hash: [UInt8]) async throws(PortError) -> OneTimeToken?

  /// Oldest first.
  func invitations(
    to workspace: WorkspaceID, page: PageRequest<OneTimeTokenID>
  ) async throws(PortError) -> Page<OneTimeToken>

  /// - Returns: what was removed.
  func revokeInvitation(
    _ id: OneTimeTokenID, to workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> OneTimeToken?
}

// Whom an identity provider knows, and as which user he signs in here. An identity is its issuer and its subject, byte
// for byte, and nothing else: an email address is what a provider says of somebody, and can become somebody else's.

public import JobsprintDomain

public struct LinkedIdentity: Sendable, Hashable {
  /// Of one user.
  public static let mostOfOneUser = 20

  public var id: IdentityID
  public var user: UserID
  /// The provider's name for itself, as its ID tokens have it.
  public var issuer: String
  /// The provider's name for the person: at most 255 characters of ASCII (OpenID Connect Core 1.0, 2).
  public var subject: String
  public var createdAt: Timestamp

  public init(id: IdentityID, user: UserID, issuer: String, subject: String, createdAt: Timestamp) {
    self.id = id
    self.user = user
    self.issuer = issuer
    self.subject = subject
    self.createdAt = createdAt
  }
}

/// What became of a change of identities; nothing was written unless it is `done`.
public enum IdentityOutcome: Sendable, Hashable {
  case done
  case userNotFound
  /// Not one of the user's.
  case notFound
  /// It is linked to a user already.
  case taken
  /// The user has ``LinkedIdentity/mostOfOneUser``.
  case tooMany
  /// He has no password: without this one he could not sign in.
  case lastWay
}

public protocol IdentityStore: Sendable {
  func identity(of subject: String, at issuer: String) async throws(PortError) -> LinkedIdentity?

  /// A user's, oldest first.
  func identities(of user: UserID) async throws(PortError) -> [LinkedIdentity]

  func link(_ identity: LinkedIdentity, recording record: ChangeRecord) async throws(PortError) -> IdentityOutcome

  /// Also revokes the user's sessions.
  /// - Parameter kept: the session that goes on.
  func unlink(
    _ id: IdentityID, of user: UserID, keeping kept: SessionID?, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> IdentityOutcome
}

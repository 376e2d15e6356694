/// Why access could not be set up or is not given.
public struct AccessError: Error, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable, CaseIterable {
    case weakKey = "weak_api_key"
    /// Unknown, or the password is wrong, or he may not sign in: nobody is told which.
    case loginRefused = "login_refused"
    case tooManyAttempts = "too_many_attempts"
    case passwordUnfit = "password_unfit"
    case emailUnfit = "email_unfit"
    case emailTaken = "email_taken"
    case memberAlready = "member_already"
    case userNotFound = "user_not_found"
    case serviceAccountNotFound = "service_account_not_found"
    case nameTaken = "name_taken"
    case sessionNotFound = "session_not_found"
    case invitationNotFound = "invitation_not_found"
    case lastOwner = "last_owner"
    /// A one-time token that is unknown, expired or used.
    case tokenUnusable = "token_unusable"
    case refreshRefused = "refresh_refused"
    /// Another request has just used the refresh token.
    case refreshSuperseded = "refresh_superseded"
    case signInOff = "sign_in_off"
    /// A role that the caller can't give or take.
    case roleRefused = "role_refused"
    case providerNotFound = "provider_not_found"
    /// It is away, slow, or not what it says it is.
    case providerUnavailable = "provider_unavailable"
    /// A sign-in that is unknown, expired, ended, or another client's.
    case signInUnusable = "sign_in_unusable"
    /// What came from an identity provider is not good.
    case identityRefused = "identity_refused"
    /// It is good, and linked to nobody.
    case identityUnknown = "identity_unknown"
    case identityUnfit = "identity_unfit"
    case identityTaken = "identity_taken"
    case identityNotFound = "identity_not_found"
    case tooManyIdentities = "too_many_identities"
    /// Somebody could not sign in without it.
    case lastIdentity = "last_identity"
  }

  public let code: Code
  /// What happened, and what to do. Never holds a secret.
  public let message: String
  /// When it may be tried again.
  public let retryAfter: Duration?

  public init(code: Code, message: String, retryAfter: Duration? = nil) {
    self.code = code
    self.message = message
    self.retryAfter = retryAfter
  }

  public var description: String { message }
}

public import JobsprintDomain

/// Who makes a request, in which workspace, and what he may do.
public struct Principal: Sendable, Hashable {
  public enum Holder: Sendable, Hashable {
    /// - Parameter owner: the member who made it; nil: it stands for itself.
    case key(APIKeyID, owner: UserID?)
    case session(SessionID, UserID)
    /// On a route that asks for nothing.
    case nobody

    /// Who has signed in, or has made the key.
    public var user: UserID? {
      switch self {
      case .key(_, let owner): owner
      case .session(_, let user): user
      case .nobody: nil
      }
    }
  }

  public let workspace: WorkspaceID
  public let holder: Holder
  public let scopes: Set<Scope>
  /// Of the user, or of whoever made the key; nil for a key that stands for itself.
  public let role: Role?
  /// From then on it is nobody's; nil: never.
  public let expiresAt: Timestamp?

  public init(
    workspace: WorkspaceID, holder: Holder, scopes: Set<Scope>, role: Role?, expiresAt: Timestamp?
  ) {
    self.workspace = workspace
    self.holder = holder
    self.scopes = scopes
    self.role = role
    self.expiresAt = expiresAt
  }

  public init(
    workspace: WorkspaceID, key: APIKeyID, owner: UserID? = nil, scopes: Set<Scope> = Set(Scope.allCases),
    expiresAt: Timestamp? = nil
  ) {
    self.init(
      workspace: workspace, holder: .key(key, owner: owner), scopes: scopes, role: nil, expiresAt: expiresAt)
  }

  /// For the audit log.
  public var actor: Actor {
    switch holder {
    case .key(let id, _): .apiKey(id)
    case .session(_, let user): .user(user)
    case .nobody: .system
    }
  }

  public static let nobody = Principal(
    workspace: .initial, holder: .nobody, scopes: [], role: nil, expiresAt: nil)

  /// Who has signed in, or has made the key.
  public var user: UserID? { holder.user }

  /// nil for who has signed in.
  public var key: APIKeyID? {
    guard case .key(let id, _) = holder else { return nil }
    return id
  }

  /// nil for a key.
  public var session: SessionID? {
    guard case .session(let id, _) = holder else { return nil }
    return id
  }
}

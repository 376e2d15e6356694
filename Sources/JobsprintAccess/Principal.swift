public import JobsprintDomain

/// Who makes a request, in which workspace, and what he may do.
public struct Principal: Sendable, Hashable {
  public let workspace: WorkspaceID
  public let key: APIKeyID
  public let scopes: Set<Scope>
  /// From then on the key is nobody's; nil: never.
  public let expiresAt: Timestamp?

  public init(
    workspace: WorkspaceID, key: APIKeyID, scopes: Set<Scope> = Set(Scope.allCases), expiresAt: Timestamp? = nil
  ) {
    self.workspace = workspace
    self.key = key
    self.scopes = scopes
    self.expiresAt = expiresAt
  }
}

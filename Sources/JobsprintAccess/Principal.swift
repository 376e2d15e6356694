public import JobsprintDomain

/// Who makes a request, and in which workspace.
public struct Principal: Sendable, Hashable {
  public let workspace: WorkspaceID
  public let key: APIKeyID

  public init(workspace: WorkspaceID, key: APIKeyID) {
    self.workspace = workspace
    self.key = key
  }
}

public import JobsprintDomain

/// A member of a workspace that is no person: it has a role and API keys, and nothing to sign in with.
public struct ServiceAccount: Sendable, Hashable {
  /// Of the same kind as a user's: the owner of an API key is one or the other.
  public var id: UserID
  public var workspace: WorkspaceID
  /// Unique in the workspace.
  public var name: String
  public var role: Role
  public var createdAt: Timestamp
  public var updatedAt: Timestamp

  public init(
    id: UserID, workspace: WorkspaceID, name: String, role: Role, createdAt: Timestamp, updatedAt: Timestamp
  ) {
    self.id = id
    self.workspace = workspace
    self.name = name
    self.role = role
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

public protocol ServiceAccountStore: Sendable {
  func create(_ account: ServiceAccount, recording record: ChangeRecord) async throws(PortError) -> CreateOutcome

  func account(_ id: UserID, in workspace: WorkspaceID) async throws(PortError) -> ServiceAccount?

  /// Oldest first.
  func accounts(in workspace: WorkspaceID, page: PageRequest<UserID>) async throws(PortError) -> Page<ServiceAccount>

  /// - Parameters:
  ///   - name: nil: stays as it is.
  ///   - role: nil: stays as it is.
  /// - Returns: never `changed`.
  func update(
    _ id: UserID, in workspace: WorkspaceID, name: String?, role: Role?, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<ServiceAccount>

  /// Removes an account and its API keys, which will not be stored again.
  /// - Returns: what was removed.
  func delete(
    _ id: UserID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> ServiceAccount?
}

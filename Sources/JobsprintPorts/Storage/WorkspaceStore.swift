public import JobsprintDomain

/// A tenant: what belongs to one workspace is invisible to the others.
public struct Workspace: Sendable, Hashable {
  public var id: WorkspaceID
  /// Unique in the installation.
  public var name: String
  public var createdAt: Timestamp
  public var updatedAt: Timestamp

  public init(id: WorkspaceID, name: String, createdAt: Timestamp, updatedAt: Timestamp) {
    self.id = id
    self.name = name
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

/// Workspaces of the installation. The first one (``WorkspaceID/initial``, named `default`) is always there.
public protocol WorkspaceStore: Sendable {
  /// Makes a workspace with its first key; the record belongs to the log of the caller's workspace.
  func create(
    _ workspace: Workspace, firstKey: APIKeyRecord, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome

  func workspace(_ id: WorkspaceID) async throws(PortError) -> Workspace?

  func rename(
    _ id: WorkspaceID, to name: String, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<Workspace>

  /// Oldest first.
  func workspaces(page: PageRequest<WorkspaceID>) async throws(PortError) -> Page<Workspace>
}

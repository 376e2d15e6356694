public import JobsprintDomain

/// A label for workflows and executions; names are unique in a workspace.
public struct Tag: Sendable, Hashable {
  public var id: TagID
  public var name: String
  public var createdAt: Timestamp
  public var updatedAt: Timestamp

  public init(id: TagID, name: String, createdAt: Timestamp, updatedAt: Timestamp) {
    self.id = id
    self.name = name
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

public protocol TagStore: Sendable {
  func create(
    _ tag: Tag, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome
  func tag(_ id: TagID, in workspace: WorkspaceID) async throws(PortError) -> Tag?
  func rename(
    _ id: TagID, to name: String, in workspace: WorkspaceID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<Tag>
  /// Removes the tag, from its workflows and executions too.
  func delete(
    _ id: TagID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> Tag?
  /// Oldest first.
  func tags(in workspace: WorkspaceID, page: PageRequest<TagID>) async throws(PortError) -> Page<Tag>
}

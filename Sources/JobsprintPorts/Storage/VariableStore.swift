public import JobsprintDomain

/// A text that all workflows of a workspace read as `$vars.<key>`; keys are unique in it. Everybody who may look at the
/// workspace may read it: a secret belongs into a credential.
public struct Variable: Sendable, Hashable {
  public var id: VariableID
  public var key: String
  public var value: String
  public var createdAt: Timestamp
  public var updatedAt: Timestamp

  public init(id: VariableID, key: String, value: String, createdAt: Timestamp, updatedAt: Timestamp) {
    self.id = id
    self.key = key
    self.value = value
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

public protocol VariableStore: Sendable {
  /// - Parameter most: how many the workspace may have with it. Requests at the same time may exceed it by as many.
  /// - Returns: nil where the workspace has as many already; nothing was written. A used idempotency key goes before
  ///   that.
  func create(
    _ variable: Variable, in workspace: WorkspaceID, most: Int, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome?

  func update(
    _ id: VariableID, key: String, value: String, in workspace: WorkspaceID, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<Variable>

  func delete(
    _ id: VariableID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> Variable?

  /// Oldest first.
  /// - Parameter onlyEmpty: those without a value.
  func variables(
    in workspace: WorkspaceID, onlyEmpty: Bool, page: PageRequest<VariableID>
  ) async throws(PortError) -> Page<Variable>

  /// All of them as they are now, where a list may lag behind.
  func current(in workspace: WorkspaceID) async throws(PortError) -> [Variable]
}

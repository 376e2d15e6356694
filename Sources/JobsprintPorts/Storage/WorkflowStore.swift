public import JobsprintDomain

/// Workflows and the versions of their documents.
public protocol WorkflowStore: Sendable {
  /// Stores a workflow and its first version.
  func create(
    _ workflow: StoredWorkflow, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome

  func workflow(_ id: WorkflowID, in workspace: WorkspaceID) async throws(PortError) -> StoredWorkflow?

  // Each of these changes nothing where `ifMatch` is not what the workflow is now, and moves its revision on.

  /// Makes `change` the newest version.
  func update(
    _ id: WorkflowID, in workspace: WorkspaceID, with change: WorkflowChange, ifMatch: WorkflowRevision?,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow>

  /// Turns the workflow on with a version of it (nil: the newest), or off.
  func setActive(
    _ isActive: Bool, version: VersionID?, of id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp,
    ifMatch: WorkflowRevision?, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow>

  /// An archived workflow is turned off; taking it back does not turn it on again.
  func setArchived(
    _ isArchived: Bool, of id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp,
    ifMatch: WorkflowRevision?, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow>

  /// Replaces the tags of a workflow.
  /// - Returns: `notFound` also when one of the tags does not exist.
  func setTags(
    _ tags: [TagID], of id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp, ifMatch: WorkflowRevision?,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow>

  /// Removes a workflow with its versions; its executions stay until their retention ends.
  /// - Returns: `updated` with what was removed.
  func delete(
    _ id: WorkflowID, in workspace: WorkspaceID, ifMatch: WorkflowRevision?, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow>

  /// Newest first, or the other way round.
  func workflows(
    matching filter: WorkflowFilter, in workspace: WorkspaceID, page: PageRequest<WorkflowID>
  ) async throws(PortError) -> Page<StoredWorkflow>

  /// A version; versions outlive their workflow, so that its executions can go on.
  func version(_ id: VersionID, in workspace: WorkspaceID) async throws(PortError) -> StoredVersion?

  /// All versions of a workflow, newest first, without their documents' bytes being looked into.
  func versions(
    of id: WorkflowID, in workspace: WorkspaceID, page: PageRequest<VersionID>
  ) async throws(PortError) -> Page<StoredVersion>
}

/// A workflow with its newest version.
public struct StoredWorkflow: Sendable, Hashable {
  public var id: WorkflowID
  public var workspace: WorkspaceID
  /// The newest version.
  public var version: VersionID
  public var name: String
  /// The document as it was given, without the members that the platform manages.
  public var document: [UInt8]
  /// The version that triggers start; nil when off.
  public var activeVersion: VersionID?
  public var isArchived: Bool
  public var tags: [Tag]
  public var createdAt: Timestamp
  public var updatedAt: Timestamp

  public init(
    id: WorkflowID, workspace: WorkspaceID, version: VersionID, name: String, document: [UInt8],
    activeVersion: VersionID? = nil, isArchived: Bool = false, tags: [Tag] = [], createdAt: Timestamp,
    updatedAt: Timestamp
  ) {
    self.id = id
    self.workspace = workspace
    self.version = version
    self.name = name
    self.document = document
    self.activeVersion = activeVersion
    self.isArchived = isArchived
    self.tags = tags
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

extension StoredWorkflow {
  public var revision: WorkflowRevision { WorkflowRevision(version: version, updatedAt: updatedAt) }

  /// Notes a change, later than the one before by the clock of any machine: two in one millisecond are two revisions.
  public mutating func touch(at time: Timestamp) { updatedAt = max(time, updatedAt + .milliseconds(1)) }
}

/// A workflow between two changes of its document, its state or its tags. (The name of a tag is the tag's.)
public struct WorkflowRevision: Sendable, Hashable {
  public let version: VersionID
  public let updatedAt: Timestamp

  public init(version: VersionID, updatedAt: Timestamp) {
    self.version = version
    self.updatedAt = updatedAt
  }
}

public struct StoredVersion: Sendable, Hashable {
  public let id: VersionID
  public let workflow: WorkflowID
  public let name: String
  public let document: [UInt8]
  public let createdAt: Timestamp

  public init(id: VersionID, workflow: WorkflowID, name: String, document: [UInt8], createdAt: Timestamp) {
    self.id = id
    self.workflow = workflow
    self.name = name
    self.document = document
    self.createdAt = createdAt
  }
}

/// A new version of a workflow.
public struct WorkflowChange: Sendable {
  public let version: VersionID
  public let name: String
  public let document: [UInt8]
  public let at: Timestamp
  /// An active workflow goes on with the new version.
  public let activates: Bool

  public init(version: VersionID, name: String, document: [UInt8], at: Timestamp, activates: Bool) {
    self.version = version
    self.name = name
    self.document = document
    self.at = at
    self.activates = activates
  }
}

public struct WorkflowFilter: Sendable, Hashable {
  public var isActive: Bool?
  /// Exact name.
  public var name: String?
  /// Names of tags, all of which the workflow has.
  public var tags: [String]
  /// Words that all occur in name or document.
  public var text: String?

  public init(isActive: Bool? = nil, name: String? = nil, tags: [String] = [], text: String? = nil) {
    self.isActive = isActive
    self.name = name
    self.tags = tags
    self.text = text
  }
}

public enum CreateOutcome: Sendable, Hashable {
  case created
  /// The idempotency key was used before; nothing was written.
  case replayed(IdempotencyRecord)
  /// Something of that name exists; nothing was written.
  case nameTaken
}

public enum UpdateOutcome<Element: Sendable>: Sendable {
  case updated(Element)
  case notFound
  /// It has changed since the caller read it; here is what is there now.
  case changed(Element)
  case nameTaken
}

extension UpdateOutcome: Equatable where Element: Equatable {}

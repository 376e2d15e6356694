public import JobsprintDomain

/// A tenant: what belongs to one workspace is invisible to the others.
public struct Workspace: Sendable, Hashable {
  public var id: WorkspaceID
  /// Unique in the installation.
  public var name: String
  /// For how many days executions that have ended are kept after they were accepted; nil: as the installation does.
  public var retentionDays: Int?
  /// How many of its executions may be running or on their way at a time, in the whole installation; nil is no limit.
  public var maxConcurrency: Int?
  public var createdAt: Timestamp
  public var updatedAt: Timestamp

  public init(
    id: WorkspaceID, name: String, retentionDays: Int? = nil, maxConcurrency: Int? = nil, createdAt: Timestamp,
    updatedAt: Timestamp
  ) {
    self.id = id
    self.name = name
    self.retentionDays = retentionDays
    self.maxConcurrency = maxConcurrency
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

/// What is to become of a workspace; what is nil stays as it is.
public struct WorkspaceChange: Sendable {
  public enum Retention: Sendable, Hashable {
    case asInstallation
    case days(Int)

    /// As ``Workspace/retentionDays``.
    public var days: Int? { if case .days(let days) = self { days } else { nil } }
  }

  public enum Concurrency: Sendable, Hashable {
    case unlimited
    case limited(to: Int)

    /// As ``Workspace/maxConcurrency``.
    public var limit: Int? { if case .limited(let limit) = self { limit } else { nil } }
  }

  public let name: String?
  public let retention: Retention?
  public let concurrency: Concurrency?

  public init(name: String? = nil, retention: Retention? = nil, concurrency: Concurrency? = nil) {
    self.name = name
    self.retention = retention
    self.concurrency = concurrency
  }
}

/// Workspaces of the installation. The first one (``WorkspaceID/initial``, named `default`) is always there.
public protocol WorkspaceStore: Sendable {
  /// Makes a workspace with its first key; the record belongs to the log of the caller's workspace.
  func create(
    _ workspace: Workspace, firstKey: APIKeyRecord, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome

  func workspace(_ id: WorkspaceID) async throws(PortError) -> Workspace?

  func update(
    _ id: WorkspaceID, with change: WorkspaceChange, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<Workspace>

  /// Those with a ``Workspace/maxConcurrency``.
  func limitedWorkspaces() async throws(PortError) -> Set<WorkspaceID>

  /// Oldest first.
  func workspaces(page: PageRequest<WorkspaceID>) async throws(PortError) -> Page<Workspace>
}

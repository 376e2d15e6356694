public import JobsprintDomain

/// Versions of workflows that the processes of an installation share, between the store and what each remembers by
/// itself. A version never changes, so what is found is true; the cache may know nothing at any time.
public protocol VersionCache: Sendable {
  /// Never waits longer than for one answer, and not at all while nothing answers.
  func find(_ id: VersionID, in workspace: WorkspaceID) async -> VersionAnswer

  /// Keeps what was read from the store under a lease that ``find(_:in:)`` has given; returns at once. Where somebody
  /// has taken the lease away meanwhile, nothing is kept.
  func keep(_ version: StoredVersion, in workspace: WorkspaceID, under lease: VersionLease)

  /// Notes that a version is in use, for processes that start later; returns at once.
  func note(_ use: VersionUse)

  /// Tells the other processes that a workflow has changed; returns at once.
  func tell(changed workflow: WorkflowID, in workspace: WorkspaceID)

  /// What is told, by this process too. For one reader.
  var news: AsyncStream<VersionNews> { get }

  /// What was in use lately, the latest first; empty where nobody knows.
  func recent(upTo limit: Int) async -> [VersionUse]

  /// Serves until the task is cancelled.
  func run() async
}

public enum VersionAnswer: Sendable, Hashable {
  case found(StoredVersion)
  /// Nobody has kept it. Whoever has the lease is to; nil: somebody else has it.
  case missing(VersionLease?)
  /// Nobody can say, or what others tell would not be heard.
  case away
}

/// The right to keep a version, for some seconds: of many processes that miss one, one writes it.
public struct VersionLease: Sendable, Hashable {
  public let token: String

  public init(token: String) { self.token = token }
}

public struct VersionUse: Sendable, Hashable {
  public let workspace: WorkspaceID
  public let workflow: WorkflowID
  public let version: VersionID

  public init(workspace: WorkspaceID, workflow: WorkflowID, version: VersionID) {
    self.workspace = workspace
    self.workflow = workflow
    self.version = version
  }
}

public enum VersionNews: Sendable, Hashable {
  /// From here on all that is told is heard.
  case listening
  case changed(WorkflowID, in: WorkspaceID)
  /// Something may have been told that nobody here has heard.
  case lost
}

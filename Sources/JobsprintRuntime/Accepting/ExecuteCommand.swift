public import JobsprintDomain

/// A request to execute a workflow.
public struct ExecuteCommand: Sendable {
  public var workspace: WorkspaceID
  public var workflow: WorkflowID
  /// nil: the newest.
  public var version: VersionID?
  public var mode: ExecutionMode
  public var lane: Lane
  /// nil: the workflow's trigger.
  public var startNode: String?
  /// Only this node and its ancestors run.
  public var destinationNode: String?
  /// Pinned items stand in for their nodes' output.
  public var usesPinData: Bool
  /// One JSON object (the start item's json), or an array of them; empty is one empty item.
  public var body: [UInt8]
  /// Of the request.
  public var trace: TraceContext?

  public init(
    workspace: WorkspaceID, workflow: WorkflowID, version: VersionID? = nil, mode: ExecutionMode = .manual,
    lane: Lane = .normal, startNode: String? = nil, destinationNode: String? = nil, usesPinData: Bool = false,
    body: [UInt8] = []
  ) {
    self.workspace = workspace
    self.workflow = workflow
    self.version = version
    self.mode = mode
    self.lane = lane
    self.startNode = startNode
    self.destinationNode = destinationNode
    self.usesPinData = usesPinData
    self.body = body
  }
}

/// A request to execute an ended execution's workflow once more.
public struct RetryCommand: Sendable {
  public enum From: Sendable, Hashable {
    /// Finished node runs are taken over; the failed node runs again.
    case failedNode
    case start
  }

  public var workspace: WorkspaceID
  public var execution: ExecutionID
  public var from: From
  /// Take the workflow's newest version in place of the one that the execution had.
  public var usesNewestVersion: Bool
  /// Of the request.
  public var trace: TraceContext?

  public init(workspace: WorkspaceID, execution: ExecutionID, from: From = .failedNode, usesNewestVersion: Bool = false)
  {
    self.workspace = workspace
    self.execution = execution
    self.from = from
    self.usesNewestVersion = usesNewestVersion
  }
}

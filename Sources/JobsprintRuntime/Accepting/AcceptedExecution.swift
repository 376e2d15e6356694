public import JobsprintDomain

/// An execution that is durably stored.
public struct AcceptedExecution: Sendable, Hashable {
  public let id: ExecutionID
  public let workflow: WorkflowID
  public let version: VersionID
  public let acceptedAt: Timestamp
  /// It ended while the caller waited.
  public let hasEnded: Bool

  public init(id: ExecutionID, workflow: WorkflowID, version: VersionID, acceptedAt: Timestamp, hasEnded: Bool = false)
  {
    self.id = id
    self.workflow = workflow
    self.version = version
    self.acceptedAt = acceptedAt
    self.hasEnded = hasEnded
  }
}

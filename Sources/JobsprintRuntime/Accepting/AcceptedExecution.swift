public import JobsprintDomain
import JobsprintPorts

/// An execution that is durably stored.
public struct AcceptedExecution: Sendable {
  public let id: ExecutionID
  public let workflow: WorkflowID
  public let version: VersionID
  public let acceptedAt: Timestamp
  /// From before the commit on, where the caller wants to wait: no end is missed.
  let events: AsyncStream<ExecutionEvent>?
  /// It has ended in the commit that accepted it.
  var hasEnded = false
}

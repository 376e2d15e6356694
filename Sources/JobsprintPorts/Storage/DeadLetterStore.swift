public import JobsprintDomain

/// Executions that could not be done, each with its reason. A letter is written by the journal in the transaction of
/// its execution's end (``ExecutionTransition/finish(_:error:lastNode:at:deadLetter:)``), and settled once: from then
/// on it stays as it is. It goes with its execution when that is deleted.
public protocol DeadLetterStore: Sendable {
  func letter(of execution: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> DeadLetter?

  /// The newest execution first, or the other way round. Keyset-paged by its id.
  func letters(
    matching filter: DeadLetterFilter, in workspace: WorkspaceID, page: PageRequest<ExecutionID>
  ) async throws(PortError) -> Page<DeadLetter>

  /// Settles an open letter.
  /// - Returns: `changed` with the letter as it is, where it was settled before; never `nameTaken`.
  func settle(
    _ execution: ExecutionID, in workspace: WorkspaceID, as settlement: DeadLetterSettlement, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<DeadLetter>
}

/// An execution that could not be done.
public struct DeadLetter: Sendable, Hashable {
  public let execution: ExecutionID
  public let workspace: WorkspaceID
  public let workflow: WorkflowID
  public let version: VersionID
  public let reason: DeadLetterReason
  /// ``NodeError/asJSON`` as bytes.
  public let error: [UInt8]?
  public let lastNode: String?
  public let diedAt: Timestamp
  public var status: DeadLetterStatus
  /// The execution that took its place.
  public var redrivenAs: ExecutionID?
  public var settledAt: Timestamp?

  public init(
    execution: ExecutionID, workspace: WorkspaceID, workflow: WorkflowID, version: VersionID, reason: DeadLetterReason,
    error: [UInt8]?, lastNode: String?, diedAt: Timestamp, status: DeadLetterStatus = .open,
    redrivenAs: ExecutionID? = nil, settledAt: Timestamp? = nil
  ) {
    self.execution = execution
    self.workspace = workspace
    self.workflow = workflow
    self.version = version
    self.reason = reason
    self.error = error
    self.lastNode = lastNode
    self.diedAt = diedAt
    self.status = status
    self.redrivenAs = redrivenAs
    self.settledAt = settledAt
  }
}

/// What becomes of an open letter.
public enum DeadLetterSettlement: Sendable, Hashable {
  case redriven(as: ExecutionID)
  case discarded

  public var status: DeadLetterStatus {
    switch self {
    case .redriven: .redriven
    case .discarded: .discarded
    }
  }

  public var execution: ExecutionID? {
    if case .redriven(let execution) = self { execution } else { nil }
  }
}

public struct DeadLetterFilter: Sendable, Hashable {
  public var workflow: WorkflowID?
  public var reason: DeadLetterReason?
  /// nil: any.
  public var status: DeadLetterStatus?

  public init(workflow: WorkflowID? = nil, reason: DeadLetterReason? = nil, status: DeadLetterStatus? = .open) {
    self.workflow = workflow
    self.reason = reason
    self.status = status
  }
}

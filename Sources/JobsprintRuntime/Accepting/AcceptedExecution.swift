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
  /// What the store has of it, where the caller wants to wait and it ended in the commit that accepted it: nobody has
  /// to read it back.
  var ended: ExecutionDetails?
}

extension ExecutionDetails {
  /// An execution that was claimed as it was accepted and has ended by one append; nil where that is none of an end.
  init?(_ new: NewExecution, endedBy append: JournalAppend, document: [UInt8]) {
    guard case .finish(let state, let error, let lastNode, let time, _) = append.transition else { return nil }
    self.init(
      record: ExecutionRecord(
        id: new.id, workspace: new.workspace, workflow: new.workflow, version: new.version, state: state,
        mode: new.mode, lane: new.lane, term: append.fence.term, acceptedAt: new.acceptedAt, startedAt: new.acceptedAt,
        finishedAt: time, waitUntil: nil, retryOf: new.retryOf, error: error, lastNode: lastNode, input: new.input),
      journal: new.entries + append.entries, document: document)
  }
}

public import JobsprintDomain
import JobsprintPorts

/// An execution that is durably stored.
public struct AcceptedExecution: Sendable {
  public let id: ExecutionID
  public let workflow: WorkflowID
  public let version: VersionID
  public let acceptedAt: Timestamp
  /// nil where the caller does not want to wait.
  var awaited: AwaitedExecution?
}

/// What whoever waits for an execution knows of it.
struct AwaitedExecution: Sendable {
  let new: NewExecution
  let document: [UInt8]
  /// From before the commit on: no end is missed.
  let events: AsyncStream<ExecutionEvent>
  /// What the store has of it, where it ended in the commit that accepted it.
  var ended: ExecutionDetails?
}

extension ExecutionDetails {
  /// An execution that has ended by one append: nobody has to read it back. nil where there was more than that.
  init?(_ new: NewExecution, endedBy append: JournalAppend, document: [UInt8]) {
    guard case .finish(let state, let error, let lastNode, let time, _) = append.transition,
      let beginning = append.wholeSince
    else { return nil }
    self.init(
      record: ExecutionRecord(
        id: new.id, workspace: new.workspace, workflow: new.workflow, version: new.version, state: state,
        mode: new.mode, lane: new.lane, term: append.fence.term, acceptedAt: new.acceptedAt, startedAt: beginning,
        finishedAt: time, waitUntil: nil, retryOf: new.retryOf, error: error, lastNode: lastNode, input: new.input),
      journal: new.entries + append.entries, document: document)
  }
}

public import JobsprintDomain

/// A shadow of a committed change; best effort, and never read back as truth but for an end, which is final.
public struct ExecutionEvent: Sendable, Hashable {
  public let execution: ExecutionID
  public let workspace: WorkspaceID
  public let state: ExecutionState
  /// Why it ended as a dead letter; nil where it did not.
  public let deadLetter: DeadLetterReason?
  /// The append that has ended it, where that is the whole execution (``JournalAppend/wholeSince``): who waits for the
  /// end need not read it back.
  public let end: JournalAppend?

  public init(
    execution: ExecutionID, workspace: WorkspaceID, state: ExecutionState, deadLetter: DeadLetterReason? = nil,
    end: JournalAppend? = nil
  ) {
    self.execution = execution
    self.workspace = workspace
    self.state = state
    self.deadLetter = deadLetter
    self.end = end
  }
}

/// Carries events to whoever listens.
public protocol EventBus: Sendable {
  /// Where the end of an execution has to be told so that readers of this bus hear of it; nil where they do anyway.
  var replyAddress: String? { get }

  func publish(_ event: ExecutionEvent)

  /// Events of one execution from now on; the stream ends with its reader.
  func events(of execution: ExecutionID) -> AsyncStream<ExecutionEvent>

  /// Executions that were canceled from now on, in this process or another; the stream ends with its reader. Who acts
  /// on one asks the store first: a message may be anybody's.
  func cancellations() -> AsyncStream<ExecutionID>
}

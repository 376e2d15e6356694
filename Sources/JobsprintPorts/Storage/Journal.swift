// The journal: everything that changes an execution goes through `Journal.commit`, and only Runtime's JournalWriter
// calls it. Reading has ports of its own.

public import JobsprintDomain

/// The pen's side of the store of executions.
public protocol Journal: Sendable {
  /// Commits all writes in one durable transaction and answers each, in their order.
  ///
  /// A write that its guard refuses (a fence, a key already used) gets that outcome and leaves the others alone.
  /// - Throws: nothing was written. ``PortError/Code/refused``: one of the writes is unacceptable to the store.
  func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome]
}

public enum JournalWrite: Sendable {
  case accept(NewExecution)
  case append(JournalAppend)
  case cancel(Cancellation)
}

public enum JournalOutcome: Sendable, Hashable {
  case committed
  /// `append`: the execution has another term or holder, or has ended. Nothing of the append was written.
  case fenced
  /// `accept`: the idempotency key was used before; here is what was kept for it. Nothing was written.
  case replayed(IdempotencyRecord)
  /// `cancel`: no such execution in the workspace.
  case notFound
  /// `cancel`: the execution had ended before.
  case alreadyEnded(ExecutionState)
}

/// An execution to be accepted.
public struct NewExecution: Sendable {
  public let id: ExecutionID
  public let workspace: WorkspaceID
  public let workflow: WorkflowID
  public let version: VersionID
  public let mode: ExecutionMode
  public let lane: Lane
  /// Only workers that carry it may claim the execution.
  public let tag: WorkerTag?
  public let acceptedAt: Timestamp
  /// What to start with; opaque to the store.
  public let input: [UInt8]
  /// Finished runs that a retry takes over.
  public let entries: [JournalEntry]
  public let retryOf: ExecutionID?
  /// Set when the accepting process executes it itself at once: it is stored as running and already claimed, with
  /// term 1, which saves a commit. nil: stored as new.
  public let claimedBy: ExecutorID?
  /// It stays in the store until its turn has come (`ExecutionClaims.recoverable`); else whoever accepts it dispatches
  /// it.
  public let isHeld: Bool
  /// How many executions of its workflow may be running or on their way at a time; nil is no limit. One with a limit is
  /// held.
  public let concurrency: Int?
  /// Its workspace has a limit (``Workspace/maxConcurrency``): it is held, and whoever makes room is told.
  public let isInLimitedWorkspace: Bool
  public let idempotency: IdempotencyRecord?

  /// Others have to make room for it.
  public var waitsForLimit: Bool { concurrency != nil || isInLimitedWorkspace }

  /// When it was dispatched, as the store notes it with the acceptance.
  public var dispatchedAt: Timestamp? { claimedBy == nil && !isHeld ? acceptedAt : nil }

  public init(
    id: ExecutionID, workspace: WorkspaceID, workflow: WorkflowID, version: VersionID, mode: ExecutionMode,
    lane: Lane = .normal, tag: WorkerTag? = nil, acceptedAt: Timestamp, input: [UInt8], entries: [JournalEntry] = [],
    retryOf: ExecutionID? = nil, claimedBy: ExecutorID? = nil, isHeld: Bool = false,
    concurrency: Int? = nil, isInLimitedWorkspace: Bool = false, idempotency: IdempotencyRecord? = nil
  ) {
    self.id = id
    self.workspace = workspace
    self.workflow = workflow
    self.version = version
    self.mode = mode
    self.lane = lane
    self.tag = tag
    self.acceptedAt = acceptedAt
    self.input = input
    self.entries = entries
    self.retryOf = retryOf
    self.claimedBy = claimedBy
    self.isHeld = isHeld || concurrency != nil || isInLimitedWorkspace
    self.concurrency = concurrency
    self.isInLimitedWorkspace = isInLimitedWorkspace
    self.idempotency = idempotency
  }
}

/// Entries of one execution, and where it goes with them.
public struct JournalAppend: Sendable, Hashable {
  public let execution: ExecutionID
  public let workspace: WorkspaceID
  public let fence: Fence
  public let entries: [JournalEntry]
  public let transition: ExecutionTransition
  /// With an end: what replaces its workflow's static data, in the order of commits. nil nearly always.
  public let staticData: StaticDataChange?
  /// When its execution was first claimed, where this is the only append that it ever had: with what was accepted it is
  /// all that there is of the execution. nil else.
  public let wholeSince: Timestamp?
  /// Its executor may not have claimed the execution yet: where nobody has ever held it, this append claims it first, as
  /// of that time and in term 1. nil where it is claimed.
  public private(set) var claimedAt: Timestamp?

  public init(
    execution: ExecutionID, workspace: WorkspaceID, fence: Fence, entries: [JournalEntry],
    transition: ExecutionTransition = .none, staticData: StaticDataChange? = nil, wholeSince: Timestamp? = nil,
    claimedAt: Timestamp? = nil
  ) {
    self.execution = execution
    self.workspace = workspace
    self.fence = fence
    self.entries = entries
    self.transition = transition
    self.staticData = staticData
    self.wholeSince = wholeSince
    self.claimedAt = claimedAt
  }

  /// The same by an executor that may not have claimed the execution.
  public func claiming(at time: Timestamp) -> JournalAppend {
    var append = self
    append.claimedAt = time
    return append
  }
}

/// What an append does to the state of its execution.
public enum ExecutionTransition: Sendable, Hashable {
  /// Still running.
  case none
  /// running -> waiting; nobody holds it until it is claimed again at `until` or later.
  case wait(until: Timestamp)
  /// running -> new; the executor gives it back.
  case handBack
  /// running -> a terminal state. `error` is ``NodeError/asJSON`` as bytes. With `deadLetter`, a ``DeadLetter`` of that
  /// reason is written with it.
  case finish(
    ExecutionState, error: [UInt8]?, lastNode: String?, at: Timestamp, deadLetter: DeadLetterReason? = nil)
}

/// Ends an execution that has not ended: state canceled, the term raised, so that its holder can write no more.
public struct Cancellation: Sendable {
  public let execution: ExecutionID
  public let workspace: WorkspaceID
  public let at: Timestamp
  /// Why, as ``NodeError/asJSON`` bytes; nil when a user asked for it.
  public let error: [UInt8]?

  public init(execution: ExecutionID, workspace: WorkspaceID, at: Timestamp, error: [UInt8]? = nil) {
    self.execution = execution
    self.workspace = workspace
    self.at = at
    self.error = error
  }
}

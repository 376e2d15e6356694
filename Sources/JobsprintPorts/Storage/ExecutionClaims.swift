public import JobsprintDomain

/// Taking hold of executions, and showing that one is still there to hold them.
public protocol ExecutionClaims: Sendable {
  /// Claims those of the executions that can be claimed, in one transaction: `new`; `waiting` whose time has come;
  /// `running` whose holder's heartbeat is older than `leaseExpiry` (or is unknown). Each gets the next term and
  /// `executor` as its holder. One of a workflow or a workspace with a limit can be claimed when it was its turn to be
  /// dispatched. One of a tag that is not in `tags` can't be claimed, whatever its wake-up says.
  func claim(
    _ wakeUps: [WakeUp], for executor: ExecutorID, carrying tags: WorkerTags, at now: Timestamp, leaseExpiry: Timestamp
  ) async throws(PortError) -> [ClaimedExecution]

  /// One heartbeat for everything that `executor` holds.
  /// - Returns: those of `holding` that it holds no more (canceled, or claimed by another).
  func beat(_ executor: ExecutorID, holding: [ExecutionID], at now: Timestamp) async throws(PortError) -> [ExecutionID]

  /// Forgets the heartbeats of executors, so that what they hold can be claimed at once.
  /// - Parameter executors: nil for all, and for what was dispatched to them: the start over of a store that no other
  ///   process can have open, whose queue was lost with the process before.
  func retire(_ executors: [ExecutorID]?) async throws(PortError)

  /// What should be dispatched: first what was dispatched before or has begun (`new` and dispatched before
  /// `dispatchedBefore`, `waiting` whose time has come, `running` whose holder's heartbeat is older than
  /// `leaseExpiry`), then what was held until its turn, or handed back. Lines take turns, within one the oldest goes
  /// first; of each, no more than `lineLimit` new ones are dispatched and not claimed. Executions of a workflow with a
  /// limit (``NewExecution/concurrency``) are a line of their own, in which the limit counts what is running, too. The
  /// limit of a workspace (``Workspace/maxConcurrency``, as it is now) counts what is running or on its way in all of
  /// its lines; waits of it whose time has come are a line, too. Only what `tags` carries is dispatched; of a
  /// workflow with a limit what is behind that is not, either. At most `limit` in all; each is stamped as dispatched at
  /// `now` in the same transaction, and one stamped since `dispatchedBefore` is left out.
  func recoverable(
    carrying tags: WorkerTags, at now: Timestamp, dispatchedBefore: Timestamp, leaseExpiry: Timestamp, lineLimit: Int,
    limit: Int
  ) async throws(PortError) -> [WakeUp]

  /// New executions that stand in each line: those that were dispatched at `time` or later, and those that are held,
  /// of which no more than `limit` are counted.
  func backlog(since time: Timestamp, limit: Int) async throws(PortError) -> [DispatchLine: Int]

  /// The earliest moment behind `time` at which something may have to be dispatched, as far as can be known: the end of
  /// a wait, the first millisecond at which an executor that beats no more counts as gone, or, where something waits
  /// for its turn, `turn` behind `time`. nil when there is none. Waits and turns are those of what `tags` carries.
  func nextDue(
    after time: Timestamp, carrying tags: WorkerTags, lease: Duration, turn: Duration
  ) async throws(PortError) -> Timestamp?
}

/// New executions of one workspace, lane and worker tag: they are dispatched in their order, and take turns with those
/// of others.
public struct DispatchLine: Sendable, Hashable {
  public let workspace: WorkspaceID
  public let lane: Lane
  public let tag: WorkerTag?

  public init(workspace: WorkspaceID, lane: Lane, tag: WorkerTag? = nil) {
    self.workspace = workspace
    self.lane = lane
    self.tag = tag
  }
}

/// An execution that the claimer now holds, with all that is needed to go on.
public struct ClaimedExecution: Sendable {
  public let id: ExecutionID
  public let workspace: WorkspaceID
  public let workflow: WorkflowID
  public let version: VersionID
  public let mode: ExecutionMode
  public let lane: Lane
  public let acceptedAt: Timestamp
  /// First claim.
  public let startedAt: Timestamp
  public let fence: Fence
  public let input: [UInt8]
  /// By position; at one position `started` and `suspended` before `finished`.
  public let entries: [JournalEntry]

  public init(
    id: ExecutionID, workspace: WorkspaceID, workflow: WorkflowID, version: VersionID, mode: ExecutionMode, lane: Lane,
    acceptedAt: Timestamp, startedAt: Timestamp, fence: Fence, input: [UInt8], entries: [JournalEntry]
  ) {
    self.id = id
    self.workspace = workspace
    self.workflow = workflow
    self.version = version
    self.mode = mode
    self.lane = lane
    self.acceptedAt = acceptedAt
    self.startedAt = startedAt
    self.fence = fence
    self.input = input
    self.entries = entries
  }
}

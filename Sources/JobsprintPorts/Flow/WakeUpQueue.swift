public import JobsprintDomain

/// A message that says "this execution can go on". Losing it loses nothing.
public struct WakeUp: Sendable, Hashable {
  /// What was accepted of an execution that nobody has held yet. It never changes, so it can't be out of date.
  public struct Start: Sendable, Hashable {
    /// A larger input is read from the store: a broker writes each message to its disk, and keeps it in memory.
    public static let mostInputBytes = 16_384

    public let workflow: WorkflowID
    public let version: VersionID
    public let mode: ExecutionMode
    public let acceptedAt: Timestamp
    public let input: [UInt8]

    public init(
      workflow: WorkflowID, version: VersionID, mode: ExecutionMode, acceptedAt: Timestamp, input: [UInt8]
    ) {
      self.workflow = workflow
      self.version = version
      self.mode = mode
      self.acceptedAt = acceptedAt
      self.input = input
    }
  }

  public let execution: ExecutionID
  public let workspace: WorkspaceID
  public let lane: Lane
  /// Of its execution; nil where it has none.
  public let tag: WorkerTag?
  /// Where somebody waits for the execution's end (``EventBus/replyAddress``); nil where nobody does.
  public let replyTo: String?
  /// Of the request that has begun the execution; nil where it named none, and for what recovery issues.
  public let trace: TraceContext?
  /// With this, whoever receives it first may begin before he has claimed the execution
  /// (``JournalAppend/claimedAt``). nil where it has to be claimed and read.
  public let start: Start?

  public init(
    execution: ExecutionID, workspace: WorkspaceID, lane: Lane, tag: WorkerTag? = nil, replyTo: String? = nil,
    trace: TraceContext? = nil, start: Start? = nil
  ) {
    self.execution = execution
    self.workspace = workspace
    self.lane = lane
    self.tag = tag
    self.replyTo = replyTo
    self.trace = trace
    self.start = start
  }

  /// What is delivered again, or late, may have been begun before: its execution is claimed first.
  public var withoutStart: WakeUp {
    WakeUp(execution: execution, workspace: workspace, lane: lane, tag: tag, replyTo: replyTo, trace: trace)
  }
}

/// Messages that were received together, to be settled together, once.
public struct WakeUpBatch: Sendable {
  public enum Settlement: Sendable {
    /// They have been answered in the store: claimed, or nothing was left to claim.
    case acknowledged
    /// The store could not be asked: they are to be delivered again.
    case givenBack
  }

  public let wakeUps: [WakeUp]
  private let onSettled: @Sendable (Settlement) -> Void

  /// Nothing.
  public static let empty = WakeUpBatch([]) { _ in }

  public init(_ wakeUps: [WakeUp], onSettled: @escaping @Sendable (Settlement) -> Void) {
    self.wakeUps = wakeUps
    self.onSettled = onSettled
  }

  public func settle(_ settlement: Settlement) { onSettled(settlement) }
}

/// The queue between the dispatcher and the executors. What was received and not settled when its receiver is lost is
/// received again by another.
public protocol WakeUpQueue: Sendable {
  /// Returns when the queue has taken the messages, and throws when it may not have taken all; never waits for room.
  func publish(_ wakeUps: [WakeUp]) async throws(PortError)

  /// Waits until there is a message, then takes up to `limit`: of higher lanes more, of each that has some at least one
  /// now and then. Empty when the task is cancelled.
  func receive(upTo limit: Int) async -> WakeUpBatch
}

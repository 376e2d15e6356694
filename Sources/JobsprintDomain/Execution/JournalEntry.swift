/// One entry of an execution's journal. Positions count node runs from 0; each has exactly one `finished` entry.
public struct JournalEntry: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable {
    /// A node with an outside effect is about to act; without a `finished` at its position after a crash, nobody knows
    /// whether it did.
    case started
    /// The node asked to wait, or has failed and is to be tried again later (with the number of that attempt): its run
    /// goes on at this position.
    case suspended
    /// The node's run is over, well or badly.
    case finished
  }

  public let position: Int
  public let kind: Kind
  public let node: String
  /// Which run of the node this is, from 0.
  public let run: Int
  /// From 1.
  public let attempt: Int
  /// The term under which it was written: who wrote it, counted in claims of the execution.
  public let term: Int
  public let recordedAt: Timestamp
  /// `finished`: ``NodeRun/jsonBytes``. `suspended`: ``Suspension/bytes``. `started`: empty.
  public let payload: [UInt8]

  public init(
    position: Int, kind: Kind, node: String, run: Int, attempt: Int, term: Int, recordedAt: Timestamp, payload: [UInt8]
  ) {
    self.position = position
    self.kind = kind
    self.node = node
    self.run = run
    self.attempt = attempt
    self.term = term
    self.recordedAt = recordedAt
    self.payload = payload
  }
}

/// Who may write to an execution: a rising term and its holder. An append with another fence is refused.
public struct Fence: Sendable, Hashable {
  public let term: Int
  public let executor: ExecutorID

  public init(term: Int, executor: ExecutorID) {
    self.term = term
    self.executor = executor
  }
}

public import JobsprintDomain

/// One run of a node that is due.
public struct NodeTask: Sendable {
  /// Counts node runs of the execution from 0; the journal's key.
  public let position: Int
  public let node: Node
  public let traits: NodeTraits
  /// Which run of this node it is, from 0.
  public let run: Int
  /// Items by input slot, paired with themselves; empty where nothing came.
  public let inputs: [[Item]]
  /// Where the items of each slot came from.
  public let sources: [RunSource?]
  /// The slot whose items count as the node's input.
  public let mainInput: Int
  /// Which try of the run it is, from 1: those of the node's own `retryOnFail` and those of the workflow's retry
  /// policy.
  public internal(set) var attempt: Int
  /// The node asked to wait before, and the time has come.
  public internal(set) var isResumed: Bool
  /// Outputs that are known without running the node: it is switched off or pinned.
  public let outputs: [[Item]]?

  let place: Int
  /// Attempts of the workflow's retry policy that have failed so far.
  var failures = 0
  /// The first try of the present attempt of the retry policy: the node has its own tries anew from there.
  var firstTry = 1
}

/// How a run of a node ended.
public enum NodeOutcome: Sendable {
  case outputs([[Item]], state: JSONObject?)
  /// The branch ends here.
  case ended
  case wait(until: Timestamp)
  case failed(NodeError)
  /// It failed, and must not be tried again.
  case stopped(NodeError)
}

/// What the engine makes of it.
public enum Completion: Sendable {
  /// To be journaled at the task's position.
  case recorded(NodeRun)
  /// To be run again; ``ExecutionStateMachine/next()`` gives the next attempt.
  case retry(after: Duration)
  /// To be journaled as suspended, under the number of that attempt; nothing else can be done until then.
  case suspended(Suspension, attempt: Int)
}

/// What an execution needs next.
public enum Action: Sendable {
  case run(NodeTask)
  case wait(until: Timestamp)
  case finish(ExecutionState, NodeError?)
}

/// The journal does not fit the workflow.
public struct ReplayError: Error, Sendable, Hashable {
  public let position: Int
  /// What was recorded, and what the workflow would do there.
  public let message: String
}

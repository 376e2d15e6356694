public import JobsprintDomain

/// How an executor works.
public struct ExecutorOptions: Sendable {
  /// Executions at a time. Waiting executions take none, so slots are for work in progress. An execution that finds
  /// none free goes through the queue, at twice the cost: on 2 cores under full load, 3,090 executions/s end with 64
  /// slots, 4,180 with 256, and no more with 1,024.
  public var slots = 256
  /// Between two heartbeats.
  public var heartbeat: Duration = .seconds(5)
  /// After this long without a heartbeat, others may take over what it holds.
  public var lease: Duration = .seconds(15)
  /// How long running nodes may take to finish when the process stops.
  public var grace: Duration = .seconds(10)
  /// How long a node may go on after its execution was cancelled or taken over, or its time was up.
  public var cancelPatience: Duration = .seconds(10)
  /// A node that goes on for longer ends the executor: whoever starts the process again gets a fresh one. Otherwise it
  /// keeps its slot, and the log says so.
  public var leavesWhenStuck = false

  /// What the records of one execution may weigh, each counted with half a kilobyte for itself: a loop without an end,
  /// or one that doubles its data in each round, ends with an error and not with the process.
  public var mostBytes = 256 << 20

  /// Whose executions it takes.
  public var tags = WorkerTags.all

  public init() {}
}

/// How an executor works.
public struct ExecutorOptions: Sendable {
  /// Executions at a time. Waiting executions take none, so slots are for work in progress.
  public var slots = 64
  /// Between two heartbeats.
  public var heartbeat: Duration = .seconds(5)
  /// After this long without a heartbeat, others may take over what it holds.
  public var lease: Duration = .seconds(15)
  /// How long running nodes may take to finish when the process stops.
  public var grace: Duration = .seconds(10)

  public init() {}
}

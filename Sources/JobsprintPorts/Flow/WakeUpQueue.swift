public import JobsprintDomain

/// A message that says "this execution can go on". It carries ids, never data; losing it loses nothing.
public struct WakeUp: Sendable, Hashable {
  public let execution: ExecutionID
  public let workspace: WorkspaceID
  public let lane: Lane

  public init(execution: ExecutionID, workspace: WorkspaceID, lane: Lane) {
    self.execution = execution
    self.workspace = workspace
    self.lane = lane
  }
}

/// The queue between the dispatcher and the executors.
public protocol WakeUpQueue: Sendable {
  /// Takes the messages or throws; never waits for room.
  func publish(_ wakeUps: [WakeUp]) async throws(PortError)

  /// Waits until there is a message, then takes up to `limit`, higher lanes first. Empty when the task is cancelled.
  func receive(upTo limit: Int) async -> [WakeUp]
}

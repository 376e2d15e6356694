public import JobsprintDomain

/// What a process's pen has written since its start.
public struct JournalMetrics: Sendable {
  public internal(set) var commits = 0
  /// Commits that the store did not take; a batch that is halved counts with each part.
  public internal(set) var failedCommits = 0
  /// Writes in each commit.
  public internal(set) var batches = Distribution(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256])
  /// Seconds that commits took, also those that failed.
  public internal(set) var durations = Distribution.seconds
  /// Writes that stand in the line.
  public internal(set) var waiting = 0
  public internal(set) var accepted = 0
  /// Appends that were refused because their execution has another holder by now, or has ended.
  public internal(set) var fenced = 0
  /// By the state in which they ended.
  public internal(set) var ended: [ExecutionState: Int] = [:]
}

/// What an executor does.
public struct ExecutorMetrics: Sendable {
  public internal(set) var slots = 0
  /// Executions that it holds.
  public internal(set) var running = 0
  /// Executions that it took up, again or for the first time.
  public internal(set) var started = 0
  /// Wake-ups that were answered with nothing to claim: their executions have ended, have a holder, or never were.
  public internal(set) var idleWakeUps = 0
  /// Seconds from the acceptance of executions until they were taken out of the queue for the first time. Those that
  /// were accepted as claimed never stand in it.
  public internal(set) var queueLag = Distribution.seconds
}

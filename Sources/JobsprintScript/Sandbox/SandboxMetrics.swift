/// What has become of the sandboxes of this process, and how many are at work.
public struct SandboxMetrics: Sendable {
  /// Why one is no longer there.
  public enum End: String, Sendable, CaseIterable {
    case outOfTime = "out_of_time"
    case outOfMemory = "out_of_memory"
    /// By somebody else.
    case killed
    case crashed
    /// Its run was cancelled.
    case cancelled
    /// It held much memory, and another execution was next.
    case retired
  }

  /// That may be at work at a time.
  public var size = 0
  public var working = 0
  /// Runs that wait for one.
  public var waiting = 0
  public var started = 0
  public var failedStarts = 0
  public var ended: [End: Int] = [:]
}

extension SandboxMetrics.End {
  /// nil where it has not ended: it was never there.
  init?(_ failure: SandboxFailure) {
    switch failure {
    case .unavailable: return nil
    case .outOfTime: self = .outOfTime
    case .outOfMemory: self = .outOfMemory
    case .killed: self = .killed
    case .crashed: self = .crashed
    case .cancelled: self = .cancelled
    }
  }
}

public import JobsprintDomain

/// The time, and waiting for it. Tests have a clock of their own.
public protocol WallClock: Sendable {
  var now: Timestamp { get }

  /// Returns at `deadline` or later; throws `CancellationError` when the task is cancelled first.
  func sleep(until deadline: Timestamp) async throws
}

extension WallClock {
  public func sleep(for duration: Duration) async throws { try await sleep(until: now + duration) }
}

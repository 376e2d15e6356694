public import JobsprintDomain
public import JobsprintPorts

/// The machine's time, for tests of what others do in theirs (a server that restarts). It begins where no id of a test
/// is.
public struct MachineClock: WallClock {
  public init() {}

  public var now: Timestamp {
    let time = ContinuousClock.now - Self.start.0
    return Self.start.1 + time
  }

  public func sleep(until deadline: Timestamp) async throws { try await Task.sleep(for: max(.zero, deadline - now)) }

  private static let start = (ContinuousClock.now, Timestamp.seconds(86_400))
}

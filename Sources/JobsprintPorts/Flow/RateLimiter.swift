/// So many in a window of time that slides.
public struct RateQuota: Sendable, Hashable {
  public let limit: Int
  public let window: Duration

  public init(limit: Int, window: Duration) {
    self.limit = limit
    self.window = window
  }
}

/// What one request is counted against.
public struct RateCharge: Sendable, Hashable {
  /// Who and for what, as `key:<id>:read`.
  public let subject: String
  public let quota: RateQuota

  public init(subject: String, quota: RateQuota) {
    self.subject = subject
    self.quota = quota
  }
}

/// A window as two counts: time is cut in stretches as long as the window, which reaches back into the one before. Of
/// that one as much is counted as the window still covers, as if it had come evenly.
public struct RateWindow: Sendable, Hashable {
  public let quota: RateQuota
  /// In the stretch before.
  public let previous: Int
  /// In this one.
  public let current: Int
  /// Since it began.
  public let elapsed: Duration

  public init(quota: RateQuota, previous: Int, current: Int, elapsed: Duration) {
    self.quota = quota
    self.previous = previous
    self.current = current
    self.elapsed = elapsed
  }

  public var used: Double { Double(current) + Double(previous) * max(0, 1 - elapsed / quota.window) }

  public var hasRoom: Bool { used + 1 <= Double(quota.limit) }

  public var remaining: Int { max(0, Int((Double(quota.limit) - used).rounded(.down))) }

  /// Until there is room for one more; zero where there is.
  public var wait: Duration {
    if hasRoom { return .zero }
    let limit = Double(quota.limit)
    // In this stretch, as what was before it leaves the window; else in the next, as what is in this one does.
    let share = previous > 0 ? 1 - (limit - 1 - Double(current)) / Double(previous) : 2
    if share <= 1 { return max(.zero, quota.window * share - elapsed) }
    return quota.window - elapsed + quota.window * max(0, 1 - (limit - 1) / Double(max(1, current)))
  }
}

public struct RateDecision: Sendable, Hashable {
  public let isAllowed: Bool
  /// Of all that were looked at the one with the least room.
  public let tightest: RateWindow

  public init?(isAllowed: Bool, _ windows: [RateWindow]) {
    let tightest =
      isAllowed
      ? windows.min { $0.remaining < $1.remaining } : windows.max { $0.wait < $1.wait }
    guard let tightest else { return nil }
    self.isAllowed = isAllowed
    self.tightest = tightest
  }
}

/// Counts requests, for all servers together where that can be.
public protocol RateLimiter: Sendable {
  /// Counts one request against all charges, or against none where one of them has no room.
  /// - Parameter owner: to whom all the charges belong: what is counted for one owner is counted at one place.
  /// - Returns: nil without a charge.
  func decide(_ charges: [RateCharge], of owner: String) async -> RateDecision?
}

import Synchronization

/// What Redis is used for here.
public enum RedisUse: String, Sendable, CaseIterable {
  case rateLimits = "rate_limits"
  case attempts
  case access
  case events
  case versions
  /// Nobody helps himself to one: what needs it waits.
  case locks
  case signIns = "sign_ins"
}

/// How often Redis was not there, and this process helped itself.
final class Takeovers: Sendable {
  private let counts = Mutex<[RedisUse: Int]>([:])

  var current: [RedisUse: Int] { counts.withLock { $0 } }

  func note(_ use: RedisUse) { counts.withLock { $0[use, default: 0] += 1 } }
}

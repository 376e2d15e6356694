import JobsprintDomain
public import JobsprintPorts
import Synchronization

/// Slows down the guessing of passwords: behind some free attempts each failure doubles the time until the next one is
/// looked at, for the account and for the address that it comes from. Of this process only.
public final class AttemptLimiter: Sendable {
  /// What attempts are counted for.
  enum Subject: Hashable {
    case account(String)
    case address(String)

    /// Attempts without a wait. Many people may share an address.
    var free: Int {
      switch self {
      case .account: 5
      case .address: 20
      }
    }
  }

  private struct Count {
    var failures = 0
    var last: Timestamp
    var blockedUntil: Timestamp
  }

  private static let firstWait: Duration = .seconds(1)
  private static let longestWait: Duration = .seconds(15 * 60)
  /// Without an attempt for so long, what was before is forgotten.
  private static let memory: Duration = .seconds(3600)
  private static let mostKnown = 20_000

  private let counts = Mutex<[Subject: Count]>([:])
  private let clock: any WallClock

  public init(clock: any WallClock) { self.clock = clock }

  /// Counts an attempt before it is looked at, so that many at once gain nothing.
  /// - Throws: ``AccessError`` with the time to wait; a refused attempt does not count.
  func begin(_ subjects: [Subject]) throws(AccessError) {
    let now = clock.now
    let wait = counts.withLock { counts -> Duration? in
      let blocked = subjects.compactMap { counts[$0]?.blockedUntil }.filter { $0 > now }.max()
      if let blocked { return blocked - now }
      if counts.count > Self.mostKnown { Self.shrink(&counts, at: now) }
      for subject in subjects {
        var count = counts[subject] ?? Count(last: now, blockedUntil: now)
        if now - count.last > Self.memory { count.failures = 0 }
        count.failures += 1
        count.last = now
        let beyond = count.failures - subject.free
        if beyond > 0 { count.blockedUntil = now + min(Self.longestWait, Self.firstWait * (1 << min(beyond - 1, 20))) }
        counts[subject] = count
      }
      return nil
    }
    guard let wait else { return }
    throw AccessError(
      code: .tooManyAttempts, message: "Too many attempts have failed. Try again later.", retryAfter: wait)
  }

  /// The account is known to be in the right hands; the address may still try others.
  func succeeded(_ subjects: [Subject]) {
    counts.withLock { counts in
      for subject in subjects {
        if case .address = subject, let failures = counts[subject]?.failures, failures > 1 {
          counts[subject]?.failures = failures - 1
          counts[subject]?.blockedUntil = clock.now
        } else {
          counts[subject] = nil
        }
      }
    }
  }

  /// Those that wait for nothing go first; where all wait, the oldest half.
  private static func shrink(_ counts: inout [Subject: Count], at now: Timestamp) {
    counts = counts.filter { $0.value.blockedUntil > now }
    guard counts.count > mostKnown / 2 else { return }
    let kept = counts.sorted { $0.value.last > $1.value.last }.prefix(mostKnown / 2)
    counts = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
  }
}

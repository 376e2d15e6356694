public import JobsprintDomain
public import JobsprintPorts
import Synchronization

/// Counts the attempts that one process sees.
public final class MemoryAttemptLedger: AttemptLedger {
  private struct Count {
    var failures = 0
    var last: Timestamp
    var blockedUntil: Timestamp
  }

  private static let mostKnown = 20_000

  private let counts = Mutex<[AttemptSubject: Count]>([:])

  public init() {}

  public func begin(_ subjects: [AttemptSubject], at now: Timestamp) async -> Duration? {
    counts.withLock { counts in
      let blocked = subjects.compactMap { counts[$0]?.blockedUntil }.filter { $0 > now }.max()
      if let blocked { return blocked - now }
      if counts.count > Self.mostKnown { Self.shrink(&counts, at: now) }
      for subject in subjects {
        var count = counts[subject] ?? Count(last: now, blockedUntil: now)
        if now - count.last > AttemptRule.memory { count.failures = 0 }
        count.failures += 1
        count.last = now
        let beyond = count.failures - subject.free
        if beyond > 0 {
          count.blockedUntil = now + min(AttemptRule.longestWait, AttemptRule.firstWait * (1 << min(beyond - 1, 20)))
        }
        counts[subject] = count
      }
      return nil
    }
  }

  public func succeeded(_ subjects: [AttemptSubject], at now: Timestamp) async {
    counts.withLock { counts in
      for subject in subjects {
        if subject.kind == .address, let failures = counts[subject]?.failures, failures > 1 {
          counts[subject]?.failures = failures - 1
          counts[subject]?.blockedUntil = now
        } else {
          counts[subject] = nil
        }
      }
    }
  }

  /// Those that wait for nothing go first; where all wait, the oldest half.
  private static func shrink(_ counts: inout [AttemptSubject: Count], at now: Timestamp) {
    counts = counts.filter { $0.value.blockedUntil > now }
    guard counts.count > mostKnown / 2 else { return }
    let kept = counts.sorted { $0.value.last > $1.value.last }.prefix(mostKnown / 2)
    counts = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
  }
}

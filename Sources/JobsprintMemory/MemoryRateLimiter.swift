import JobsprintDomain
public import JobsprintPorts
import Synchronization

/// Counts the requests of one process.
public final class MemoryRateLimiter: RateLimiter {
  private struct Count {
    /// Which stretch of time.
    var stretch: Int64
    var current = 0
    var previous = 0
  }

  private static let mostKnown = 50_000

  private let counts = Mutex<[String: Count]>([:])
  private let clock: any WallClock

  public init(clock: any WallClock) { self.clock = clock }

  public func decide(_ charges: [RateCharge], of owner: String) async -> RateDecision? {
    let now = clock.now.milliseconds
    return counts.withLock { counts in
      if counts.count >= Self.mostKnown { counts.removeAll() }
      var windows: [RateWindow] = []
      var moved: [(String, Count)] = []
      for charge in charges {
        let length = max(1, Int64(charge.quota.window / .milliseconds(1)))
        let known = counts[charge.subject]
        // A clock that went back stays in the stretch where it was.
        let stretch = max(now / length, known?.stretch ?? 0)
        var count = Count(stretch: stretch)
        if let known, known.stretch == stretch { count = known }
        if let known, known.stretch == stretch - 1 { count.previous = known.current }
        let elapsed = Duration.milliseconds(max(0, now - stretch * length))
        windows.append(
          RateWindow(
            quota: charge.quota, previous: count.previous, current: count.current, elapsed: elapsed))
        moved.append((charge.subject, count))
      }
      guard windows.allSatisfy(\.hasRoom) else { return RateDecision(isAllowed: false, windows) }
      for (subject, count) in moved {
        counts[subject] = Count(stretch: count.stretch, current: count.current + 1, previous: count.previous)
      }
      return RateDecision(
        isAllowed: true,
        windows.map {
          RateWindow(quota: $0.quota, previous: $0.previous, current: $0.current + 1, elapsed: $0.elapsed)
        })
    }
  }
}

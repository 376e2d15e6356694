// When a sandbox may be started again after starts that failed: the second time at once, then after 0.1 s, twice as
// long each time, at most 30 s. A sandbox that can't start would else be started by every run of every node.

struct StartBackoff {
  /// In a row.
  private(set) var failures = 0
  private var reason = ""
  private var earliest: ContinuousClock.Instant?

  private static let first = Duration.milliseconds(100)
  private static let longest = Duration.seconds(30)

  mutating func failed(because reason: String, at now: ContinuousClock.Instant) {
    failures += 1
    self.reason = reason
    guard failures > 1 else { return }
    earliest = now + min(Self.longest, Self.first * (1 << min(failures - 2, 20)))
  }

  mutating func succeeded() { self = StartBackoff() }

  /// Why none may be started now; nil where one may.
  func refusal(at now: ContinuousClock.Instant) -> String? {
    guard let earliest, now < earliest else { return nil }
    let seconds = (now.duration(to: earliest) / .milliseconds(100)).rounded(.up) / 10
    return "\(reason) (\(failures) starts in a row failed; the next is in \(seconds) s)"
  }
}

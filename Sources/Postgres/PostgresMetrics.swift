/// What a pool has done since it was made, and what it is doing.
public struct PostgresMetrics: Sendable {
  public struct Statement: Sendable {
    /// From sending to the answer, microseconds.
    public internal(set) var durations = PostgresHistogram()
    public internal(set) var succeeded = 0
    public internal(set) var failed = 0
    public internal(set) var timedOut = 0
    public internal(set) var cancelled = 0
    /// The connection broke before the answer.
    public internal(set) var lost = 0
    /// What the server needs for it, nanoseconds: a mean that forgets.
    var expected: UInt64?
  }

  public internal(set) var size = 0
  public internal(set) var connected = 0
  /// Connections with something on their way, or leased.
  public internal(set) var inUse = 0
  /// Units of work on their way.
  public internal(set) var inFlight = 0
  public internal(set) var waiting = 0
  public internal(set) var waitsTimedOut = 0
  public internal(set) var waitsRefused = 0
  /// Sent again because it certainly had no effect: a neighbour's cancel, a plan that had become invalid, a session
  /// that ended before it.
  public internal(set) var repeated = 0
  public internal(set) var connects = 0
  public internal(set) var connectsFailed = 0
  public internal(set) var connectionsLost = 0
  /// How long was waited for a connection, microseconds; only of those that had to wait.
  public internal(set) var waits = PostgresHistogram()
  /// By the name of the statement; a pipeline counts under its own name.
  public internal(set) var statements: [String: Statement] = [:]

  enum Outcome { case succeeded, failed, timedOut, cancelled, lost }

  /// Names come from the program's text, so they are few; whatever makes them up loses the exceeding ones.
  private static let namesMaximum = 1000

  mutating func record(_ name: String, _ outcome: Outcome, nanoseconds: UInt64) {
    if statements[name] == nil, statements.count >= Self.namesMaximum { return record("other", outcome, nanoseconds) }
    record(name, outcome, nanoseconds)
  }

  /// Whether it was sent before and is expected to take so long at most.
  func isKnown(_ name: String, within nanoseconds: UInt64) -> Bool {
    guard name != PostgresCommand.unnamed, let expected = statements[name]?.expected else { return false }
    return expected <= nanoseconds
  }

  /// Learns how long the server worked on it. What took very long once is forgiven after some twenty times.
  mutating func expect(_ name: String, nanoseconds: UInt64) {
    guard statements[name] != nil || statements.count < Self.namesMaximum else { return }
    let time = min(nanoseconds, 100_000_000)
    let before = statements[name]?.expected ?? time
    statements[name, default: Statement()].expected = before - before / 8 + time / 8
  }

  private mutating func record(_ name: String, _ outcome: Outcome, _ nanoseconds: UInt64) {
    statements[name, default: Statement()].add(outcome, microseconds: nanoseconds / 1000)
  }
}

extension PostgresMetrics.Statement {
  mutating func add(_ outcome: PostgresMetrics.Outcome, microseconds: UInt64) {
    durations.record(microseconds)
    switch outcome {
    case .succeeded: succeeded += 1
    case .failed: failed += 1
    case .timedOut: timedOut += 1
    case .cancelled: cancelled += 1
    case .lost: lost += 1
    }
  }
}

/// Counts in buckets that are at most an eighth of their value wide: eight to each power of two above 8.
public struct PostgresHistogram: Sendable {
  private var buckets = [UInt64](repeating: 0, count: 256)
  public private(set) var count: UInt64 = 0
  public private(set) var sum: UInt64 = 0

  public init() {}

  mutating func record(_ value: UInt64) {
    buckets[Self.bucket(of: value)] += 1
    count += 1
    sum &+= value
  }

  /// How many values are certainly not above a bound: a bucket that reaches beyond it is left out.
  public func count(upTo bound: UInt64) -> UInt64 {
    var seen: UInt64 = 0
    for (index, bucket) in buckets.enumerated() where Self.upperEnd(of: index) <= bound { seen += bucket }
    return seen
  }

  /// The upper end of the bucket in which the share lies; 0 of an empty histogram.
  public func percentile(_ share: Double) -> UInt64 {
    guard count > 0 else { return 0 }
    let rank = UInt64((Double(count) * share).rounded(.up))
    var seen: UInt64 = 0
    for (index, bucket) in buckets.enumerated() {
      seen += bucket
      if seen >= max(1, rank) { return Self.upperEnd(of: index) }
    }
    return Self.upperEnd(of: buckets.count - 1)
  }

  public var p50: UInt64 { percentile(0.50) }
  public var p95: UInt64 { percentile(0.95) }
  public var p99: UInt64 { percentile(0.99) }

  /// Values below 8 have a bucket each; above, the leading bit and the next three choose.
  private static func bucket(of value: UInt64) -> Int {
    guard value >= 8 else { return Int(value) }
    let exponent = 63 - value.leadingZeroBitCount
    return min(255, (exponent - 2) * 8 + Int((value >> UInt64(exponent - 3)) & 7))
  }

  private static func upperEnd(of bucket: Int) -> UInt64 {
    guard bucket >= 8 else { return UInt64(bucket) }
    let exponent = UInt64(bucket / 8 + 2)
    return ((8 + UInt64(bucket % 8) + 1) << (exponent - 3)) - 1
  }
}

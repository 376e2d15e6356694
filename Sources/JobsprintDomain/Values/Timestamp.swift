/// A moment in UTC, in whole milliseconds since 1970-01-01.
public struct Timestamp: Hashable, Sendable, Comparable {
  public let milliseconds: Int64

  @inlinable
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

  /// Stays at the first or last time where the sum is beyond it.
  public static func + (time: Timestamp, duration: Duration) -> Timestamp {
    let (seconds, attoseconds) = duration.components
    let limit: Int64 = duration < .zero ? .min : .max
    let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1000)
    let (span, isLonger) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
    let (sum, isTooFar) = time.milliseconds.addingReportingOverflow(span)
    return Timestamp(milliseconds: isTooLong || isLonger || isTooFar ? limit : sum)
  }

  public static func - (time: Timestamp, duration: Duration) -> Timestamp { time + (.zero - duration) }

  public static func - (later: Timestamp, earlier: Timestamp) -> Duration {
    .milliseconds(later.milliseconds - earlier.milliseconds)
  }
}

extension Timestamp: CustomStringConvertible {
  /// ISO 8601 in UTC with milliseconds: `2026-11-21T04:07:15.000Z`.
  public var description: String {
    var days = milliseconds / 86_400_000
    var rest = milliseconds % 86_400_000
    if rest < 0 {
      rest += 86_400_000
      days -= 1
    }
    let date = CivilDate(daysSinceEpoch: Int(days))
    func padded(_ value: Int, _ width: Int) -> String {
      let digits = String(value.magnitude)
      return (value < 0 ? "-" : "") + String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
    let seconds = Int(rest / 1000)
    return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2) + "T"
      + padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2) + "."
      + padded(Int(rest % 1000), 3) + "Z"
  }
}

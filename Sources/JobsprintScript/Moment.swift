// `$now` and `$today`: a moment in a time zone, with the texts that Luxon's DateTime gives.

import JobsprintDomain

struct Moment: Sendable {
  let milliseconds: Int64
  /// East of UTC.
  let offsetSeconds: Int
  /// Luxon writes `Z` for its fixed UTC zone, `+00:00` for any other zone that happens to have that offset.
  let isUTC: Bool

  init(_ time: Timestamp, in zone: TimeZoneRules) {
    milliseconds = time.milliseconds
    offsetSeconds = zone.offset(at: time.milliseconds)
    isUTC = zone.isUTC
  }

  /// The beginning of the day in which `time` lies.
  init(startOfDay time: Timestamp, in zone: TimeZoneRules) {
    let midnight = Moment(time, in: zone).localDays * 86_400_000
    // The clock may have been changed between midnight and now: ask again at the midnight found first.
    let guess = midnight - Int64(zone.offset(at: time.milliseconds)) * 1000
    self.init(Timestamp(milliseconds: midnight - Int64(zone.offset(at: guess)) * 1000), in: zone)
  }

  private var localMilliseconds: Int64 { milliseconds + Int64(offsetSeconds) * 1000 }
  private var localDays: Int64 { Int64((Double(localMilliseconds) / 86_400_000).rounded(.down)) }
  private var millisecondOfDay: Int { Int(localMilliseconds - localDays * 86_400_000) }

  /// Luxon's `toISODate()`.
  var dateText: String {
    let date = CivilDate(daysSinceEpoch: Int(localDays))
    return "\(date.year.padded(4))-\(date.month.padded(2))-\(date.day.padded(2))"
  }

  /// Luxon's `toISO()`: `2026-11-21T04:07:15.000+01:00`.
  var isoText: String {
    let rest = millisecondOfDay
    let time = "\((rest / 3_600_000).padded(2)):\((rest / 60_000 % 60).padded(2)):\((rest / 1000 % 60).padded(2))"
    let minutes = abs(offsetSeconds) / 60
    let zone =
      isUTC ? "Z" : "\(offsetSeconds < 0 ? "-" : "+")\((minutes / 60).padded(2)):\((minutes % 60).padded(2))"
    return "\(dateText)T\(time).\((rest % 1000).padded(3))\(zone)"
  }

  func member(_ name: String) throws(Interruption) -> ScriptValue {
    let date = CivilDate(daysSinceEpoch: Int(localDays))
    let value: Int
    switch name {
    case "year": value = date.year
    case "month": value = date.month
    case "day": value = date.day
    case "hour": value = millisecondOfDay / 3_600_000
    case "minute": value = millisecondOfDay / 60_000 % 60
    case "second": value = millisecondOfDay / 1000 % 60
    case "millisecond": value = millisecondOfDay % 1000
    // Day 0 of the epoch was a Thursday; Luxon counts from Monday = 1.
    case "weekday": value = Int(((localDays + 3) % 7 + 7) % 7) + 1
    case "offset": value = offsetSeconds / 60
    case "ts": return .number(Double(milliseconds))
    default: throw .needsJavaScript("it uses '\(name)' of a date")
    }
    return .number(Double(value))
  }
}

extension Int {
  fileprivate func padded(_ width: Int) -> String {
    let digits = String(magnitude)
    return (self < 0 ? "-" : "") + String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
  }
}

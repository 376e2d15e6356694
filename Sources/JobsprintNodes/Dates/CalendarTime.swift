import JobsprintDomain

/// A moment as the calendar and the clock of a time zone show it. Arithmetic follows Luxon.
struct CalendarTime: Sendable {
  /// Since 1970 UTC; within the range of JavaScript's dates.
  let milliseconds: Int64
  let zone: ZoneRules
  let offsetSeconds: Int
  let date: CivilDate
  let millisecondOfDay: Int

  private static let limit: Int64 = 8_640_000_000_000_000

  /// - Returns: nil beyond the range of JavaScript's dates.
  init?(milliseconds: Int64, zone: ZoneRules) {
    guard milliseconds.magnitude <= Self.limit.magnitude else { return nil }
    self.milliseconds = milliseconds
    self.zone = zone
    offsetSeconds = zone.offset(at: milliseconds)
    let (days, rest) = (milliseconds + Int64(offsetSeconds) * 1000).flooredQuotientAndRemainder(by: 86_400_000)
    date = CivilDate(daysSinceEpoch: Int(days))
    millisecondOfDay = Int(rest)
  }

  /// What the clock shows. A time that a change of clocks skips is moved by the change; of one that comes twice the
  /// first is meant.
  init?(_ date: CivilDate, millisecondOfDay: Int, zone: ZoneRules) {
    guard date.year.magnitude < 300_000 else { return nil }
    let local = Int64(date.daysSinceEpoch) * 86_400_000 + Int64(millisecondOfDay)
    func fits(_ offset: Int) -> Bool { zone.offset(at: local - Int64(offset) * 1000) == offset }
    let (before, after) = (zone.offset(at: local - 86_400_000), zone.offset(at: local + 86_400_000))
    self.init(milliseconds: local - Int64(fits(before) || !fits(after) ? before : after) * 1000, zone: zone)
  }

  var hour: Int { millisecondOfDay / 3_600_000 }
  var minute: Int { millisecondOfDay / 60_000 % 60 }
  var second: Int { millisecondOfDay / 1000 % 60 }
  var millisecond: Int { millisecondOfDay % 1000 }
  var quarter: Int { (date.month + 2) / 3 }
  /// Monday is 1, Sunday 7.
  var weekday: Int { Int((date.daysSinceEpoch + 3).flooredQuotientAndRemainder(by: 7).remainder) + 1 }
  /// Day of the year, from 1.
  var ordinal: Int { date.daysSinceEpoch - CivilDate(year: date.year, month: 1, day: 1).daysSinceEpoch + 1 }

  /// ISO 8601: the week belongs to the year of its Thursday.
  var week: (year: Int, number: Int) {
    let thursday = CivilDate(daysSinceEpoch: date.daysSinceEpoch + 4 - weekday)
    let first = CivilDate(year: thursday.year, month: 1, day: 1).daysSinceEpoch
    return (thursday.year, (thursday.daysSinceEpoch - first) / 7 + 1)
  }

  func `in`(_ zone: ZoneRules) -> CalendarTime { CalendarTime(milliseconds: milliseconds, zone: zone) ?? self }

  /// Luxon's `toISO()`: `2023-04-13T13:51:59.965+02:00`.
  var isoText: String {
    var text: [UInt8] = []
    text.reserveCapacity(32)
    let isShort = (0...9999).contains(date.year)
    if !isShort { text += (date.year < 0 ? "-" : "+").utf8 }
    text.append(abs(date.year), width: isShort ? 4 : 6)
    text.append("-", date.month, width: 2)
    text.append("-", date.day, width: 2)
    text.append("T", hour, width: 2)
    text.append(":", minute, width: 2)
    text.append(":", second, width: 2)
    text.append(".", millisecond, width: 3)
    text += (zone.isUTC ? "Z" : offsetText(colon: true)).utf8
    return String(decoding: text, as: UTF8.self)
  }

  /// `+02:00`, `+0200`.
  func offsetText(colon: Bool) -> String {
    let minutes = abs(offsetSeconds) / 60
    return "\(offsetSeconds < 0 ? "-" : "+")\((minutes / 60).padded(2))\(colon ? ":" : "")\((minutes % 60).padded(2))"
  }
}

/// A span of the calendar or the clock.
enum CalendarUnit: String, Sendable, CaseIterable {
  case years, quarters, months, weeks, days, hours, minutes, seconds, milliseconds

  /// Reads singular and plural: `day`, `days`.
  init?(_ name: String) {
    let lowered = name.lowercased()
    guard let found = CalendarUnit(rawValue: lowered) ?? CalendarUnit(rawValue: lowered + "s") else { return nil }
    self = found
  }

  /// Of a unit that does not depend on the calendar; of others on average, as Luxon counts them.
  var milliseconds: Double {
    switch self {
    case .years: 365 * 86_400_000
    case .quarters: 91 * 86_400_000
    case .months: 30 * 86_400_000
    case .weeks: 604_800_000
    case .days: 86_400_000
    case .hours: 3_600_000
    case .minutes: 60_000
    case .seconds: 1000
    case .milliseconds: 1
    }
  }

  fileprivate var months: Int { self == .years ? 12 : self == .quarters ? 3 : self == .months ? 1 : 0 }
  fileprivate var days: Int { self == .weeks ? 7 : self == .days ? 1 : 0 }
}

extension CalendarTime {
  /// Months keep the day where there is one, days keep the time on the clock; what is left over counts in milliseconds.
  ///
  /// - Returns: nil when the result is beyond all dates.
  func adding(_ amounts: [(CalendarUnit, Double)]) -> CalendarTime? {
    var (months, days, rest) = (0.0, 0.0, 0.0)
    for (unit, amount) in amounts {
      guard amount.isFinite, amount.magnitude <= 1e16 else { return nil }
      let whole = amount.rounded(.towardZero)
      if unit.months > 0 {
        months += whole * Double(unit.months)
        rest += (amount - whole) * unit.milliseconds
      } else if unit.days > 0 {
        days += whole * Double(unit.days)
        rest += (amount - whole) * unit.milliseconds
      } else {
        rest += amount * unit.milliseconds
      }
    }
    guard months.magnitude < 4_000_000, days.magnitude < 200_000_000, rest.magnitude < 2e16 else { return nil }
    var moved = date
    if months != 0 {
      let (year, month) = (date.year * 12 + date.month - 1 + Int(months)).flooredQuotientAndRemainder(by: 12)
      moved = CivilDate(year: year, month: month + 1, day: 1)
      moved.day = min(date.day, moved.daysInMonth)
    }
    if days != 0 { moved = CivilDate(daysSinceEpoch: moved.daysSinceEpoch + Int(days)) }
    let base = moved == date ? self : CalendarTime(moved, millisecondOfDay: millisecondOfDay, zone: zone)
    return base.flatMap { CalendarTime(milliseconds: $0.milliseconds + Int64(rest), zone: zone) }
  }

  /// The first millisecond of the unit in which this lies.
  func start(of unit: CalendarUnit) -> CalendarTime {
    var day = date
    var time = 0
    switch unit {
    case .years: day = CivilDate(year: date.year, month: 1, day: 1)
    case .quarters: day = CivilDate(year: date.year, month: quarter * 3 - 2, day: 1)
    case .months: day.day = 1
    case .weeks: day = CivilDate(daysSinceEpoch: date.daysSinceEpoch + 1 - weekday)
    case .days: break
    case .hours, .minutes, .seconds, .milliseconds:
      // Within an hour the clock does not change: counted back from here, an hour that comes twice stays the right one.
      time = millisecondOfDay % Int(unit.milliseconds)
      return CalendarTime(milliseconds: milliseconds - Int64(time), zone: zone) ?? self
    }
    return CalendarTime(day, millisecondOfDay: time, zone: zone) ?? self
  }

  /// The last millisecond of the unit in which this lies.
  func end(of unit: CalendarUnit) -> CalendarTime {
    start(of: unit).adding([(unit, 1)]).flatMap {
      CalendarTime(milliseconds: $0.milliseconds - 1, zone: zone)
    } ?? self
  }
}

extension CivilDate {
  var daysInMonth: Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ mark: Unicode.Scalar, _ number: Int, width: Int) {
    append(UInt8(ascii: mark))
    append(number, width: width)
  }
}

extension FixedWidthInteger {
  func flooredQuotientAndRemainder(by divisor: Self) -> (quotient: Self, remainder: Self) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

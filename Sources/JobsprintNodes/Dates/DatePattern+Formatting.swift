import JobsprintDomain

extension DatePattern {
  func text(of time: CalendarTime) -> String {
    pieces.map { piece in
      switch piece {
      case .literal(let text): text
      case .field(let field): Self.text(field, of: time)
      case .ordinal(let field): Self.ordinal(Self.text(field, of: time))
      }
    }.joined()
  }

  private static func text(_ field: Field, of time: CalendarTime) -> String {
    switch field {
    case .year(let width): return time.date.year.padded(width)
    case .twoDigitYear: return (time.date.year % 100).magnitude.description.leftPadded
    case .quarter(let width): return time.quarter.padded(width)
    case .month(let width): return time.date.month.padded(width)
    case .monthName(let length): return cut(months[time.date.month - 1], length)
    case .day(let width): return time.date.day.padded(width)
    case .dayOfYear(let width): return time.ordinal.padded(width)
    case .weekday(let sundayIsZero): return String(sundayIsZero ? time.weekday % 7 : time.weekday)
    case .weekdayName(let length): return cut(weekdays[time.weekday - 1], length)
    case .week(let width): return time.week.number.padded(width)
    case .weekYear(let width): return shortened(time.week.year, width)
    case .localWeek(let width): return localWeek(of: time).number.padded(width)
    case .localWeekYear(let width): return shortened(localWeek(of: time).year, width)
    case .hour24(let width): return time.hour.padded(width)
    case .hourFrom1(let width): return (time.hour == 0 ? 24 : time.hour).padded(width)
    case .hour12(let width): return (time.hour % 12 == 0 ? 12 : time.hour % 12).padded(width)
    case .minute(let width): return time.minute.padded(width)
    case .second(let width): return time.second.padded(width)
    case .fraction(let digits, let isExact):
      if !isExact { return String(time.millisecond) }
      let text = time.millisecond.padded(3)
      return digits <= 3 ? String(text.prefix(digits)) : text + String(repeating: "0", count: digits - 3)
    case .meridiem(let isUppercase):
      let text = time.hour < 12 ? "AM" : "PM"
      return isUppercase ? text : text.lowercased()
    case .narrowOffset:
      let minutes = abs(time.offsetSeconds) / 60
      let rest = minutes % 60 == 0 ? "" : ":\((minutes % 60).padded(2))"
      return "\(time.offsetSeconds < 0 ? "-" : "+")\(minutes / 60)\(rest)"
    case .offset: return time.offsetText(colon: true)
    case .plainOffset: return time.offsetText(colon: false)
    case .zoneAbbreviation: return time.zone.abbreviation(at: time.milliseconds)
    case .zoneLongName: return time.zone.longName(at: time.milliseconds)
    case .zoneName: return time.zone.name
    case .era(let length):
      let isAfter = time.date.year > 0
      switch length {
      case .long: return isAfter ? "Anno Domini" : "Before Christ"
      case .narrow: return isAfter ? "A" : "B"
      default: return isAfter ? "AD" : "BC"
      }
    case .unixSeconds: return String(time.milliseconds.flooredQuotientAndRemainder(by: 1000).quotient)
    case .unixMilliseconds: return String(time.milliseconds)
    }
  }

  static func cut(_ name: String, _ length: NameLength) -> String {
    switch length {
    case .long: name
    case .short: String(name.prefix(3))
    case .two: String(name.prefix(2))
    case .narrow: String(name.prefix(1))
    }
  }

  private static func shortened(_ year: Int, _ width: Int) -> String {
    width == 2 ? String((year % 100).magnitude).leftPadded : year.padded(width)
  }

  private static func localWeek(of time: CalendarTime) -> (year: Int, number: Int) {
    let days = time.date.daysSinceEpoch
    let saturday = CivilDate(daysSinceEpoch: days + 6 - time.weekday % 7)
    let first = CivilDate(year: saturday.year, month: 1, day: 1).daysSinceEpoch
    return (saturday.year, (saturday.daysSinceEpoch - first) / 7 + 1)
  }

  private static func ordinal(_ number: String) -> String {
    let value = Int(number) ?? 0
    if (11...13).contains(value % 100) { return number + "th" }
    switch value % 10 {
    case 1: return number + "st"
    case 2: return number + "nd"
    case 3: return number + "rd"
    default: return number + "th"
    }
  }
}

extension String {
  fileprivate var leftPadded: String { count < 2 ? "0" + self : self }
}

import JobsprintDomain

extension DatePattern {
  func text(of time: CalendarTime) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(32)
    for piece in pieces {
      switch piece {
      case .literal(let literal): text += literal.utf8
      case .field(let field): Self.append(field, of: time, to: &text)
      case .ordinal(let field):
        let start = text.count
        Self.append(field, of: time, to: &text)
        text += Self.suffix(of: Int(String(decoding: text[start...], as: UTF8.self)) ?? 0).utf8
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func append(_ field: Field, of time: CalendarTime, to text: inout [UInt8]) {
    switch field {
    case .year(let width): text.append(time.date.year, width: width)
    case .twoDigitYear: text.append(abs(time.date.year % 100), width: 2)
    case .quarter(let width): text.append(time.quarter, width: width)
    case .month(let width): text.append(time.date.month, width: width)
    case .day(let width): text.append(time.date.day, width: width)
    case .dayOfYear(let width): text.append(time.ordinal, width: width)
    case .weekday(let sundayIsZero): text.append(sundayIsZero ? time.weekday % 7 : time.weekday, width: 1)
    case .week(let width): text.append(time.week.number, width: width)
    case .weekYear(let width): append(year: time.week.year, width, to: &text)
    case .localWeek(let width): text.append(localWeek(of: time).number, width: width)
    case .localWeekYear(let width): append(year: localWeek(of: time).year, width, to: &text)
    case .hour24(let width): text.append(time.hour, width: width)
    case .hourFrom1(let width): text.append(time.hour == 0 ? 24 : time.hour, width: width)
    case .hour12(let width): text.append(time.hour % 12 == 0 ? 12 : time.hour % 12, width: width)
    case .minute(let width): text.append(time.minute, width: width)
    case .second(let width): text.append(time.second, width: width)
    case .fraction(let digits, let isExact):
      let start = text.count
      text.append(time.millisecond, width: isExact ? 3 : 1)
      guard isExact else { return }
      text.removeLast(max(0, text.count - start - digits))
      text += repeatElement(UInt8(ascii: "0"), count: max(0, digits - 3))
    case .unixSeconds: text.append(decimal: time.milliseconds.flooredQuotientAndRemainder(by: 1000).quotient)
    case .unixMilliseconds: text.append(decimal: time.milliseconds)
    case .monthName(let length): text += cut(months[time.date.month - 1], length).utf8
    case .weekdayName(let length): text += cut(weekdays[time.weekday - 1], length).utf8
    case .meridiem(let isUppercase):
      let name = time.hour < 12 ? "AM" : "PM"
      text += (isUppercase ? name : name.lowercased()).utf8
    case .narrowOffset:
      let minutes = abs(time.offsetSeconds) / 60
      text += "\(time.offsetSeconds < 0 ? "-" : "+")\(minutes / 60)".utf8
      if minutes % 60 != 0 { text += ":\((minutes % 60).padded(2))".utf8 }
    case .offset: text += time.offsetText(colon: true).utf8
    case .plainOffset: text += time.offsetText(colon: false).utf8
    case .zoneAbbreviation: text += time.zone.abbreviation(at: time.milliseconds).utf8
    case .zoneLongName: text += time.zone.longName(at: time.milliseconds).utf8
    case .zoneName: text += time.zone.name.utf8
    case .era(let length):
      let isAfter = time.date.year > 0
      switch length {
      case .long: text += (isAfter ? "Anno Domini" : "Before Christ").utf8
      case .narrow: text += (isAfter ? "A" : "B").utf8
      default: text += (isAfter ? "AD" : "BC").utf8
      }
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

  private static func append(year: Int, _ width: Int, to text: inout [UInt8]) {
    text.append(width == 2 ? abs(year % 100) : year, width: width)
  }

  private static func localWeek(of time: CalendarTime) -> (year: Int, number: Int) {
    let days = time.date.daysSinceEpoch
    let saturday = CivilDate(daysSinceEpoch: days + 6 - time.weekday % 7)
    let first = CivilDate(year: saturday.year, month: 1, day: 1).daysSinceEpoch
    return (saturday.year, (saturday.daysSinceEpoch - first) / 7 + 1)
  }

  /// What makes an ordinal of a number.
  private static func suffix(of number: Int) -> String {
    if (11...13).contains(number % 100) { return "th" }
    switch number % 10 {
    case 1: return "st"
    case 2: return "nd"
    case 3: return "rd"
    default: return "th"
    }
  }
}

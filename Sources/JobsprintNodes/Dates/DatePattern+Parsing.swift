import JobsprintDomain

extension DatePattern {
  /// Reads a text that is written in this format.
  ///
  /// - Parameter zone: where the text names no offset.
  /// - Returns: nil where the text is not in this format, or names a day that does not exist.
  func time(from text: String, zone: ZoneRules) -> CalendarTime? {
    var reader = PatternReader(text)
    for piece in pieces {
      switch piece {
      case .literal(let literal): guard reader.take(literal) else { return nil }
      case .field(let field): guard reader.read(field) else { return nil }
      case .ordinal(let field): guard reader.read(field), reader.takeOrdinalSuffix() else { return nil }
      }
    }
    return reader.isAtEnd ? reader.time(in: zone) : nil
  }
}

private struct PatternReader {
  private var rest: Substring.UnicodeScalarView
  private var found = Found()

  private struct Found {
    var (year, month, day, ordinal): (Int?, Int?, Int?, Int?)
    var (weekYear, week, weekday): (Int?, Int?, Int?)
    var (hour, minute, second, millisecond) = (0, 0, 0, 0)
    var isAfternoon: Bool?
    var offsetSeconds: Int?
    var zone: ZoneRules?
    var timestamp: Int64?
  }

  init(_ text: String) { rest = text[...].unicodeScalars }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ literal: String) -> Bool {
    for scalar in literal.unicodeScalars {
      guard let next = rest.first else { return false }
      // Every kind of space is a space.
      guard next == scalar || (next.properties.isWhitespace && scalar.properties.isWhitespace) else { return false }
      rest.removeFirst()
    }
    return true
  }

  mutating func takeOrdinalSuffix() -> Bool { takeName(["st", "nd", "rd", "th"]) != nil }

  private mutating func digits(_ count: ClosedRange<Int>) -> Int? {
    var value = 0
    var taken = 0
    // Nine digits fit any field; more could be a number beyond all integers.
    while taken < min(count.upperBound, 9), let scalar = rest.first, (0x30...0x39).contains(scalar.value) {
      value = value * 10 + Int(scalar.value - 0x30)
      rest.removeFirst()
      taken += 1
    }
    return taken >= count.lowerBound ? value : nil
  }

  private mutating func number(_ width: Int, most: Int = 2) -> Int? { digits(1...max(width, most)) }

  /// The place of the longest of the names that the text goes on with, in any case.
  private mutating func takeName(_ names: [String]) -> Int? {
    let ahead = String(rest.prefix(12)).lowercased()
    let fitting = names.indices.filter { ahead.hasPrefix(names[$0].lowercased()) }
    guard let place = fitting.max(by: { names[$0].utf8.count < names[$1].utf8.count }) else { return nil }
    rest.removeFirst(names[place].unicodeScalars.count)
    return place
  }

  /// Long or short, whichever the text has.
  private mutating func takeName(_ names: [String], _ length: DatePattern.NameLength) -> Int? {
    takeName(names) ?? takeName(names.map { DatePattern.cut($0, length == .long ? .short : length) })
  }

  mutating func read(_ field: DatePattern.Field) -> Bool {
    switch field {
    case .year(let width): found.year = width == 4 ? digits(4...4) : signed { $0.digits(1...6) }
    case .twoDigitYear: found.year = digits(2...2).map { $0 > 60 ? 1900 + $0 : 2000 + $0 }
    case .quarter: found.month = digits(1...2).flatMap { (1...4).contains($0) ? $0 * 3 - 2 : nil }
    case .month(let width): found.month = number(width)
    case .monthName(let length): found.month = takeName(DatePattern.months, length).map { $0 + 1 }
    case .day(let width): found.day = number(width)
    case .dayOfYear: found.ordinal = digits(1...3)
    case .weekday(let sundayIsZero): found.weekday = digits(1...1).map { sundayIsZero && $0 == 0 ? 7 : $0 }
    case .weekdayName(let length):
      // The name of a day only repeats what the date says.
      return takeName(DatePattern.weekdays, length) != nil
    case .week(let width), .localWeek(let width): found.week = number(width)
    case .weekYear(let width), .localWeekYear(let width):
      found.weekYear = digits(width...width).map { width == 2 ? 2000 + $0 : $0 }
    case .hour24(let width), .hourFrom1(let width), .hour12(let width):
      guard let hour = number(width), hour <= 24 else { return false }
      found.hour = hour
      if case .hour12 = field, hour > 12 { return false }
      return true
    case .minute(let width):
      guard let minute = number(width), minute < 60 else { return false }
      found.minute = minute
      return true
    case .second(let width):
      guard let second = number(width), second < 60 else { return false }
      found.second = second
      return true
    case .fraction: return readFraction()
    case .meridiem:
      guard let place = takeName(["a.m.", "am", "p.m.", "pm"]) else { return false }
      found.isAfternoon = place > 1
      return true
    case .narrowOffset, .offset, .plainOffset: found.offsetSeconds = offset()
    case .zoneAbbreviation, .zoneLongName:
      return takeName(["utc", "gmt", "z"]).map { _ in found.offsetSeconds = 0 } != nil
    case .zoneName:
      let name = rest.prefix { !$0.properties.isWhitespace }
      guard let zone = ZoneRules(String(name)) else { return false }
      rest.removeFirst(name.count)
      found.zone = zone
      return true
    case .era: return takeName(["AD", "BC", "Anno Domini", "Before Christ"]) != nil
    case .unixSeconds, .unixMilliseconds: return readTimestamp(field)
    }
    return wasRead(field)
  }

  private func wasRead(_ field: DatePattern.Field) -> Bool {
    switch field {
    case .year, .twoDigitYear: found.year != nil
    case .quarter, .month, .monthName: found.month != nil
    case .day: found.day != nil
    case .dayOfYear: found.ordinal != nil
    case .weekday: found.weekday != nil
    case .week, .localWeek: found.week != nil
    case .weekYear, .localWeekYear: found.weekYear != nil
    default: found.offsetSeconds != nil
    }
  }

  private mutating func signed(_ read: (inout PatternReader) -> Int?) -> Int? {
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    return read(&self).map { isNegative ? -$0 : $0 }
  }

  private mutating func readFraction() -> Bool {
    let before = rest.count
    guard var value = digits(1...9) else { return false }
    for _ in 0..<max(0, 3 - (before - rest.count)) { value *= 10 }
    for _ in 0..<max(0, before - rest.count - 3) { value /= 10 }
    found.millisecond = value
    return true
  }

  private mutating func readTimestamp(_ field: DatePattern.Field) -> Bool {
    let text = rest.prefix { (0x30...0x39).contains($0.value) || $0 == "-" || $0 == "." }
    guard let number = Double(String(text)), number.magnitude < 8.64e15 else { return false }
    rest.removeFirst(text.count)
    var milliseconds = number
    if case .unixSeconds = field { milliseconds *= 1000 }
    guard milliseconds.magnitude <= 8.64e15 else { return false }
    found.timestamp = Int64(milliseconds)
    return true
  }

  /// `Z`, `+1`, `+01:00`, `+0100`.
  private mutating func offset() -> Int? {
    if takeName(["z", "utc", "gmt"]) != nil, rest.first != "+", rest.first != "-" { return 0 }
    let isNegative = take("-")
    guard isNegative || take("+"), let hours = digits(1...2), hours < 24 else { return nil }
    _ = take(":")
    let minutes = digits(2...2) ?? 0
    return (hours * 60 + minutes) * (isNegative ? -60 : 60)
  }

  func time(in zone: ZoneRules) -> CalendarTime? {
    let zone = found.offsetSeconds.map { ZoneRules(offsetSeconds: $0) } ?? found.zone ?? zone
    if let timestamp = found.timestamp { return CalendarTime(milliseconds: timestamp, zone: zone) }
    var hour = found.hour
    if let isAfternoon = found.isAfternoon, hour <= 12 { hour = hour % 12 + (isAfternoon ? 12 : 0) }
    guard let date, date.year.magnitude < 300_000 else { return nil }
    let time = ((hour * 60 + found.minute) * 60 + found.second) * 1000 + found.millisecond
    return CalendarTime(date, millisecondOfDay: time, zone: zone)
  }

  private var date: CivilDate? {
    guard (found.year ?? 0).magnitude < 300_000, (found.weekYear ?? 0).magnitude < 300_000 else { return nil }
    if let week = found.week ?? (found.weekYear == nil ? nil : 1), found.month == nil {
      guard (1...53).contains(week), (1...7).contains(found.weekday ?? 1) else { return nil }
      let fourth = CivilDate(year: found.weekYear ?? found.year ?? 1970, month: 1, day: 4).daysSinceEpoch
      let monday = fourth - (fourth + 3).flooredQuotientAndRemainder(by: 7).remainder
      return CivilDate(daysSinceEpoch: monday + (week - 1) * 7 + (found.weekday ?? 1) - 1)
    }
    guard let year = found.year else {
      // A time of day alone, or a day without its year, has no date to belong to.
      return nil
    }
    if let ordinal = found.ordinal {
      guard (1...366).contains(ordinal) else { return nil }
      return CivilDate(daysSinceEpoch: CivilDate(year: year, month: 1, day: 1).daysSinceEpoch + ordinal - 1)
    }
    let date = CivilDate(year: year, month: found.month ?? 1, day: found.day ?? 1)
    guard (1...12).contains(date.month), (1...date.daysInMonth).contains(date.day) else { return nil }
    return date
  }
}

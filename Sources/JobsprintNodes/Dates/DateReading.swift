import JobsprintDomain

/// Dates as people hand them to the date node: timestamps, ISO 8601, RFC 2822, and what JavaScript's `Date` reads.
struct DateReading {
  /// Where a text names no offset.
  let zone: ZoneRules
  /// Where such a text is in none of the standard formats (`08/01/2022`), which JavaScript reads as the machine's time.
  var looseZone: ZoneRules?

  /// - Parameter keepsOffset: the result is in the offset that the text names, not in `zone`.
  func time(_ value: JSONValue, keepsOffset: Bool = false) -> CalendarTime? {
    guard case .string(let text) = value else {
      return Moment(value).flatMap { CalendarTime(milliseconds: $0.milliseconds, zone: zone) }
    }
    let trimmed = text.trimmedOfSpace
    if let date = WrittenDate(trimmed) {
      switch date.zone {
      case .timestamp: return CalendarTime(milliseconds: date.milliseconds, zone: zone)
      case .offset(let seconds):
        return CalendarTime(
          milliseconds: date.milliseconds, zone: keepsOffset ? ZoneRules(offsetSeconds: seconds) : zone)
      case .unnamed: return moved(CalendarTime(milliseconds: date.milliseconds, zone: .utc), to: zone)
      }
    }
    if let week = Self.weekPattern.time(from: trimmed, zone: zone) { return week }
    return loose(trimmed)
  }

  /// The same time on the clock of another zone.
  private func moved(_ time: CalendarTime?, to zone: ZoneRules) -> CalendarTime? {
    time.flatMap { CalendarTime($0.date, millisecondOfDay: $0.millisecondOfDay, zone: zone) }
  }

  private static let weekPattern = DatePattern(luxon: "kkkk-'W'WW-c")

  private static let loosePatterns: [DatePattern] = {
    let dates = [
      "M/D/YYYY", "YYYY/M/D", "M-D-YYYY", "YYYY-M-D", "YYYYMMDD", "MMMM D, YYYY", "MMMM D YYYY", "D MMMM YYYY",
      "D-MMMM-YYYY", "dddd, MMMM D, YYYY", "dddd MMMM D YYYY", "dddd, D MMMM YYYY", "MMMM YYYY",
    ]
    let times = [
      "", " H:mm", " H:mm:ss", " H:mm:ss.SSS", " h:mm A", " h:mm:ss A", ", H:mm:ss", ", h:mm A", ", h:mm:ss A",
      "[T]H:mm:ss", " HH:mm:ss [GMT]ZZ", " HH:mm:ss ZZ",
    ]
    return dates.flatMap { date in times.map { DatePattern(moment: date + $0) } }
  }()

  private func loose(_ text: String) -> CalendarTime? {
    // JavaScript adds the zone's name in parentheses.
    let text = text.hasSuffix(")") ? text.prefix { $0 != "(" }.description.trimmedOfSpace : text
    guard text.utf8.count <= 64 else { return nil }
    for pattern in Self.loosePatterns {
      if let found = pattern.time(from: text, zone: looseZone ?? zone) { return found.in(zone) }
    }
    return nil
  }
}

extension Moment {
  /// Whatever a date can be read from; in UTC, where no offset is named.
  init?(reading value: JSONValue) {
    if let moment = Moment(value) {
      self = moment
    } else if let time = DateReading(zone: .utc).time(value) {
      self.init(milliseconds: time.milliseconds)
    } else {
      return nil
    }
  }
}

// Dates in the forms that people put into conditions: ISO 8601, `yyyy-MM-dd HH:mm:ss`, RFC 2822, Unix timestamps.
// Written here because a moment is all that is compared; formatting and calendars are the date node's business.

import JobsprintDomain

/// A moment read from a value, in milliseconds since 1970 UTC. Without an offset, text is taken as UTC.
struct Moment: Sendable, Comparable {
  let milliseconds: Int64

  init?(_ value: JSONValue) {
    switch value {
    case .string(let text): self.init(text)
    case .integer(let number): self.init(timestamp: Double(number))
    case .double(let number): self.init(timestamp: number)
    default: return nil
    }
  }

  static func < (left: Moment, right: Moment) -> Bool { left.milliseconds < right.milliseconds }

  init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Seconds or milliseconds: what would be before 1973 in milliseconds is taken as seconds.
  fileprivate init?(timestamp: Double) {
    guard timestamp.isFinite, timestamp.magnitude < 8.64e15 else { return nil }
    self.init(milliseconds: Int64(timestamp.magnitude < 1e11 ? timestamp * 1000 : timestamp))
  }

  private init?(_ text: String) {
    guard let date = WrittenDate(text.trimmedOfSpace) else { return nil }
    self.init(milliseconds: date.milliseconds)
  }
}

/// A date as a text has it.
struct WrittenDate: Sendable, Hashable {
  enum Zone: Sendable, Hashable {
    case unnamed
    /// East of UTC.
    case offset(seconds: Int)
    /// It is a number, and so has none.
    case timestamp
  }

  /// Since 1970; in UTC, where no offset is named.
  let milliseconds: Int64
  let zone: Zone

  /// - Parameter text: without space around it.
  init?(_ text: String) {
    var scanner = DateScanner(text)
    if let found = scanner.iso() {
      milliseconds = found
      zone = scanner.zone
    } else if let number = text.asJavaScriptNumber, !text.utf8.contains(UInt8(ascii: "-")), text.utf8.count > 4 {
      guard let moment = Moment(timestamp: number) else { return nil }
      milliseconds = moment.milliseconds
      zone = .timestamp
    } else if let found = scanner.rfc2822() {
      milliseconds = found
      zone = scanner.zone
    } else {
      return nil
    }
  }
}

private struct DateScanner {
  private let bytes: [UInt8]
  private var at = 0
  /// What the text says of its zone, as far as it is read.
  private(set) var zone = WrittenDate.Zone.unnamed

  init(_ text: String) { bytes = Array(text.utf8) }

  private var isAtEnd: Bool { at == bytes.count }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  private mutating func number(_ digits: ClosedRange<Int>) -> Int? {
    var value = 0
    var count = 0
    while count < digits.upperBound, at < bytes.count, (0x30...0x39).contains(bytes[at]) {
      value = value * 10 + Int(bytes[at] - 0x30)
      at += 1
      count += 1
    }
    return count >= digits.lowerBound ? value : nil
  }

  /// `2023-01-02`, `2023-01-02T03:04:05.678+01:00`, with a space for the T, to the minute or finer.
  mutating func iso() -> Int64? {
    (at, zone) = (0, .unnamed)
    guard let year = number(4...4) else { return nil }
    var (month, day) = (1, 1)
    if take("-") {
      guard let value = number(2...2) else { return nil }
      month = value
      if take("-") {
        guard let value = number(2...2) else { return nil }
        day = value
      }
    } else if !isAtEnd {
      return nil
    }
    var time: Int64 = 0
    if take("T") || take("t") || take(" ") {
      guard let value = clock() else { return nil }
      time = value
    }
    return total(year, month, day, time)
  }

  /// `Tue, 01 Nov 2016 13:23:12 +0630`.
  mutating func rfc2822() -> Int64? {
    (at, zone) = (0, .unnamed)
    if let comma = bytes.firstIndex(of: UInt8(ascii: ",")) {
      at = comma + 1
      _ = take(" ")
    }
    guard let day = number(1...2), take(" "), let month = monthName(), take(" "), let year = number(4...4) else {
      return nil
    }
    var time: Int64 = 0
    if take(" ") {
      guard let value = clock() else { return nil }
      time = value
    }
    return total(year, month, day, time)
  }

  private mutating func monthName() -> Int? {
    let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    guard at + 3 <= bytes.count else { return nil }
    let name = String(decoding: bytes[at..<at + 3], as: UTF8.self).lowercased()
    guard let place = names.firstIndex(of: name) else { return nil }
    while at < bytes.count, bytes[at] != UInt8(ascii: " ") { at += 1 }
    return place + 1
  }

  /// Time of day less its offset, in milliseconds.
  private mutating func clock() -> Int64? {
    guard let hour = number(2...2), hour <= 24, take(":"), let minute = number(2...2), minute < 60 else { return nil }
    var (second, fraction) = (0, 0)
    if take(":") {
      guard let value = number(2...2), value < 61 else { return nil }
      second = value
      if take(".") || take(",") {
        let start = at
        guard let value = number(1...9) else { return nil }
        fraction = value
        for _ in 0..<max(0, 3 - (at - start)) { fraction *= 10 }
        for _ in 0..<max(0, at - start - 3) { fraction /= 10 }
      }
    }
    _ = take(" ")
    var offset = 0
    if take("Z") || take("z") || isZoneName() {
      zone = .offset(seconds: 0)
    } else if !isAtEnd {
      let isNegative = take("-")
      guard isNegative || take("+"), let hours = number(2...2) else { return nil }
      _ = take(":")
      offset = (hours * 60 + (number(2...2) ?? 0)) * (isNegative ? -1 : 1)
      zone = .offset(seconds: offset * 60)
    }
    guard isAtEnd else { return nil }
    return Int64(hour * 3_600_000 + minute * 60_000 + second * 1000 + fraction - offset * 60_000)
  }

  private mutating func isZoneName() -> Bool {
    guard !isAtEnd else { return false }
    let rest = String(decoding: bytes[at...], as: UTF8.self)
    guard rest == "GMT" || rest == "UTC" || rest == "UT" else { return false }
    at = bytes.count
    return true
  }

  private func total(_ year: Int, _ month: Int, _ day: Int, _ time: Int64) -> Int64? {
    guard isAtEnd, (1...12).contains(month), (1...31).contains(day) else { return nil }
    let date = CivilDate(year: year, month: month, day: day)
    guard CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date else { return nil }
    return Int64(date.daysSinceEpoch) * 86_400_000 + time
  }
}

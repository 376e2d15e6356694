// Time zones by name. Needs Foundation, which brings the time zone database with it; nothing else here does.

import Foundation
import JobsprintDomain

/// Offsets of a time zone.
struct ZoneRules: Sendable, Equatable {
  private enum Kind: Sendable, Equatable {
    case fixed(seconds: Int)
    case named(TimeZone)
  }

  /// Luxon's fixed zone `UTC`: it is written `Z`, other zones with the same offset `+00:00`.
  static let utc = ZoneRules(name: "UTC", kind: .fixed(seconds: 0))

  let name: String
  private let kind: Kind

  private init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }

  /// - Parameter name: an IANA name (`Europe/Berlin`, `US/Pacific`), or `UTC`, `GMT`, `UTC+3`, `utc-05:30`.
  /// - Returns: nil for a name that is not known.
  init?(_ name: String) {
    let lowered = name.trimmedOfSpace.lowercased()
    if lowered == "utc" || lowered == "gmt" || lowered == "local" {
      self = .utc
      return
    }
    if lowered.hasPrefix("utc"), let seconds = Self.seconds(lowered.dropFirst(3)) {
      self.init(offsetSeconds: seconds)
      return
    }
    guard name.contains("/") || name.allSatisfy({ $0.isLetter || $0.isNumber }),
      let zone = TimeZone(identifier: name.trimmedOfSpace)
    else { return nil }
    self.init(name: name.trimmedOfSpace, kind: .named(zone))
  }

  init(offsetSeconds: Int) {
    if offsetSeconds == 0 {
      self = .utc
      return
    }
    let minutes = abs(offsetSeconds) / 60
    let rest = minutes % 60 == 0 ? "" : ":\((minutes % 60).padded(2))"
    self.init(
      name: "UTC\(offsetSeconds < 0 ? "-" : "+")\(minutes / 60)\(rest)", kind: .fixed(seconds: offsetSeconds))
  }

  var isUTC: Bool { self == .utc }

  /// Seconds east of UTC at a time in milliseconds since 1970.
  func offset(at milliseconds: Int64) -> Int {
    switch kind {
    case .fixed(let seconds): seconds
    case .named(let zone): zone.secondsFromGMT(for: Self.date(milliseconds))
    }
  }

  /// `EST`, `GMT+2`.
  func abbreviation(at milliseconds: Int64) -> String {
    switch kind {
    case .fixed: name
    case .named(let zone): zone.abbreviation(for: Self.date(milliseconds)) ?? name
    }
  }

  /// `Eastern Standard Time`.
  func longName(at milliseconds: Int64) -> String {
    guard case .named(let zone) = kind else { return isUTC ? "Coordinated Universal Time" : name }
    let isSummer = zone.isDaylightSavingTime(for: Self.date(milliseconds))
    return zone.localizedName(for: isSummer ? .daylightSaving : .standard, locale: Locale(identifier: "en_US")) ?? name
  }

  private static func date(_ milliseconds: Int64) -> Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }

  /// `+3`, `-05:30`.
  private static func seconds(_ text: Substring) -> Int? {
    guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
    let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, let hours = Int(parts[0]), (0...23).contains(hours) else { return nil }
    let minutes = parts.count == 2 ? Int(parts[1]) : 0
    guard let minutes, (0...59).contains(minutes) else { return nil }
    return (hours * 60 + minutes) * (sign == "-" ? -60 : 60)
  }
}

extension Int {
  /// Decimal, with zeros in front up to a width.
  func padded(_ width: Int) -> String {
    var text: [UInt8] = []
    text.append(self, width: width)
    return String(decoding: text, as: UTF8.self)
  }
}

extension [UInt8] {
  /// A number in decimal, with zeros in front up to a width; a minus stands before them.
  mutating func append(_ number: Int, width: Int) {
    if number < 0 { append(UInt8(ascii: "-")) }
    let magnitude = Int64(clamping: number.magnitude)
    var digits = 1
    var rest = magnitude / 10
    while rest > 0 {
      digits += 1
      rest /= 10
    }
    for _ in 0..<Swift.max(0, width - digits) { append(UInt8(ascii: "0")) }
    append(decimal: magnitude)
  }
}

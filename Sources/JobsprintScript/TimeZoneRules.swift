// Offsets of an IANA time zone. The only file here that needs Foundation: it brings the zone database with it.

import Foundation

struct TimeZoneRules: Sendable {
  /// Luxon's fixed zone: `UTC` and `GMT`, in any case.
  let isUTC: Bool
  private let zone: TimeZone?

  /// An unknown name counts as UTC.
  init(_ name: String) {
    let lowered = name.lowercased()
    let found = lowered == "utc" || lowered == "gmt" ? nil : TimeZone(identifier: name)
    zone = found
    isUTC = found == nil
  }

  /// Seconds east of UTC at a time in milliseconds since 1970.
  func offset(at milliseconds: Int64) -> Int {
    zone?.secondsFromGMT(for: Date(timeIntervalSince1970: Double(milliseconds) / 1000)) ?? 0
  }
}

/// A UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then random bits, so that ids sort by their age
/// and a range of ids is a range of time.
public struct UUIDv7: Hashable, Sendable, Comparable {
  /// The 128 bits, most significant half first.
  public let high: UInt64
  public let low: UInt64

  /// The bits as stored somewhere; version and variant are not checked.
  @inlinable
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A new id from a time and 80 bits of which 74 are used.
  public init(at time: Timestamp, randomHigh: UInt16, randomLow: UInt64) {
    let milliseconds = UInt64(clamping: time.milliseconds)
    high = milliseconds << 16 | 0x7000 | UInt64(randomHigh & 0x0FFF)
    low = 0x8000_0000_0000_0000 | randomLow & 0x3FFF_FFFF_FFFF_FFFF
  }

  /// The canonical form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, in either case; nil for anything else.
  public init?(_ text: String) {
    var halves: (UInt64, UInt64) = (0, 0)
    var digits = 0
    for (place, byte) in text.utf8.enumerated() {
      if place == 8 || place == 13 || place == 18 || place == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      let digit: UInt64
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt64(byte - 0x30)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = UInt64(byte - 0x57)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = UInt64(byte - 0x37)
      default: return nil
      }
      if digits < 16 { halves.0 = halves.0 << 4 | digit } else { halves.1 = halves.1 << 4 | digit }
      digits += 1
      guard digits <= 32 else { return nil }
    }
    guard digits == 32 else { return nil }
    (high, low) = halves
  }

  /// 16 bytes, most significant first; nil for any other count.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    var halves: (UInt64, UInt64) = (0, 0)
    for (place, byte) in bytes.enumerated() {
      if place < 8 { halves.0 = halves.0 << 8 | UInt64(byte) } else { halves.1 = halves.1 << 8 | UInt64(byte) }
    }
    (high, low) = halves
  }

  /// 16 bytes, most significant first: byte order is age order.
  public var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
      for place in 0..<8 {
        buffer[place] = UInt8(truncatingIfNeeded: high >> (56 - 8 * UInt64(place)))
        buffer[place + 8] = UInt8(truncatingIfNeeded: low >> (56 - 8 * UInt64(place)))
      }
      count = 16
    }
  }

  /// The time in the id.
  public var time: Timestamp { Timestamp(milliseconds: Int64(high >> 16)) }

  public static func < (left: UUIDv7, right: UUIDv7) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

extension UUIDv7: CustomStringConvertible {
  /// The canonical form in lower case.
  public var description: String {
    String(unsafeUninitializedCapacity: 36) { buffer in
      var place = 0
      for digit in 0..<32 {
        if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
          buffer[place] = UInt8(ascii: "-")
          place += 1
        }
        let half = digit < 16 ? high : low
        let nibble = UInt8(truncatingIfNeeded: half >> (60 - 4 * UInt64(digit & 15))) & 15
        buffer[place] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
        place += 1
      }
      return place
    }
  }
}

// Bytes as text: hashes, signatures, keys.

extension Collection<UInt8> {
  /// Two lowercase digits a byte.
  public var hexadecimalText: String { Array(self).hexadecimalText }
}

extension [UInt8] {
  /// Two lowercase digits a byte.
  public var hexadecimalText: String {
    func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x57 + nibble }
    return String(unsafeUninitializedCapacity: count * 2) { text in
      for (place, byte) in enumerated() {
        text[2 * place] = digit(byte >> 4)
        text[2 * place + 1] = digit(byte & 15)
      }
      return count * 2
    }
  }

  /// - Parameter text: two digits a byte, of either case; nil for any other text.
  public init?(hexadecimal text: String) {
    func value(_ digit: UInt8) -> UInt8? {
      switch digit {
      case 0x30...0x39: digit - 0x30
      case 0x41...0x46: digit - 0x37
      case 0x61...0x66: digit - 0x57
      default: nil
      }
    }
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    self = []
    reserveCapacity(digits.count / 2)
    for place in stride(from: 0, to: digits.count, by: 2) {
      guard let high = value(digits[place]), let low = value(digits[place + 1]) else { return nil }
      append(high << 4 | low)
    }
  }
}

/// Base64 (RFC 4648). Reading is as lenient as Node.js: both alphabets, with or without padding, whitespace skipped.
public enum Base64 {
  private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  public static func text(_ bytes: some Collection<UInt8>) -> String { encoded(Array(bytes), standard, isPadded: true) }

  /// With `-` and `_`, without padding (section 5).
  public static func urlText(_ bytes: some Collection<UInt8>) -> String {
    encoded(Array(bytes), urlSafe, isPadded: false)
  }

  private static func encoded(_ bytes: [UInt8], _ alphabet: [UInt8], isPadded: Bool) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var group: UInt32 = 0
    var count = 0
    func flush(_ digits: Int) {
      for digit in 0..<digits { text.append(alphabet[Int(group >> UInt32(18 - 6 * digit)) & 63]) }
    }
    for byte in bytes {
      group |= UInt32(byte) << UInt32(16 - 8 * count)
      count += 1
      if count == 3 {
        flush(4)
        (group, count) = (0, 0)
      }
    }
    if count > 0 {
      flush(count + 1)
      if isPadded { text += [UInt8](repeating: UInt8(ascii: "="), count: 3 - count) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// What ``urlText(_:)`` gives, and nothing else, as tokens have it: each value has one text.
  public static func bytes(exactURLText text: String) -> [UInt8]? {
    guard let bytes = bytes(text), urlText(bytes) == text else { return nil }
    return bytes
  }

  /// - Returns: nil when a character stands there that is no Base64.
  public static func bytes(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 4 * 3)
    var group: UInt32 = 0
    var count: UInt32 = 0
    var isAtEnd = false
    for character in text.utf8 {
      let digit: UInt8
      switch character {
      case 0x41...0x5A: digit = character - 0x41
      case 0x61...0x7A: digit = character - 0x47
      case 0x30...0x39: digit = character + 4
      case UInt8(ascii: "+"), UInt8(ascii: "-"): digit = 62
      case UInt8(ascii: "/"), UInt8(ascii: "_"): digit = 63
      case UInt8(ascii: "="):
        isAtEnd = true
        continue
      case 0x09, 0x0A, 0x0D, 0x20: continue
      default: return nil
      }
      guard !isAtEnd else { return nil }
      group = group << 6 | UInt32(digit)
      count += 1
      if count == 4 {
        bytes += [
          UInt8(truncatingIfNeeded: group >> 16), UInt8(truncatingIfNeeded: group >> 8),
          UInt8(truncatingIfNeeded: group),
        ]
        (group, count) = (0, 0)
      }
    }
    switch count {
    case 0: return bytes
    case 2: return bytes + [UInt8(truncatingIfNeeded: group >> 4)]
    case 3: return bytes + [UInt8(truncatingIfNeeded: group >> 10), UInt8(truncatingIfNeeded: group >> 2)]
    default: return nil
    }
  }
}

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
    String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { text in
      var length = 0
      func write(_ group: UInt32, digits: Int) {
        for digit in 0..<digits { text[length + digit] = alphabet[Int(group >> UInt32(18 - 6 * digit)) & 63] }
        length += digits
      }
      let rest = bytes.count % 3
      for place in stride(from: 0, to: bytes.count - rest, by: 3) {
        write(UInt32(bytes[place]) << 16 | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]), digits: 4)
      }
      if rest > 0 {
        let first = UInt32(bytes[bytes.count - rest]) << 16
        write(rest == 2 ? first | UInt32(bytes[bytes.count - 1]) << 8 : first, digits: rest + 1)
        if isPadded {
          for _ in rest..<3 {
            text[length] = UInt8(ascii: "=")
            length += 1
          }
        }
      }
      return length
    }
  }

  /// What ``urlText(_:)`` gives, and nothing else, as tokens have it: each value has one text.
  public static func bytes(exactURLText text: String) -> [UInt8]? {
    guard let bytes = bytes(text), urlText(bytes) == text else { return nil }
    return bytes
  }

  /// What each byte of a text means: a digit, or one of the marks below.
  private static let meanings: [UInt8] = {
    var meanings = [UInt8](repeating: stranger, count: 256)
    for alphabet in [standard, urlSafe] {
      for (digit, character) in alphabet.enumerated() { meanings[Int(character)] = UInt8(digit) }
    }
    meanings[Int(UInt8(ascii: "="))] = padding
    for character in [0x09, 0x0A, 0x0D, 0x20] { meanings[character] = space }
    return meanings
  }()
  private static let padding: UInt8 = 64
  private static let space: UInt8 = 65
  private static let stranger: UInt8 = 66

  /// - Returns: nil when a character stands there that is no Base64.
  public static func bytes(_ text: String) -> [UInt8]? {
    let meanings = meanings
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 4 * 3 + 2)
    var group: UInt32 = 0
    var count: UInt32 = 0
    var isAtEnd = false
    for character in text.utf8 {
      let digit = meanings[Int(character)]
      guard digit < padding else {
        if digit == stranger { return nil }
        if digit == padding { isAtEnd = true }
        continue
      }
      guard !isAtEnd else { return nil }
      group = group << 6 | UInt32(digit)
      count += 1
      if count == 4 {
        bytes.append(UInt8(truncatingIfNeeded: group >> 16))
        bytes.append(UInt8(truncatingIfNeeded: group >> 8))
        bytes.append(UInt8(truncatingIfNeeded: group))
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

/// Base64 (RFC 4648). Reading is as lenient as Node.js: both alphabets, with or without padding, whitespace skipped.
public enum Base64 {
  private static let standard: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  private static let urlSafe: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

  @inlinable
  public static func text(_ bytes: some Collection<UInt8>) -> String {
    bytes.withContiguousStorageIfAvailable { text(ofBuffer: $0) }
      ?? Array(bytes).withUnsafeBufferPointer { text(ofBuffer: $0) }
  }

  @usableFromInline
  static func text(ofBuffer bytes: UnsafeBufferPointer<UInt8>) -> String { encoded(bytes, standard, isPadded: true) }

  /// With `-` and `_`, without padding (section 5).
  public static func urlText(_ bytes: some Collection<UInt8>) -> String {
    Array(bytes).withUnsafeBufferPointer { encoded($0, urlSafe, isPadded: false) }
  }

  private static func encoded(
    _ bytes: UnsafeBufferPointer<UInt8>, _ alphabet: StaticString, isPadded: Bool
  ) -> String {
    String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { text in
      write(bytes, alphabet.utf8Start, isPadded: isPadded, to: text)
    }
  }

  /// - Returns: the length of the text.
  private static func write(
    _ bytes: UnsafeBufferPointer<UInt8>, _ alphabet: UnsafePointer<UInt8>, isPadded: Bool,
    to text: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    var length = 0
    let rest = bytes.count % 3
    var place = 0
    while place < bytes.count - rest {
      let group = UInt32(bytes[place]) << 16 | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2])
      text[length] = alphabet[Int(group >> 18)]
      text[length + 1] = alphabet[Int(group >> 12) & 63]
      text[length + 2] = alphabet[Int(group >> 6) & 63]
      text[length + 3] = alphabet[Int(group) & 63]
      place += 3
      length += 4
    }
    if rest > 0 {
      let group = UInt32(bytes[place]) << 16 | (rest == 2 ? UInt32(bytes[place + 1]) << 8 : 0)
      for digit in 0...3 where digit <= rest || isPadded {
        text[length] = digit > rest ? UInt8(ascii: "=") : alphabet[Int(group >> UInt32(18 - 6 * digit)) & 63]
        length += 1
      }
    }
    return length
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
      for digit in 0..<64 { meanings[Int(alphabet.utf8Start[digit])] = UInt8(digit) }
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
    var text = text
    return text.withUTF8 { characters in
      var isBase64 = false
      let bytes = [UInt8](unsafeUninitializedCapacity: characters.count / 4 * 3 + 3) { bytes, length in
        isBase64 = decode(characters, to: bytes, &length)
      }
      return isBase64 ? bytes : nil
    }
  }

  private static func decode(
    _ characters: UnsafeBufferPointer<UInt8>, to bytes: UnsafeMutableBufferPointer<UInt8>, _ length: inout Int
  ) -> Bool {
    meanings.withUnsafeBufferPointer { decode(characters, $0, to: bytes, &length) }
  }

  private static func decode(
    _ characters: UnsafeBufferPointer<UInt8>, _ meanings: UnsafeBufferPointer<UInt8>,
    to bytes: UnsafeMutableBufferPointer<UInt8>, _ length: inout Int
  ) -> Bool {
    func write(_ group: UInt32, _ count: Int) {
      for place in 0..<count { bytes[length + place] = UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * place)) }
      length += count
    }
    var at = 0
    // Four digits at a time, until something else stands among them.
    while at + 4 <= characters.count {
      let digits = (
        meanings[Int(characters[at])], meanings[Int(characters[at + 1])], meanings[Int(characters[at + 2])],
        meanings[Int(characters[at + 3])]
      )
      guard digits.0 | digits.1 | digits.2 | digits.3 < padding else { break }
      bytes[length] = digits.0 << 2 | digits.1 >> 4
      bytes[length + 1] = digits.1 << 4 | digits.2 >> 2
      bytes[length + 2] = digits.2 << 6 | digits.3
      length += 3
      at += 4
    }
    var group: UInt32 = 0
    var count = 0
    var isAtEnd = false
    for character in characters[at...] {
      let digit = meanings[Int(character)]
      guard digit < padding else {
        if digit == stranger { return false }
        if digit == padding { isAtEnd = true }
        continue
      }
      guard !isAtEnd else { return false }
      group |= UInt32(digit) << UInt32(18 - 6 * count)
      count += 1
      if count == 4 {
        write(group, 3)
        (group, count) = (0, 0)
      }
    }
    if count == 1 { return false }
    write(group, max(0, count - 1))
    return true
  }
}

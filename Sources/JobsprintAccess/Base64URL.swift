// Base64 as JWTs have it (RFC 4648, section 5): `-` and `_`, without padding. Foundation's is the other one, and bringing
// texts from one to the other took three times as long as the HMAC.

private let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

/// The digit of each byte; 0xFF for those that are none.
private let digits: [UInt8] = {
  var digits = [UInt8](repeating: 0xFF, count: 256)
  for (digit, byte) in alphabet.enumerated() { digits[Int(byte)] = UInt8(digit) }
  return digits
}()

extension [UInt8] {
  mutating func append(base64URL bytes: some Sequence<UInt8>) {
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 6 {
        count -= 6
        append(alphabet[Int(bits >> count & 63)])
      }
    }
    if count > 0 { append(alphabet[Int(bits << (6 - count) & 63)]) }
  }

  /// nil for other text, also for one whose last digit has bits that belong to no byte: each value has one text.
  init?(base64URL text: some Collection<UInt8>) {
    self = []
    reserveCapacity(text.count / 4 * 3 + 2)
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for byte in text {
      let digit = digits[Int(byte)]
      guard digit < 64 else { return nil }
      bits = bits << 6 | UInt32(digit)
      count += 6
      if count >= 8 {
        count -= 8
        append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    guard count < 6, bits & (1 << count - 1) == 0 else { return nil }
  }
}

import JobsprintDomain
import OpenSSL

/// Time-based one-time passwords (RFC 6238).
struct OneTimePassword {
  private let digest: Digest
  private let authenticator: MessageAuthenticator
  let digits: Int
  let period: Int

  /// - Parameters:
  ///   - secret: Base32, with or without padding and spaces.
  ///   - algorithm: `SHA1`, `SHA-256`, `SHA512` …
  ///   - digits: 6 to 10.
  ///   - period: seconds for which one password is valid.
  init(secret: String, algorithm: String = "SHA1", digits: Int = 6, period: Int = 30) throws(NodeError) {
    guard let bytes = Self.base32(secret), !bytes.isEmpty else {
      throw NodeError(
        "The secret is not valid Base32", description: "It has only the letters A to Z and the digits 2 to 7.")
    }
    // Both `SHA3-256` and `SHA-256` are in use.
    guard
      let digest = Digest(algorithm) ?? Digest(algorithm.filter { $0 != "-" }) ?? Digest(algorithm.replacingUnderscore)
    else {
      throw NodeError(
        "The algorithm '\(algorithm)' does not exist", description: "Use for example SHA1, SHA256 or SHA512.",
        context: ["parameter": "options.algorithm"])
    }
    guard (1...10).contains(digits) else {
      throw NodeError("The number of digits must be from 1 to 10", context: ["parameter": "options.digits"])
    }
    guard (1...86_400).contains(period) else {
      throw NodeError("The period must be from 1 to 86400 seconds", context: ["parameter": "options.period"])
    }
    self.digest = digest
    authenticator = try Self.checked { () throws(OpenSSLError) in try MessageAuthenticator(digest, key: bytes) }
    self.digits = digits
    self.period = period
  }

  func token(at time: Timestamp) throws(NodeError) -> String {
    let counter = UInt64(max(0, time.milliseconds) / 1000 / Int64(period))
    let message = (0..<8).map { UInt8(truncatingIfNeeded: counter >> UInt64(56 - 8 * $0)) }
    let code = try Self.checked { () throws(OpenSSLError) in try authenticator.code(of: message) }
    guard let last = code.last, Int(last & 15) + 4 <= code.count else {
      throw NodeError("The algorithm '\(digest.name)' is too short for tokens")
    }
    let offset = Int(last & 15)
    let number = code[offset..<offset + 4].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } & 0x7FFF_FFFF
    let text = String(number)
    return text.utf8.count >= digits
      ? String(text.suffix(digits)) : String(repeating: "0", count: digits - text.utf8.count) + text
  }

  private static func checked<Result>(_ body: () throws(OpenSSLError) -> Result) throws(NodeError) -> Result {
    do throws(OpenSSLError) { return try body() } catch {
      throw NodeError("The token can't be calculated: \(error.reason)")
    }
  }

  func secondsRemaining(at time: Timestamp) -> Int {
    period - Int(max(0, time.milliseconds) / 1000 % Int64(period))
  }

  private static func base32(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var group: UInt32 = 0
    var bits: UInt32 = 0
    for character in text.utf8 {
      let digit: UInt8
      switch character {
      case 0x41...0x5A: digit = character - 0x41
      case 0x61...0x7A: digit = character - 0x61
      case 0x32...0x37: digit = character - 0x32 + 26
      case UInt8(ascii: "="), UInt8(ascii: " "), UInt8(ascii: "-"): continue
      default: return nil
      }
      group = (group << 5 | UInt32(digit)) & 0xFFFF
      bits += 5
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: group >> bits))
      }
    }
    return bytes
  }
}

extension String {
  fileprivate var replacingUnderscore: String { String(map { $0 == "_" ? "-" : $0 }) }
}

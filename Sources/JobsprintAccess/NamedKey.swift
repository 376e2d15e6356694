import Crypto
public import JobsprintDomain

/// A secret key of a ring, and the id by which what was made with it names it.
public struct NamedKey: Sendable {
  public let id: String
  let secret: [UInt8]

  /// Different bytes that 32 random ones have, but for one case in 10^20.
  private static let fewestDifferentBytes = 16

  /// - Parameter text: `id:secret`, the secret as 64 or more hexadecimal digits.
  /// - Returns: nil for a text that is none, or a secret that could be guessed.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, (1...64).contains(parts[0].utf8.count),
      let secret = [UInt8](hexadecimal: String(parts[1])), secret.count >= 32,
      Set(secret).count >= Self.fewestDifferentBytes
    else { return nil }
    id = String(parts[0])
    self.secret = secret
  }

  /// A new one, named after the day, with something that tells it from others of that day.
  public init(at time: Timestamp) {
    let mark = SymmetricKey(size: .init(bitCount: 32)).withUnsafeBytes { Array($0) }
    id = "\("\(time)".prefix(10))-\(mark.hexadecimalText)"
    secret = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
  }

  /// For the file that keeps it.
  public var text: String { "\(id):\(secret.hexadecimalText)" }
}

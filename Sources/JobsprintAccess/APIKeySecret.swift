import Crypto
import JobsprintDomain

/// An API key as its holder has it: 256 random bits behind a prefix that says what they are. Shown once, stored
/// nowhere.
public struct APIKeySecret: Sendable {
  public let text: String

  /// A new one.
  public init() {
    let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
    text = "jsk_" + bytes.hexadecimalText
  }

  init(_ text: String) { self.text = text }

  /// What is stored, and what a key is found by: SHA-256 of all of it.
  public var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}

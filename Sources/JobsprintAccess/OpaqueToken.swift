import Crypto
import JobsprintDomain

/// 256 random bits behind a prefix that says what they are good for. Its holder has the text, the store its hash.
struct OpaqueToken: Sendable {
  enum Kind: String {
    case refresh = "jsr_"
    case oneTime = "jst_"
    /// Of a client that has begun to sign somebody in through an identity provider.
    case attempt = "jsa_"
  }

  let text: String

  /// A new one.
  init(_ kind: Kind) {
    let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
    text = kind.rawValue + bytes.hexadecimalText
  }

  /// What somebody shows; nil for a text that is no token of the kind.
  init?(_ kind: Kind, shown text: String) {
    guard text.hasPrefix(kind.rawValue), text.utf8.count == kind.rawValue.utf8.count + 64 else { return nil }
    self.text = text
  }

  var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}

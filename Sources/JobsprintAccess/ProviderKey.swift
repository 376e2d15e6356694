// The public keys of an identity provider (RFC 7517, RFC 7518) of the two algorithms that are taken: RS256 and ES256. A
// secret of both sides is never one, so a token that was signed with a public key as if it were a secret has no key.

import Crypto
import JobsprintDomain
import OpenSSL

/// How ID tokens are signed. What is not here is not taken, whatever a token says: RFC 8725, 3.1.
enum SignatureAlgorithm: String, Sendable {
  case rs256 = "RS256"
  case es256 = "ES256"
}

struct ProviderKey: Sendable {
  private enum Material {
    case rsa(modulus: [UInt8], exponent: [UInt8])
    case p256(P256.Signing.PublicKey)
  }

  /// Shorter ones can be broken (RFC 7518, 3.3), longer ones take long.
  private static let bits = 2048...8192
  private static let longestExponent = 8
  private static let most = 100

  let id: String?
  let algorithm: SignatureAlgorithm
  private let material: Material

  /// Those of a key set that are of use; others are no mistake.
  static func keys(in set: JSONValue) -> [ProviderKey]? {
    guard let keys = set["keys"]?.arrayValue, keys.count <= most else { return nil }
    return keys.compactMap { ProviderKey($0) }
  }

  private init?(_ json: JSONValue) {
    func number(_ name: String) -> [UInt8]? { json[name]?.stringValue.flatMap { Base64.bytes(exactURLText: $0) } }
    let (algorithm, material): (SignatureAlgorithm, Material)
    switch json["kty"]?.stringValue {
    case "RSA":
      guard let modulus = number("n"), let exponent = number("e"), exponent.count <= Self.longestExponent,
        let key = try? AsymmetricKey(rsaModulus: modulus, exponent: exponent), Self.bits.contains(key.bits)
      else { return nil }
      (algorithm, material) = (.rs256, .rsa(modulus: modulus, exponent: exponent))
    case "EC":
      guard json["crv"] == "P-256", let x = number("x"), let y = number("y"), x.count == 32, y.count == 32,
        let key = try? P256.Signing.PublicKey(x963Representation: [4] + x + y)
      else { return nil }
      (algorithm, material) = (.es256, .p256(key))
    default: return nil
    }
    // A key that says what it is for is for nothing else.
    guard json["use"] ?? "sig" == "sig", json["alg"]?.stringValue ?? algorithm.rawValue == algorithm.rawValue else {
      return nil
    }
    id = json["kid"]?.stringValue
    (self.algorithm, self.material) = (algorithm, material)
  }

  func isValid(_ signature: [UInt8], of bytes: [UInt8]) -> Bool {
    switch material {
    case .rsa(let modulus, let exponent):
      guard let key = try? AsymmetricKey(rsaModulus: modulus, exponent: exponent), let digest = Digest("sha256") else {
        return false
      }
      return (try? key.isValid(signature, of: bytes, digest: digest)) ?? false
    case .p256(let key):
      // RFC 7518, 3.4: the two numbers one behind the other, and nothing else.
      guard signature.count == 64, let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else {
        return false
      }
      return key.isValidSignature(signature, for: bytes)
    }
  }
}

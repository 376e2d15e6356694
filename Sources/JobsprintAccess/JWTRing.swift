// A ring of keys for JWTs of one kind (RFC 7519, HS256), with what RFC 8725 asks for before anything of a token is
// believed: the algorithm is ours and not the token's choice, the key is one of this ring's, and the type is the kind's
// own. The HMAC is swift-crypto's; around it there are only Base64 and JSON (docs/decisions/0021).

import Crypto
import JobsprintDomain

/// Why a token is none of a ring's. Nothing of the token is in it.
enum JWTRefusal: Error {
  case header, signature, claims
}

struct JWTRing: Sendable {
  private struct Key {
    let id: ExactString
    let secret: SymmetricKey
    /// The encoded header of the tokens that it signs.
    let head: String
  }

  private static let dot = UInt8(ascii: ".")
  private static let members = Set(["alg", "kid", "typ"].map { ExactString($0) })

  private let keys: [Key]
  private let current: Key
  private let type: String

  /// - Parameters:
  ///   - keys: the first signs, all are accepted.
  ///   - type: the header's `typ`.
  /// - Returns: nil without a key.
  init?(_ keys: [(id: String, secret: [UInt8])], type: String) {
    self.keys = keys.map { id, secret in
      let header: JSONValue = ["alg": "HS256", "kid": .string(id), "typ": .string(type)]
      return Key(
        id: ExactString(id), secret: SymmetricKey(data: secret), head: Base64.urlText(header.jsonBytes))
    }
    guard let first = self.keys.first else { return nil }
    current = first
    self.type = type
  }

  func sign(_ claims: JSONObject) -> String {
    let content = "\(current.head).\(Base64.urlText(JSONValue.object(claims).jsonBytes))"
    let code = HMAC<SHA256>.authenticationCode(for: Array(content.utf8), using: current.secret)
    return "\(content).\(Base64.urlText(Array(code)))"
  }

  /// The claims of a token that this ring has signed; what they say is for the kind to check.
  func verify(_ token: String) throws(JWTRefusal) -> JSONValue {
    let bytes = Array(token.utf8)
    guard let first = bytes.firstIndex(of: Self.dot), let last = bytes.lastIndex(of: Self.dot), first < last,
      let key = key(named: String(decoding: bytes[..<first], as: UTF8.self))
    else { throw .header }
    guard let code = Base64.bytes(exactURLText: String(decoding: bytes[(last + 1)...], as: UTF8.self)),
      HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: bytes[..<last], using: key.secret)
    else { throw .signature }
    guard let payload = Base64.bytes(exactURLText: String(decoding: bytes[(first + 1)..<last], as: UTF8.self)),
      let claims = try? JSONValue(parsing: payload, depthLimit: 4)
    else { throw .claims }
    return claims
  }

  /// The key that an encoded header names, when the header says what ours say and nothing else.
  private func key(named head: String) -> Key? {
    if let key = keys.first(where: { $0.head.hasSameCodeUnits(as: head) }) { return key }
    // Others' libraries write the same members in another order.
    guard let text = Base64.bytes(exactURLText: head), let header = try? JSONValue(parsing: text, depthLimit: 4),
      let object = header.objectValue, Set(object.map { ExactString("\($0.key)") }) == Self.members,
      header["alg"] == "HS256", header["typ"] == .string(type), let id = header["kid"]?.stringValue
    else { return nil }
    return keys.first { $0.id == ExactString(id) }
  }
}

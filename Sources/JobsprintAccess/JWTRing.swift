// A ring of keys for JWTs of one kind (RFC 7519, HS256), with what RFC 8725 asks for before anything of a token is believed:
// the algorithm is ours and not the token's choice, the key is one of this ring's, and the type is the kind's own.

import Foundation
import JWTKit
import JobsprintDomain

struct JWTRing: Sendable {
  private let keys: JWTKeyCollection
  private let current: JWKIdentifier
  private let ids: Set<ExactString>
  private let type: String

  /// - Parameters:
  ///   - keys: the first signs, all are accepted.
  ///   - type: the header's `typ`.
  /// - Returns: nil without a key.
  init?(_ keys: [(id: String, secret: [UInt8])], type: String) async {
    guard let first = keys.first else { return nil }
    self.keys = JWTKeyCollection()
    self.type = type
    current = JWKIdentifier(string: first.id)
    ids = Set(keys.map { ExactString($0.id) })
    for key in keys {
      await self.keys.add(
        hmac: HMACKey(from: Data(key.secret)), digestAlgorithm: .sha256, kid: JWKIdentifier(string: key.id))
    }
  }

  func sign(_ payload: some JWTPayload) async throws -> String {
    try await keys.sign(payload, kid: current, header: ["typ": .string(type)])
  }

  /// Whether the header says exactly what ours say. The library would try its first key for an unknown id, and any HMAC for
  /// its secret.
  func hasSigned(accordingToHeaderOf token: String) -> Bool {
    var head = String(token.prefix { $0 != "." }).replacing("-", with: "+").replacing("_", with: "/")
    head += String(repeating: "=", count: (4 - head.utf8.count % 4) % 4)
    guard let bytes = Data(base64Encoded: head), let header = try? JSONValue(parsing: Array(bytes)),
      Set((header.objectValue ?? [:]).map { ExactString("\($0.key)") })
        == Set(["alg", "kid", "typ"].map { ExactString($0) })
    else { return false }
    return header["alg"] == "HS256" && header["typ"] == .string(type)
      && header["kid"]?.stringValue.map { ids.contains(ExactString($0)) } == true
  }

  /// The claims of a token whose header is ours.
  /// - Throws: for a signature that is not, and for claims that its kind refuses.
  func verify<Payload: JWTPayload>(_ token: String, as _: Payload.Type) async throws -> Payload {
    try await keys.verify(token, as: Payload.self)
  }
}

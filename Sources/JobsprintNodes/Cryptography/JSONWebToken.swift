import JobsprintDomain
import OpenSSL

/// A signed JSON Web Token (RFC 7519, algorithms of RFC 7518).
struct JSONWebToken: Sendable {
  enum Algorithm: String, Sendable, CaseIterable {
    case hs256 = "HS256"
    case hs384 = "HS384"
    case hs512 = "HS512"
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"

    enum Family { case hmac, rsa, ellipticCurve, rsaPSS }

    var family: Family {
      switch self {
      case .hs256, .hs384, .hs512: .hmac
      case .rs256, .rs384, .rs512: .rsa
      case .es256, .es384, .es512: .ellipticCurve
      case .ps256, .ps384, .ps512: .rsaPSS
      }
    }

    var digestName: String { "SHA" + rawValue.dropFirst(2) }

    /// Bytes of one half of an elliptic-curve signature.
    var halfLength: Int { self == .es256 ? 32 : self == .es384 ? 48 : 66 }
  }

  /// What signs or verifies. What OpenSSL makes of it is kept for the next token.
  final class Key {
    enum Secret {
      case passphrase(String)
      case pem(String)
    }

    let secret: Secret
    private var authenticator: (algorithm: Algorithm, made: MessageAuthenticator)?
    private var asymmetricKey: AsymmetricKey?

    init(_ secret: Secret) { self.secret = secret }

    static func passphrase(_ text: String) -> Key { Key(.passphrase(text)) }
    static func pem(_ text: String) -> Key { Key(.pem(text)) }

    fileprivate func code(of bytes: [UInt8], _ algorithm: Algorithm) throws(OpenSSLError) -> [UInt8] {
      guard case .passphrase(let text) = secret else {
        // A public key is no secret: taken as a passphrase, anyone could sign with it.
        throw OpenSSLError(reason: "\(algorithm.rawValue) needs a passphrase, not a key in PEM")
      }
      if let authenticator, authenticator.algorithm == algorithm { return try authenticator.made.code(of: bytes) }
      let made = try MessageAuthenticator(JSONWebToken.digest(algorithm), key: Array(text.utf8))
      authenticator = (algorithm, made)
      return try made.code(of: bytes)
    }

    /// - Parameter kind: of key, for messages.
    fileprivate func asymmetric(_ kind: String, _ algorithm: Algorithm) throws(OpenSSLError) -> AsymmetricKey {
      guard case .pem(let text) = secret else {
        throw OpenSSLError(reason: "\(algorithm.rawValue) needs a \(kind) key in PEM")
      }
      if let asymmetricKey { return asymmetricKey }
      let made = try AsymmetricKey(pem: text)
      asymmetricKey = made
      return made
    }
  }

  let header: JSONObject
  let payload: JSONObject
  /// As it stands in the token.
  let signature: String
  /// What was signed: header and payload as they stand in the token.
  private let signedText: String

  /// Reads a token without looking whether it is genuine.
  init(reading token: String) throws(NodeError) {
    let text = token.trimmedOfSpace
    let dot = UInt8(ascii: ".")
    guard let first = text.utf8.firstIndex(of: dot), let second = text.utf8.lastIndex(of: dot), first < second,
      let header = Self.object(text[..<first]),
      let payload = Self.object(text[text.utf8.index(after: first)..<second])
    else {
      throw NodeError(
        "The token is malformed", description: "A JSON Web Token has three parts of Base64 text, joined by dots.",
        context: ["parameter": "token"])
    }
    self.header = header
    self.payload = payload
    signature = String(text[text.utf8.index(after: second)...])
    signedText = String(text[..<second])
  }

  private static func object(_ part: Substring) -> JSONObject? {
    guard let bytes = Base64.bytes(String(part)) else { return nil }
    return (try? JSONValue(parsing: bytes))?.objectValue
  }

  /// - Parameters:
  ///   - header: more members of the header, for example `kid`.
  static func sign(
    _ payload: JSONObject, header more: JSONObject = [:], _ algorithm: Algorithm, _ key: Key
  ) throws(NodeError) -> String {
    var header: JSONObject = ["alg": .string(algorithm.rawValue), "typ": "JWT"]
    header.merge(more)
    let text =
      Base64.urlText(JSONValue.object(header).jsonBytes) + "." + Base64.urlText(JSONValue.object(payload).jsonBytes)
    return text + "." + Base64.urlText(try signature(of: Array(text.utf8), algorithm, key))
  }

  /// Throws when the token is not genuine, or not valid at this time.
  ///
  /// - Parameter tolerance: seconds by which clocks may differ.
  func verify(
    _ algorithm: Algorithm, _ key: Key, at now: Timestamp, ignoresExpiration: Bool = false,
    ignoresNotBefore: Bool = false, tolerance: Double = 0
  ) throws(NodeError) {
    // The token does not choose how it is checked.
    guard header["alg"]?.stringValue == algorithm.rawValue else {
      throw Self.invalid("invalid algorithm", "The token is signed with '\(header["alg"]?.asText ?? "")'.")
    }
    guard try hasValidSignature(algorithm, key) else {
      throw Self.invalid("invalid signature", "The token was changed, or signed with another key.")
    }
    let seconds = Double(now.milliseconds) / 1000
    if !ignoresNotBefore, let notBefore = try time("nbf"), notBefore > seconds + tolerance {
      throw Self.invalid("jwt not active", "It is valid from \(Self.text(notBefore)) on.")
    }
    if !ignoresExpiration, let expiry = try time("exp"), seconds >= expiry + tolerance {
      throw Self.invalid("jwt expired", "It was valid until \(Self.text(expiry)).")
    }
  }

  private static func text(_ seconds: Double) -> String {
    guard seconds.magnitude < 8.64e12 else { return seconds.javaScriptText }
    return Timestamp(milliseconds: Int64(seconds * 1000)).description
  }

  private func time(_ claim: String) throws(NodeError) -> Double? {
    guard let value = payload[claim] else { return nil }
    guard let seconds = value.doubleValue else {
      throw Self.invalid("invalid \(claim) value", "It must be a number of seconds since 1970.")
    }
    return seconds
  }

  private static func invalid(_ reason: String, _ description: String) -> NodeError {
    NodeError("The token is not valid: \(reason)", description: description, context: ["parameter": "token"])
  }

  private static func signature(of bytes: [UInt8], _ algorithm: Algorithm, _ key: Key) throws(NodeError) -> [UInt8] {
    do throws(OpenSSLError) {
      if algorithm.family == .hmac { return try key.code(of: bytes, algorithm) }
      let (digest, key) = (try Self.digest(algorithm), try key.asymmetric("private", algorithm))
      if algorithm.family == .ellipticCurve {
        let signature = try key.signature(of: bytes, digest: digest)
        guard let raw = ECDSASignature(der: signature)?.raw(halfLength: algorithm.halfLength) else {
          throw OpenSSLError(reason: "the key's curve does not fit \(algorithm.rawValue)")
        }
        return raw
      }
      guard key.kind == .rsa else { throw OpenSSLError(reason: "\(algorithm.rawValue) needs an RSA key") }
      return try key.signature(of: bytes, digest: digest, usesPSS: algorithm.family == .rsaPSS)
    } catch {
      throw keyError(error)
    }
  }

  func hasValidSignature(_ algorithm: Algorithm, _ key: Key) throws(NodeError) -> Bool {
    guard let found = Base64.bytes(signature) else { return false }
    let bytes = Array(signedText.utf8)
    do throws(OpenSSLError) {
      if algorithm.family == .hmac {
        let expected = try key.code(of: bytes, algorithm)
        // In constant time: how many bytes are right must not show.
        return expected.count == found.count && zip(expected, found).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
      }
      let (digest, key) = (try Self.digest(algorithm), try key.asymmetric("public", algorithm))
      if algorithm.family == .ellipticCurve {
        guard let der = ECDSASignature(raw: found, halfLength: algorithm.halfLength)?.der else { return false }
        return try key.isValid(der, of: bytes, digest: digest)
      }
      return try key.isValid(found, of: bytes, digest: digest, usesPSS: algorithm.family == .rsaPSS)
    } catch {
      throw Self.keyError(error)
    }
  }

  private static let digests: [Algorithm: Digest] = Algorithm.allCases.reduce(into: [:]) { digests, algorithm in
    digests[algorithm] = Digest(algorithm.digestName)
  }

  fileprivate static func digest(_ algorithm: Algorithm) throws(OpenSSLError) -> Digest {
    guard let digest = digests[algorithm] else {
      throw OpenSSLError(reason: "'\(algorithm.digestName)' is not installed")
    }
    return digest
  }

  private static func keyError(_ error: OpenSSLError) -> NodeError {
    NodeError(
      "The token's signature can't be calculated: \(error.reason)",
      description: "Check key and algorithm of the credentials.")
  }
}

/// The two numbers of an ECDSA signature, between DER (what OpenSSL uses) and the fixed length of tokens.
struct ECDSASignature {
  private let r: [UInt8]
  private let s: [UInt8]

  init?(raw: [UInt8], halfLength: Int) {
    guard raw.count == halfLength * 2 else { return nil }
    r = Array(raw.prefix(halfLength).drop { $0 == 0 })
    s = Array(raw.suffix(halfLength).drop { $0 == 0 })
  }

  init?(der: [UInt8]) {
    var rest = der[...]
    func length() -> Int? {
      guard let first = rest.popFirst() else { return nil }
      if first < 0x80 { return Int(first) }
      // Signatures are shorter than 256 bytes.
      guard first == 0x81, let next = rest.popFirst() else { return nil }
      return Int(next)
    }
    func number() -> [UInt8]? {
      guard rest.popFirst() == 0x02, let count = length(), count <= rest.count else { return nil }
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count).drop { $0 == 0 })
    }
    guard rest.popFirst() == 0x30, length() == rest.count, let r = number(), let s = number(), rest.isEmpty else {
      return nil
    }
    self.r = r
    self.s = s
  }

  /// nil where a number is too long for it.
  func raw(halfLength: Int) -> [UInt8]? {
    guard r.count <= halfLength, s.count <= halfLength else { return nil }
    return [UInt8](repeating: 0, count: halfLength - r.count) + r
      + [UInt8](repeating: 0, count: halfLength - s.count) + s
  }

  var der: [UInt8] {
    func number(_ digits: [UInt8]) -> [UInt8] {
      // A leading 1 bit would make the number negative.
      let padded = digits.first.map { $0 >= 0x80 } ?? true ? [0] + digits : digits
      return [0x02, UInt8(padded.count)] + padded
    }
    let body = number(r) + number(s)
    return [0x30] + (body.count < 0x80 ? [] : [0x81]) + [UInt8(body.count)] + body
  }
}

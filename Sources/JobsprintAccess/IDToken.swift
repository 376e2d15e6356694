// An ID token (OpenID Connect Core 1.0, 2 and 3.1.3.7): a JWT with which a provider says who has signed in, for this
// client and for this very sign-in. It is read once, and kept nowhere.

import JobsprintDomain

/// Why an ID token is not taken. Nothing of the token is in it.
enum IDTokenFlaw: String, Error {
  case form = "it is no ID token"
  case algorithm = "it is not signed with RS256 or ES256"
  case key = "it is signed with a key that the provider does not have"
  case signature = "its signature is not that of its key"
  case issuer = "it comes from another issuer"
  case audience = "it is for another client"
  case time = "it is not good yet, or no longer"
  case nonce = "it belongs to another sign-in"
  case subject = "its subject is none"
}

struct IDToken: Sendable {
  /// The provider's own are smaller by far.
  private static let longest = 16_384
  /// Seconds between the clocks of two machines.
  private static let skew = 60
  private static let longestSubject = 255
  private static let dot = UInt8(ascii: ".")

  let algorithm: SignatureAlgorithm
  /// Of the key; nil where the provider has only one.
  let keyID: String?
  private let signed: [UInt8]
  private let signature: [UInt8]

  /// Reads the header; nothing of the claims is looked at before the signature is known to be right.
  init(_ text: String) throws(IDTokenFlaw) {
    let bytes = Array(text.utf8)
    let dots = bytes.indices.filter { bytes[$0] == Self.dot }
    guard bytes.count <= Self.longest, dots.count == 2,
      let head = Self.json(bytes[..<dots[0]]), head.objectValue != nil,
      let signature = Base64.bytes(exactURLText: String(decoding: bytes[(dots[1] + 1)...], as: UTF8.self))
    else { throw .form }
    // What must be understood is not (RFC 7515, 4.1.11); a token of another type is another's (RFC 8725, 3.11).
    guard head["crit"] == nil, head["typ"].map({ $0.stringValue?.lowercased() == "jwt" }) ?? true else { throw .form }
    guard let algorithm = head["alg"]?.stringValue.flatMap({ SignatureAlgorithm(rawValue: $0) }) else {
      throw .algorithm
    }
    if let id = head["kid"], id.stringValue == nil { throw .form }
    self.algorithm = algorithm
    keyID = head["kid"]?.stringValue
    signed = Array(bytes[..<dots[1]])
    self.signature = signature
  }

  /// The one of these keys that the token names; without a name, the only one of its algorithm.
  func key(among keys: [ProviderKey]) -> ProviderKey? {
    let fitting = keys.filter { $0.algorithm == algorithm }
    guard let keyID else { return fitting.count == 1 ? fitting[0] : nil }
    return fitting.first { $0.id?.hasSameCodeUnits(as: keyID) ?? false }
  }

  /// Who has signed in.
  /// - Parameters:
  ///   - nonce: of the sign-in.
  ///   - now: seconds since 1970.
  func subject(
    signedWith key: ProviderKey, for provider: IdentityProvider, nonce: String, at now: Int
  ) throws(IDTokenFlaw) -> String {
    guard key.isValid(signature, of: signed) else { throw .signature }
    guard let place = signed.firstIndex(of: Self.dot), let claims = Self.json(signed[(place + 1)...]) else {
      throw .form
    }
    guard claims["iss"]?.stringValue?.hasSameCodeUnits(as: provider.issuer) ?? false else { throw .issuer }
    guard Self.isAudience(claims, provider.clientID) else { throw .audience }
    guard Self.isInTime(claims, now) else { throw .time }
    guard claims["nonce"]?.stringValue?.hasSameCodeUnits(as: nonce) ?? false else { throw .nonce }
    guard let subject = claims["sub"]?.stringValue, Self.isSubject(subject) else { throw .subject }
    return subject
  }

  /// ASCII of 1 to 255 characters that can be seen, or spaces.
  static func isSubject(_ text: String) -> Bool {
    (1...longestSubject).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
  }

  private static func json(_ part: ArraySlice<UInt8>) -> JSONValue? {
    Base64.bytes(exactURLText: String(decoding: part, as: UTF8.self)).flatMap {
      try? JSONValue(parsing: $0, depthLimit: 16)
    }
  }

  /// One of several has to be named as the one for whom it was made.
  private static func isAudience(_ claims: JSONValue, _ client: String) -> Bool {
    let audiences = claims["aud"]?.arrayValue ?? claims["aud"].map { [$0] } ?? []
    guard audiences.contains(where: { $0.stringValue?.hasSameCodeUnits(as: client) ?? false }) else { return false }
    guard let party = claims["azp"] else { return audiences.count == 1 }
    return party.stringValue?.hasSameCodeUnits(as: client) ?? false
  }

  private static func isInTime(_ claims: JSONValue, _ now: Int) -> Bool {
    guard let end = seconds(claims["exp"]), end > now - skew, let issued = seconds(claims["iat"]), issued <= now + skew
    else { return false }
    guard let begin = claims["nbf"] else { return true }
    return seconds(begin).map { $0 <= now + skew } ?? false
  }

  /// A NumericDate (RFC 7519, 2), which may have a fraction.
  private static func seconds(_ value: JSONValue?) -> Int? {
    guard let number = value?.doubleValue, number.isFinite, abs(number) < 1e12 else { return nil }
    return Int(number)
  }
}

// What a server remembers of a sign-in while the browser is with the identity provider. It is found by what the browser
// brings back together with what only the client that began knows: a code that somebody else brings finds nothing.

import Crypto
import JobsprintDomain
import JobsprintPorts

struct PendingSignIn: Sendable, Hashable {
  enum Purpose: Sendable, Hashable {
    /// - Parameters:
    ///   - workspace: an id or a name; nil: the first one of the user's.
    case signIn(workspace: String?)
    /// - Parameters:
    ///   - hash: of the invitation's token.
    ///   - name: of the new user; nil: what stands before the @.
    case join(invitation: [UInt8], name: String?)
    case link(UserID)
  }

  static let lifetime: Duration = .seconds(600)

  let provider: String
  let nonce: String
  /// RFC 7636, 4.1: 43 characters of 256 random bits.
  let verifier: String
  let purpose: Purpose
  let expiresAt: Timestamp

  init(provider: String, purpose: Purpose, expiresAt: Timestamp) {
    self.provider = provider
    self.purpose = purpose
    self.expiresAt = expiresAt
    nonce = Self.randomText()
    verifier = Self.randomText()
  }

  /// 256 bits.
  static func randomText() -> String {
    Base64.urlText(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
  }

  /// By what it is kept.
  static func key(state: String, attempt: String) -> String {
    Array(SHA256.hash(data: Array("\(state) \(attempt)".utf8))).hexadecimalText
  }

  var stored: [UInt8] {
    var members: JSONObject = [
      "provider": .string(provider), "nonce": .string(nonce), "verifier": .string(verifier),
      "expiresAt": .integer(expiresAt.milliseconds),
    ]
    switch purpose {
    case .signIn(let workspace): if let workspace { members["workspace"] = .string(workspace) }
    case .join(let invitation, let name):
      members["invitation"] = .string(invitation.hexadecimalText)
      if let name { members["name"] = .string(name) }
    case .link(let user): members["user"] = .string("\(user)")
    }
    return JSONValue.object(members).jsonBytes
  }

  /// nil for what ``stored`` never gave.
  init?(stored bytes: [UInt8]) {
    guard let json = try? JSONValue(parsing: bytes), let provider = json["provider"]?.stringValue,
      let nonce = json["nonce"]?.stringValue, let verifier = json["verifier"]?.stringValue,
      let end = json["expiresAt"]?.integerValue
    else { return nil }
    self.provider = provider
    self.nonce = nonce
    self.verifier = verifier
    expiresAt = Timestamp(milliseconds: Int64(end))
    if let text = json["user"]?.stringValue {
      guard let user = UserID(text) else { return nil }
      purpose = .link(user)
    } else if let text = json["invitation"]?.stringValue {
      guard let hash = [UInt8](hexadecimal: text) else { return nil }
      purpose = .join(invitation: hash, name: json["name"]?.stringValue)
    } else {
      purpose = .signIn(workspace: json["workspace"]?.stringValue)
    }
  }
}

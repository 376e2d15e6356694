import JobsprintDomain
import JobsprintPorts

/// A credential of the type `jwtAuth`: a passphrase, or a pair of keys, with an algorithm.
struct JWTSecrets {
  let algorithm: String
  let signingKey: JSONWebToken.Key
  let verificationKey: JSONWebToken.Key

  init(_ secrets: JSONObject) {
    algorithm = secrets["algorithm"]?.stringValue ?? "HS256"
    if secrets["keyType"] == "pemKey" {
      signingKey = .pem(secrets["privateKey"]?.stringValue ?? "")
      verificationKey = .pem(secrets["publicKey"]?.stringValue ?? "")
    } else {
      signingKey = .passphrase(secrets["secret"]?.stringValue ?? "")
      verificationKey = signingKey
    }
  }

  /// Signs a token and verifies it; a key that is not there is not tried.
  func verdict(at time: Timestamp) -> CredentialType.Verdict {
    guard let algorithm = JSONWebToken.Algorithm(rawValue: algorithm) else {
      return .bad("There is no algorithm '\(algorithm)'.")
    }
    guard !signingKey.isEmpty || !verificationKey.isEmpty else { return .bad("There is no key.") }
    do throws(NodeError) {
      guard !signingKey.isEmpty else {
        // What it says of a token that is nobody's shows whether the key can be used at all.
        let foreign = try JSONWebToken(reading: "eyJhbGciOiJub25lIn0.e30.AA")
        _ = try foreign.hasValidSignature(algorithm, verificationKey)
        return .good("The public key can be used with \(algorithm.rawValue).")
      }
      let token = try JSONWebToken.sign([:], algorithm, signingKey)
      guard !verificationKey.isEmpty else { return .good("Tokens can be signed with \(algorithm.rawValue).") }
      try JSONWebToken(reading: token).verify(algorithm, verificationKey, at: time)
      return .good("A token was signed with \(algorithm.rawValue) and verified.")
    } catch {
      return .bad("\(error.message). \(error.description ?? "")")
    }
  }
}

extension JSONWebToken.Key {
  fileprivate var isEmpty: Bool {
    switch secret {
    case .passphrase(let text), .pem(let text): text.isEmpty
    }
  }
}

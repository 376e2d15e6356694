import JobsprintDomain
import Testing

@testable import JobsprintNodes

@Suite("jwt")
struct JWTNodeTests {
  private let now = Timestamp(milliseconds: 1_640_000_000_000)

  @Test func aTokenIsWrittenAsOthersWriteIt() throws {
    // The example of RFC 7515's readers: jwt.io.
    let token = try JSONWebToken.sign(
      ["sub": "1234567890", "name": "John Doe", "iat": 1_516_239_022], .hs256, .passphrase("your-256-bit-secret"))
    #expect(
      token == """
        eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ\
        .SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c
        """)
  }

  @Test(arguments: JSONWebToken.Algorithm.allCases.filter { $0.family == .rsa || $0.family == .hmac || $0 == .es256 })
  func whatIsSignedIsVerified(algorithm: JSONWebToken.Algorithm) throws {
    let keys: (JSONWebToken.Key, JSONWebToken.Key) =
      switch algorithm.family {
      case .hmac: (.passphrase("baz"), .passphrase("baz"))
      case .rsa, .rsaPSS: (.pem(TestKeys.rsaPrivate), .pem(TestKeys.rsaPublic))
      case .ellipticCurve: (.pem(TestKeys.ecPrivate), .pem(TestKeys.ecPublic))
      }
    let token = try JSONWebToken(reading: JSONWebToken.sign(["a": 1], header: ["kid": "k"], algorithm, keys.0))
    #expect(token.header["kid"] == "k")
    try token.verify(algorithm, keys.1, at: now)
  }

  @Test func aTokenOfPSSIsVerified() throws {
    let token = try JSONWebToken(reading: JSONWebToken.sign(["a": 1], .ps256, .pem(TestKeys.rsaPrivate)))
    try token.verify(.ps256, .pem(TestKeys.rsaPublic), at: now)
  }

  @Test func aTokenOfAnotherKeyOrAlgorithmIsRefused() throws {
    let token = try JSONWebToken(reading: JSONWebToken.sign(["a": 1], .hs256, .passphrase("one")))
    #expect(throws: NodeError.self) { try token.verify(.hs256, .passphrase("two"), at: now) }
    #expect(throws: NodeError.self) { try token.verify(.hs512, .passphrase("one"), at: now) }
    #expect(throws: NodeError.self) { try token.verify(.hs256, .pem(TestKeys.rsaPublic), at: now) }
  }

  @Test func timesAreHeldAgainstTheClock() throws {
    let payload: JSONObject = ["exp": 1_639_999_990, "nbf": 1_639_999_000]
    let old = try JSONWebToken(reading: JSONWebToken.sign(payload, .hs256, .passphrase("k")))
    #expect(throws: NodeError.self) { try old.verify(.hs256, .passphrase("k"), at: now) }
    try old.verify(.hs256, .passphrase("k"), at: now, tolerance: 11)
    try old.verify(.hs256, .passphrase("k"), at: now, ignoresExpiration: true)
    let early = try JSONWebToken(reading: JSONWebToken.sign(["nbf": 1_650_000_000], .hs256, .passphrase("k")))
    #expect(throws: NodeError.self) { try early.verify(.hs256, .passphrase("k"), at: now) }
    try early.verify(.hs256, .passphrase("k"), at: now, ignoresNotBefore: true)
  }

  @Test func decodingNeedsNoKey() async throws {
    let token = try JSONWebToken.sign(["a": 1], header: ["kid": "k"], .hs256, .passphrase("baz"))
    let node = SingleNodeRun(
      type: "n8n-nodes-base.jwt",
      parameters: #"{"operation": "decode", "token": "\#(token)", "options": {"complete": true}}"#)
    let json = try await node.json()
    #expect(json[0]?["payload"] == ["a": 1])
    #expect(json[0]?["header"] == ["alg": "HS256", "typ": "JWT", "kid": "k"])
    #expect(json[0]?["signature"]?.stringValue?.isEmpty == false)
  }

  @Test(arguments: ["", "a.b", "a.b.c", "eyJhIjoxfQ.W10.x"])
  func aMalformedTokenIsAnError(token: String) async throws {
    let node = SingleNodeRun(
      type: "n8n-nodes-base.jwt", parameters: #"{"operation": "decode", "token": "\#(token)"}"#)
    #expect(try await node.failure()?.message == "The token is malformed")
  }

  @Test func signingSaysThatItNeedsACredential() async throws {
    let error = try await SingleNodeRun(type: "n8n-nodes-base.jwt").failure()
    #expect(error?.message.contains("needs a credential") == true)
  }

  @Test func whatACredentialSignsItVerifiesAndAnotherDoesNot() async throws {
    let secrets: [String: JSONObject] = ["jwtAuth": ["secret": "baz", "algorithm": "HS384"]]
    let signed = try await SingleNodeRun(
      type: "n8n-nodes-base.jwt", parameters: #"{"claims": {"subject": "me"}}"#, secrets: secrets
    ).value("token")
    let token = try #require(signed?.stringValue)
    let parameters = #"{"operation": "verify", "token": "\#(token)"}"#
    let verified = try await SingleNodeRun(
      type: "n8n-nodes-base.jwt", parameters: parameters, secrets: secrets
    ).value("payload")
    #expect(verified?["subject"] == "me")
    let other = SingleNodeRun(
      type: "n8n-nodes-base.jwt", parameters: parameters,
      secrets: ["jwtAuth": ["secret": "other", "algorithm": "HS384"]])
    #expect(try await other.failure()?.message.contains("invalid signature") == true)
  }

  @Test(arguments: [[UInt8](repeating: 0, count: 64), [UInt8](repeating: 0xFF, count: 64)])
  func ellipticSignaturesSurviveBothForms(raw: [UInt8]) {
    let der = ECDSASignature(raw: raw, halfLength: 32)?.der
    #expect(der.flatMap { ECDSASignature(der: $0)?.raw(halfLength: 32) } == raw)
    #expect(ECDSASignature(der: [0x30, 0x82, 1]) == nil)
  }
}

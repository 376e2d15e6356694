import JobsprintDomain
import Testing

@testable import JobsprintNodes

@Suite("totp")
struct TOTPNodeTests {
  /// Appendix B of RFC 6238.
  @Test(arguments: [
    (59, "SHA1", "94287082"), (1_111_111_109, "SHA1", "07081804"), (20_000_000_000, "SHA1", "65353130"),
  ])
  func tokensAreThoseOfTheStandard(seconds: Int64, algorithm: String, expected: String) throws {
    let password = try OneTimePassword(
      secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", algorithm: algorithm, digits: 8)
    #expect(try password.token(at: Timestamp(milliseconds: seconds * 1000)) == expected)
  }

  @Test func theRestOfThePeriodIsTold() throws {
    let password = try OneTimePassword(secret: "GEZDGNBVGY3TQOJQ")
    #expect(password.secondsRemaining(at: Timestamp(milliseconds: 1_640_000_000_000)) == 10)
  }

  @Test func algorithmsAreKnownByAllTheirNames() throws {
    for name in ["SHA1", "SHA-256", "SHA512", "SHA3-256"] {
      _ = try OneTimePassword(secret: "GEZDGNBV", algorithm: name).token(at: Timestamp(milliseconds: 0))
    }
  }

  @Test func badSettingsAreErrors() {
    #expect(throws: NodeError.self) { try OneTimePassword(secret: "") }
    #expect(throws: NodeError.self) { try OneTimePassword(secret: "0189") }
    #expect(throws: NodeError.self) { try OneTimePassword(secret: "GEZDGNBV", algorithm: "none") }
    #expect(throws: NodeError.self) { try OneTimePassword(secret: "GEZDGNBV", digits: 0) }
    #expect(throws: NodeError.self) { try OneTimePassword(secret: "GEZDGNBV", period: 0) }
  }

  @Test func theNodeMakesATokenOfItsCredential() async throws {
    let secrets: [String: JSONObject] = ["totpApi": ["secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]]
    var node = SingleNodeRun(type: "n8n-nodes-base.totp", secrets: secrets)
    // RFC 6238, appendix B.
    node.now = 1_234_567_890_000
    #expect(try await node.json() == [["token": "005924", "secondsRemaining": 30]])
  }

  @Test func theNodeSaysThatItNeedsACredential() async throws {
    let error = try await SingleNodeRun(type: "n8n-nodes-base.totp").failure()
    #expect(error?.message.contains("needs a credential") == true)
  }
}

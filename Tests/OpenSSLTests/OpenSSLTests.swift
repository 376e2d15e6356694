import OpenSSL
import Testing

@Suite struct OpenSSLTests {
  @Test func digestsAreKnownByNodesNames() {
    for name in ["MD5", "SHA1", "sha256", "SHA512", "SHA3-256", "RSA-MD5", "RSA-SHA256", "RIPEMD160"] {
      #expect(Digest(name) != nil, "\(name)")
    }
    #expect(Digest("none") == nil)
    #expect(Digest("") == nil)
  }

  @Test func hashesAndAuthenticates() throws {
    let digest = try #require(Digest("SHA256"))
    #expect(try digest.hash([]).prefix(4) == [0xE3, 0xB0, 0xC4, 0x42])
    #expect(try MessageAuthenticator(digest, key: []).code(of: []).prefix(4) == [0xB6, 0x13, 0x67, 0x9A])
  }

  /// Test case 2 of RFC 4231, between others.
  @Test(arguments: ["sha256", "SHA2-256", "RSA-SHA256", "sha256WithRSAEncryption"])
  func oneKeyAuthenticatesManyMessages(digest: String) throws {
    let authenticator = try MessageAuthenticator(try #require(Digest(digest)), key: Array("Jefe".utf8))
    let message = Array("what do ya want for nothing?".utf8)
    let first = try authenticator.code(of: message)
    #expect(first.prefix(4) == [0x5B, 0xDC, 0xC1, 0x46])
    #expect(first.count == 32)
    #expect(try authenticator.code(of: []) != first)
    #expect(try authenticator.code(of: message) == first)
  }

  @Test(arguments: ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
  func whatIsNoKeyIsAnError(pem: String) {
    #expect(throws: OpenSSLError.self) { try AsymmetricKey(pem: pem) }
  }
}

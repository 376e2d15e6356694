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
    #expect(try digest.authenticationCode([], key: []).prefix(4) == [0xB6, 0x13, 0x67, 0x9A])
  }

  @Test(arguments: ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
  func whatIsNoKeyIsAnError(pem: String) {
    #expect(throws: OpenSSLError.self) { try AsymmetricKey(pem: pem) }
  }
}

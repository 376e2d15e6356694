import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

@Suite struct CredentialVaultTests {
  private static let secrets: JSONObject = ["secret": "canary", "é": "\u{0}"]

  private func key(_ id: String, _ first: UInt8) throws -> NamedKey {
    try #require(NamedKey("\(id):\((0..<32).map { $0 &+ first }.hexadecimalText)"))
  }

  private func vault(_ keys: NamedKey...) throws -> CredentialVault { try #require(CredentialVault(keys)) }

  private func sealed(_ vault: CredentialVault) throws -> SealedSecrets {
    try vault.seal(Self.secrets, of: .numbered(1), type: "jwtAuth", in: .initial)
  }

  @Test func whatItSealsItOpens() throws {
    let vault = try vault(try key("one", 1))
    let sealed = try sealed(vault)
    #expect(sealed.key == "one")
    #expect(try vault.open(sealed, of: .numbered(1), type: "jwtAuth", in: .initial) == Self.secrets)
  }

  @Test func theSameSecretsNeverLookTheSame() throws {
    let vault = try vault(try key("one", 1))
    let (first, second) = (try sealed(vault), try sealed(vault))
    #expect(first.bytes != second.bytes)
    #expect(!String(decoding: first.bytes, as: UTF8.self).contains("canary"))
  }

  @Test func itOpensForNoOtherCredentialTypeOrWorkspace() throws {
    let vault = try vault(try key("one", 1))
    let sealed = try sealed(vault)
    for (id, type, workspace) in [
      (2, "jwtAuth", WorkspaceID.initial), (1, "totpApi", .initial), (1, "jwtAuth", .numbered(7)),
    ] {
      #expect(throws: CredentialCipherError.self) {
        try vault.open(sealed, of: .numbered(id), type: type, in: workspace)
      }
    }
  }

  @Test func oneBitIsEnoughToBeNoticed() throws {
    let vault = try vault(try key("one", 1))
    let sealed = try sealed(vault)
    for place in sealed.bytes.indices {
      var bytes = sealed.bytes
      bytes[place] ^= 1
      #expect(throws: CredentialCipherError.self) {
        try vault.open(
          SealedSecrets(key: "one", bytes: bytes), of: .numbered(1), type: "jwtAuth", in: .initial)
      }
    }
    #expect(throws: CredentialCipherError.self) {
      try vault.open(SealedSecrets(key: "one", bytes: []), of: .numbered(1), type: "jwtAuth", in: .initial)
    }
  }

  @Test func olderKeysOpenAndTheFirstSeals() throws {
    let before = try vault(try key("one", 1))
    let during = try vault(try key("two", 2), try key("one", 1))
    let after = try vault(try key("two", 2))
    let old = try sealed(before)
    #expect(during.currentKey == "two")
    #expect(try during.open(old, of: .numbered(1), type: "jwtAuth", in: .initial) == Self.secrets)
    let new = try sealed(during)
    #expect(try after.open(new, of: .numbered(1), type: "jwtAuth", in: .initial) == Self.secrets)
    let error = #expect(throws: CredentialCipherError.self) {
      try after.open(old, of: .numbered(1), type: "jwtAuth", in: .initial)
    }
    #expect(error?.message.contains("'one'") == true)
  }

  @Test func anotherKeyOfTheSameNameOpensNothing() throws {
    let old = try sealed(try vault(try key("one", 1)))
    let error = #expect(throws: CredentialCipherError.self) {
      try vault(try key("one", 2)).open(old, of: .numbered(1), type: "jwtAuth", in: .initial)
    }
    #expect(error?.message.contains("another one of that name") == true)
  }

  @Test func aFingerprintIsKnownAgainByTheSameKeyOnly() throws {
    let (one, two) = (try vault(try key("one", 1)), try vault(try key("two", 2)))
    #expect(one.fingerprint(of: [1]) == one.fingerprint(of: [1]))
    #expect(one.fingerprint(of: [1]) != one.fingerprint(of: [2]))
    #expect(one.fingerprint(of: [1]) != two.fingerprint(of: [1]))
  }

  @Test func madeKeysAreNamedAfterTheDayAndDiffer() throws {
    let day = Timestamp(milliseconds: 0)
    let (first, second) = (NamedKey(at: day), NamedKey(at: day))
    #expect(first.id.hasPrefix("1970-01-01-") && first.id != second.id)
    #expect(NamedKey(first.text)?.text == first.text)
  }

  @Test func withoutAKeyThereIsNoVault() { #expect(CredentialVault([]) == nil) }
}

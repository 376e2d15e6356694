import JobsprintAccess
import JobsprintDomain
import Testing

@Suite struct TransitVaultTests {
  private let bytes = Array("canary \u{0} é".utf8)

  private func key(_ id: String, _ first: UInt8) throws -> NamedKey {
    try #require(NamedKey("\(id):\((0..<32).map { $0 &+ first }.hexadecimalText)"))
  }

  @Test func whatItSealsItOpensAsTheSameAlone() throws {
    let vault = try #require(TransitVault([try key("one", 1)]))
    let sealed = try #require(vault.seal(bytes, as: "a"))
    #expect(vault.open(sealed, as: "a") == bytes)
    #expect(vault.open(sealed, as: "b") == nil)
    #expect(!String(decoding: sealed, as: UTF8.self).contains("canary"))
    #expect(vault.seal(bytes, as: "a") != sealed)
  }

  @Test func whatIsChangedOrForeignDoesNotOpen() throws {
    let vault = try #require(TransitVault([try key("one", 1)]))
    let sealed = try #require(vault.seal(bytes, as: "a"))
    for place in sealed.indices {
      var changed = sealed
      changed[place] ^= 1
      #expect(vault.open(changed, as: "a") == nil)
    }
    for wrong in [[], Array(sealed.dropLast()), [UInt8](repeating: 0, count: 28)] {
      #expect(vault.open(wrong, as: "a") == nil)
    }
    let other = try #require(TransitVault([try key("one", 2)]))
    #expect(other.open(sealed, as: "a") == nil)
  }

  @Test func theKeyBeforeStillOpens() throws {
    let before = try #require(TransitVault([try key("one", 1)]))
    let sealed = try #require(before.seal(bytes, as: "a"))
    let after = try #require(TransitVault([try key("two", 2), try key("one", 1)]))
    #expect(after.open(sealed, as: "a") == bytes)
    #expect(TransitVault([]) == nil)
  }
}

import JobsprintDomain
import JobsprintNodes
import JobsprintPorts
import JobsprintTesting
import OpenSSL
import Testing

@Suite struct BuiltInCredentialsTests {
  private let library = CredentialLibrary(BuiltInCredentials.all)

  private func verdict(_ name: String, _ secrets: JSONObject) throws -> CredentialType.Verdict {
    let type = try #require(library[name])
    #expect(type.issues(of: secrets) == [])
    var all = type.defaults
    all.merge(secrets)
    return type.verdict(on: all, at: .seconds(1_640_000_000))
  }

  private func isGood(_ verdict: CredentialType.Verdict) -> Bool {
    if case .good = verdict { true } else { false }
  }

  @Test func namesAreThereOnce() {
    #expect(Set(library.types.map(\.name)).count == BuiltInCredentials.all.count)
    #expect(library["jwtAuth"] != nil && library["none"] == nil)
  }

  @Test func everyNodeNamesTypesThatThereAre() {
    for node in BuiltInNodes.all() {
      for name in node.description.credentials { #expect(library[name] != nil, "\(node.description.type)") }
    }
  }

  @Test(
    arguments: [
      ("jwtAuth", ["secret": "baz"], true), ("jwtAuth", ["secret": "baz", "algorithm": "RS256"], false),
      ("jwtAuth", ["keyType": "pemKey"], false), ("jwtAuth", ["keyType": "pemKey", "privateKey": "x"], false),
      ("totpApi", ["secret": "BVDRSBXQB2ZEL5HE"], true), ("totpApi", ["secret": "0189"], false),
      ("httpCustomAuth", ["json": "{}"], true), ("httpCustomAuth", ["json": "[]"], false),
      ("crypto", ["hmacSecret": "s"], true), ("crypto", ["signPrivateKey": "x"], false),
      ("httpBearerAuth", ["token": "t"], false),
    ] as [(String, JSONObject, Bool)])
  func theyAreTriedWithoutAskingAnybody(name: String, secrets: JSONObject, good: Bool) throws {
    #expect(isGood(try verdict(name, secrets)) == good)
  }

  @Test func whatIsSaidOfSecretsNeverShowsThem() throws {
    for type in library.types {
      let secrets = JSONObject(type.fields.filter(\.choices.isEmpty).map { ($0.name, .string("canary")) })
      var texts = type.issues(of: secrets).map(\.message)
      switch type.verdict(on: secrets, at: .seconds(0)) {
      case .good(let text), .bad(let text): texts.append(text)
      }
      #expect(!texts.contains { $0.contains("canary") }, "\(type.name)")
    }
  }

  @Test func secretsHaveAnEnd() throws {
    let type = try #require(library["httpBearerAuth"])
    let long: JSONObject = ["token": .string(String(repeating: "x", count: CredentialType.longestSecrets))]
    #expect(type.issues(of: long).map(\.pointer) == ["/data"])
  }
}

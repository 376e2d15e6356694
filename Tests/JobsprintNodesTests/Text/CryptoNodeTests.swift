import JobsprintDomain
import Testing

@Suite("crypto")
struct CryptoNodeTests {
  @Test func fromVersion2OnTheSecretsAreACredentials() async throws {
    let parameters = #"{"action": "hmac", "value": "test", "secret": "ignored"}"#
    let old = try await SingleNodeRun(
      type: "n8n-nodes-base.crypto", parameters: #"{"action": "hmac", "value": "test", "secret": "key"}"#
    ).value()
    let secrets: [String: JSONObject] = ["crypto": ["hmacSecret": "key"]]
    let new = SingleNodeRun(
      type: "n8n-nodes-base.crypto", version: 2, parameters: parameters, secrets: secrets)
    #expect(try await new.value() == old)
    let without = SingleNodeRun(type: "n8n-nodes-base.crypto", version: 2, parameters: parameters)
    #expect(try await without.failure()?.message.contains("needs a credential") == true)
    let empty = SingleNodeRun(
      type: "n8n-nodes-base.crypto", version: 2, parameters: parameters, secrets: ["crypto": [:]])
    #expect(try await empty.failure()?.message.contains("has no 'hmacSecret'") == true)
    // What needs no secret needs no credential.
    let hash = SingleNodeRun(type: "n8n-nodes-base.crypto", version: 2, parameters: #"{"value": "test"}"#)
    #expect(try await hash.failure() == nil)
  }

  private func run(_ parameters: String, _ items: String = "{}") async throws -> JSONValue? {
    try await SingleNodeRun(type: "n8n-nodes-base.crypto", parameters: parameters).value("data", items)
  }

  @Test(arguments: [
    ("MD5", "098f6bcd4621d373cade4e832627b4f6"), ("SHA1", "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"),
    ("SHA3-256", "36f028580bb02cc8272a9a020f4200e346e276ae664e45ee80745574e2f5ab80"),
  ])
  func hashesText(algorithm: String, expected: String) async throws {
    #expect(try await run(#"{"value": "test", "type": "\#(algorithm)"}"#) == .string(expected))
  }

  @Test(arguments: ["SHA256", "SHA384", "SHA512", "SHA3-384", "SHA3-512"])
  func knowsAllAlgorithms(algorithm: String) async throws {
    #expect(try await run(#"{"value": "test", "type": "\#(algorithm)"}"#) != nil)
  }

  @Test func authenticatesWithASecret() async throws {
    #expect(
      try await run(#"{"action": "hmac", "value": "test", "secret": "key"}"#)
        == "1d4a2743c056e467ff3f09c9af31de7e")
  }

  @Test func anEmptySecretIsAKeyToo() async throws {
    #expect(try await run(#"{"action": "hmac", "value": ""}"#) == "74e6f7298a9c2d168935f58c001bad88")
  }

  @Test func hashesAFile() async throws {
    let item = #"{"json": {}, "binary": {"data": {"data": "dGVzdA==", "mimeType": "text/plain"}}}"#
    #expect(try await run(#"{"binaryData": true}"#, item) == "098f6bcd4621d373cade4e832627b4f6")
  }

  @Test func signsWithThePrivateKey() async throws {
    let key = JSONValue.string(TestKeys.rsaPrivate).jsonText
    #expect(
      try await run(#"{"action": "sign", "value": "test", "encoding": "base64", "privateKey": \#(key)}"#)
        == """
        TcKcDew5BcfvzZrLxS/vNoeO9vjFAedWkJAoD+qaK4aSP43OiFqdqVlwcf4pLwGoiXfYLBSNYhaUit8/2pkyjC4z+MgdHxuvrkGeUQJWMx7\
        VxiffRWxPgCIb9ojGy8K2I0dxbHsTF4QwUBk1EpDwgcb3YVT8EJsAmlueGsNMixY=
        """)
  }

  @Test(arguments: [("hex", 7), ("base64", 20), ("ascii", 5)])
  func generatesTextOfTheLengthAskedFor(kind: String, length: Int) async throws {
    let value = try await run(#"{"action": "generate", "encodingType": "\#(kind)", "stringLength": \#(length)}"#)
    #expect(value?.stringValue?.unicodeScalars.count == length)
  }

  @Test func generatesUUIDsOfVersion4() async throws {
    let value = try #require(try await run(#"{"action": "generate"}"#)?.stringValue)
    #expect(value.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
  }

  @Test func theResultKeepsTheItemsFields() async throws {
    let node = SingleNodeRun(
      type: "n8n-nodes-base.crypto", parameters: #"{"value": "={{ $json.a }}", "dataPropertyName": "hash.md5"}"#)
    #expect(
      try await node.json(#"{"a": "test"}"#) == [["a": "test", "hash": ["md5": "098f6bcd4621d373cade4e832627b4f6"]]])
  }

  @Test(arguments: [
    (#"{"value": "x", "type": "MD17"}"#, "The parameter 'type'"),
    (#"{"action": "sign", "value": "x", "privateKey": "no key"}"#, "The value can't be calculated"),
    (#"{"action": "hash", "binaryData": true}"#, "contain a binary file 'data'"),
    (#"{"action": "generate", "encodingType": "hex", "stringLength": 1e300}"#, "The length must be"),
    (#"{"action": "dance"}"#, "The parameter 'action'"),
  ])
  func badInputIsAnErrorThatNamesIt(parameters: String, expected: String) async throws {
    let error = try await SingleNodeRun(type: "n8n-nodes-base.crypto", parameters: parameters).failure()
    #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
    #expect(error?.item == 0)
  }

  @Test func aFailedItemGoesOnAsItsError() async throws {
    let node = SingleNodeRun(
      type: "n8n-nodes-base.crypto", parameters: #"{"value": "test", "type": "={{ $json.type }}"}"#,
      onError: .continueRegularOutput)
    let items = try await node.json(#"[{"type": "MD5"}, {"type": "none"}]"#)
    #expect(items[0]?["data"] == "098f6bcd4621d373cade4e832627b4f6")
    #expect(items[1]?["error"]?.stringValue?.contains("'none'") == true)
  }
}

import JobsprintDomain
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(2))) struct CredentialTests {
  private static let secret = "canary-5f1d9c"

  private static func body(_ data: JSONValue = ["secret": .string(secret)], type: String = "jwtAuth") -> JSONValue {
    ["name": "Signer", "type": .string(type), "data": data]
  }

  @Test func noAnswerHasTheSecrets() async throws {
    try await TestServer.running { server in
      let made = try await server.post("/credentials", Self.body())
      let id = try made.id
      #expect(made.status == 200 && made.json["type"] == "jwtAuth")
      let answers = [
        made, try await server.get("/credentials"), try await server.get("/credentials/\(id)"),
        try await server.patch("/credentials/\(id)", ["name": "Renamed"]),
        try await server.patch("/credentials/\(id)", ["data": ["algorithm": "HS512"], "isPartialData": true]),
        try await server.post("/credentials/\(id)/test"), try await server.get("/audit-logs"),
        try await server.delete("/credentials/\(id)"),
      ]
      for answer in answers {
        #expect(answer.status == 200)
        #expect(!String(decoding: answer.bytes, as: UTF8.self).contains(Self.secret))
      }
      #expect(try await server.get("/credentials/\(id)").code == "credential_not_found")
    }
  }

  @Test func aListSaysWhoseTheyAre() async throws {
    try await TestServer.running { server in
      _ = try await server.post("/credentials", Self.body())
      let listed = try await server.get("/credentials").json["data"]?[0]
      #expect(listed?["shared"]?[0]?["id"] == .string("\(WorkspaceID.initial)"))
      #expect(listed?["shared"]?[0]?["role"] == "credential:owner")
    }
  }

  @Test func aChangeKeepsWhatItDoesNotName() async throws {
    try await TestServer.running { server in
      let id = try await server.post("/credentials", Self.body()).id
      func verdict() async throws -> JSONValue? { try await server.post("/credentials/\(id)/test").json["message"] }
      #expect(try await verdict() == "A token was signed with HS256 and verified.")
      _ = try await server.patch("/credentials/\(id)", ["data": ["algorithm": "HS512"], "isPartialData": true])
      #expect(try await verdict() == "A token was signed with HS512 and verified.")
      // Without the partial, all of it is replaced, and the passphrase is missing.
      let whole = try await server.patch("/credentials/\(id)", ["data": ["algorithm": "HS384"]])
      #expect(whole.code == "credential_malformed" && whole.json["errors"]?[0]?["pointer"] == "/data/secret")
      let other = try await server.patch("/credentials/\(id)", ["type": "totpApi"])
      #expect(other.code == "credential_malformed")
      let both = try await server.patch(
        "/credentials/\(id)",
        ["type": "totpApi", "data": ["secret": "GEZDGNBVGY3TQOJQ"], "allowedHosts": ["A.example"]])
      #expect(both.json["type"] == "totpApi" && both.json["allowedHosts"] == ["a.example"])
      #expect(try await server.post("/credentials/\(id)/test").json["status"] == "OK")
    }
  }

  @Test(
    arguments: [
      (["secret": ["a"]], "jwtAuth", "/data/secret"), ([:], "jwtAuth", "/data/secret"),
      (["secret": "s", "algorithm": "none"], "jwtAuth", "/data/algorithm"),
      (["secret": "s", "other": "x"], "jwtAuth", "/data/other"), (["user": "u"], "no such type", "/type"),
      (["value": "v"], "httpHeaderAuth", "/data/name"),
    ] as [(JSONValue, String, String)])
  func whatDoesNotFitItsTypeIsRefused(data: JSONValue, type: String, pointer: String) async throws {
    try await TestServer.running { server in
      let answer = try await server.post("/credentials", Self.body(data, type: type))
      #expect(answer.status == 400 && answer.code == "credential_malformed")
      #expect(answer.json["errors"]?.arrayValue?.map { $0["pointer"]?.stringValue } == [pointer])
      #expect(try await server.get("/credentials").json["data"] == [])
    }
  }

  @Test(
    arguments: [
      ["allowedHosts": ["http://a"]], ["allowedHosts": "a"], ["isGlobal": true], ["isResolvable": true],
      ["name": ""], ["data": []], ["color": "blue"], ["projectId": "other"],
    ] as [JSONObject])
  func whatCanNotBeMeantIsRefused(_ members: JSONObject) async throws {
    try await TestServer.running { server in
      var body = try #require(Self.body().objectValue)
      body.merge(members)
      #expect((400..<405).contains(try await server.post("/credentials", .object(body)).status))
    }
  }

  @Test func aRequestThatComesTwiceMakesOneAndAnotherSecretIsAnotherRequest() async throws {
    try await TestServer.running { server in
      let headers: HTTPHeaders = ["Idempotency-Key": "one"]
      let first = try await server.post("/credentials", Self.body(), headers: headers)
      let second = try await server.post("/credentials", Self.body(), headers: headers)
      #expect(second.json == first.json && second.headers["Idempotency-Replayed"] == ["true"])
      let other = try await server.post("/credentials", Self.body(["secret": "other"]), headers: headers)
      #expect(other.code == "idempotency_key_reused")
    }
  }

  @Test func typesSayWhatTheyNeed() async throws {
    try await TestServer.running { server in
      let schema = try await server.get("/credentials/schema/jwtAuth").json
      #expect(schema["properties"]?["keyType"]?["enum"] == ["passphrase", "pemKey"])
      #expect(schema["allOf"]?[0]?["then"] == ["allOf": [["required": ["secret"]]]])
      #expect(try await server.get("/credentials/schema/httpBasicAuth").json["required"] == ["user"])
      #expect(try await server.get("/credentials/schema/none").code == "credential_type_not_found")
    }
  }

  @Test func whatOnlyTheOtherSideKnowsIsNotCalledGood() async throws {
    try await TestServer.running { server in
      let id = try await server.post("/credentials", Self.body(["token": "t"], type: "httpBearerAuth")).id
      let verdict = try await server.post("/credentials/\(id)/test").json
      #expect(verdict["status"] == "Error")
      #expect(verdict["message"]?.stringValue?.contains("Nothing was sent") == true)
    }
  }

  @Test func aNodeUsesItsCredentialAndTheUseIsOnRecord() async throws {
    try await TestServer.running { server in
      let id = try await server.post("/credentials", Self.body()).id
      var document = try #require(
        TestServer.document([
          ("Start", "n8n-nodes-base.manualTrigger", [:]),
          ("Sign", "n8n-nodes-base.jwt", ["claims": ["subject": "me"]]),
        ]).objectValue)
      var nodes = document["nodes"]?.arrayValue ?? []
      var sign = try #require(nodes[1].objectValue)
      sign["credentials"] = ["jwtAuth": ["id": .string(id), "name": "Signer"]]
      nodes[1] = .object(sign)
      document["nodes"] = .array(nodes)
      let workflow = try await server.post("/workflows", .object(document)).id
      let execution = try await server.post("/workflows/\(workflow)/execute?wait=30").id
      let data = try await server.get("/executions/\(execution)?includeData=true")
      #expect(data.json["status"] == "success")
      let text = String(decoding: data.bytes, as: UTF8.self)
      #expect(text.contains("eyJ") && !text.contains(Self.secret))
      let uses = try await server.get("/audit-logs?action=credential.used").json["data"]?.arrayValue ?? []
      #expect(uses.map { $0["subjectId"]?.stringValue } == [id])
      #expect(uses.first?["details"]?["execution"]?.stringValue == execution)
    }
  }
}

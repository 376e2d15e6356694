import JobsprintDomain
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(2))) struct VariableTests {
  private static func body(_ key: String, _ value: String) -> JSONValue {
    ["key": .string(key), "value": .string(value)]
  }

  @Test func variablesAreMadeListedChangedAndDeleted() async throws {
    try await TestServer.running { server in
      let made = try await server.post("/variables", Self.body("region", "eu"))
      #expect(made.status == 201 && made.json["type"] == "string")
      _ = try await server.post("/variables", Self.body("empty", ""))
      #expect(try await server.post("/variables", Self.body("region", "x")).code == "name_taken")
      let listed = try await server.get("/variables").json["data"]?.arrayValue ?? []
      #expect(listed.map { $0["key"] } == ["region", "empty"])
      let empty = try await server.get("/variables?state=empty").json["data"]?.arrayValue ?? []
      #expect(empty.map { $0["key"] } == ["empty"])
      let first = try await server.get("/variables?limit=1")
      let cursor = try #require(first.json["nextCursor"]?.stringValue)
      #expect(try await server.get("/variables?limit=1&cursor=\(cursor)").json["data"]?[0]?["key"] == "empty")
      // Clients send back what they got.
      var changed = try #require(listed[0].objectValue)
      changed["value"] = "us"
      let id = try made.id
      #expect(try await server.put("/variables/\(id)", .object(changed)).status == 204)
      #expect(try await server.get("/variables").json["data"]?[0]?["value"] == "us")
      #expect(try await server.put("/variables/\(id)", Self.body("empty", "")).code == "name_taken")
      #expect(try await server.delete("/variables/\(id)").status == 204)
      #expect(try await server.delete("/variables/\(id)").code == "variable_not_found")
      #expect(try await server.put("/variables/\(id)", Self.body("a", "")).code == "variable_not_found")
    }
  }

  @Test func aRequestThatComesTwiceMakesOne() async throws {
    try await TestServer.running { server in
      let headers: HTTPHeaders = ["Idempotency-Key": "one"]
      let first = try await server.post("/variables", Self.body("a", "1"), headers: headers)
      let second = try await server.post("/variables", Self.body("a", "1"), headers: headers)
      #expect(second.status == 201 && second.json == first.json)
      #expect(
        try await server.post("/variables", Self.body("a", "2"), headers: headers).code == "idempotency_key_reused")
    }
  }

  @Test func atTheLimitARequestThatComesTwiceIsAnsweredAllTheSame() async throws {
    try await TestServer.running { server in
      let headers: HTTPHeaders = ["Idempotency-Key": "last"]
      for number in 1...999 {
        #expect(try await server.post("/variables", Self.body("v\(number)", "x")).status == 201)
      }
      let last = try await server.post("/variables", Self.body("last", "x"), headers: headers)
      #expect(last.status == 201)
      #expect(try await server.post("/variables", Self.body("more", "x")).code == "too_many_variables")
      let again = try await server.post("/variables", Self.body("last", "x"), headers: headers)
      #expect(again.status == 201 && again.json == last.json)
    }
  }

  @Test(arguments: [
    ("", "x"), ("with space", "x"), ("ä", "x"), (String(repeating: "k", count: 51), "x"),
    ("k", String(repeating: "v", count: 1001)),
  ])
  func whatIsNoVariableIsRefused(key: String, value: String) async throws {
    try await TestServer.running { server in
      let refused = try await server.post("/variables", Self.body(key, value))
      #expect(refused.code == "body_malformed")
      #expect(try await server.get("/variables").json["data"] == [])
    }
  }

  @Test func aProjectIsTheWorkspaceOrNone() async throws {
    try await TestServer.running { server in
      let own = "\(WorkspaceID.initial)"
      var body = try #require(Self.body("a", "1").objectValue)
      body["projectId"] = .string(own)
      #expect(try await server.post("/variables", .object(body)).status == 201)
      #expect(try await server.get("/variables?projectId=\(own)").json["data"]?.arrayValue?.count == 1)
      #expect(try await server.get("/variables?projectId=other").json["data"] == [])
      body["key"] = "b"
      body["projectId"] = "other"
      #expect(try await server.post("/variables", .object(body)).code == "workspace_not_found")
    }
  }

  @Test func executionsReadThemAsTheyAreWhenTheyBegin() async throws {
    try await TestServer.running { server in
      let id = try await server.post("/variables", Self.body("region", "eu")).id
      let workflow = try await server.store([
        ("Start", "n8n-nodes-base.manualTrigger", [:]),
        (
          "Set", "n8n-nodes-base.set",
          ["values": ["string": [["name": "region", "value": "={{ $vars.region + '/' + $vars.none }}"]]]]
        ),
      ])
      func region() async throws -> JSONValue? {
        let answer = try await server.post("/workflows/\(workflow)/execute?wait=30&includeData=true")
        let data = try await server.get("/executions/\(try answer.id)?includeData=true")
        return data.json["data"]?["resultData"]?["runData"]?["Set"]?[0]?["data"]?["main"]?[0]?[0]?["json"]?["region"]
      }
      #expect(try await region() == "eu/undefined")
      _ = try await server.put("/variables/\(id)", Self.body("region", "us"))
      #expect(try await region() == "us/undefined")
    }
  }
}

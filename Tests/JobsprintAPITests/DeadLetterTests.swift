import JobsprintDomain
import JobsprintTesting
import NIOHTTP1
import Testing

/// Executions that could not be done, over HTTP. (Other workspaces: TenantTests. Scopes: APIKeyTests.)
@Suite(.timeLimit(.minutes(2))) struct DeadLetterTests {
  /// An execution that has died.
  private func dead(_ server: TestServer, _ name: String = "doomed") async throws -> (id: String, workflow: String) {
    let workflow = try await server.post("/workflows", TestServer.doomed(name: name)).id
    let ended = try await server.post("/workflows/\(workflow)/execute?wait=30")
    #expect(ended.json["status"] == "error")
    return (try ended.id, workflow)
  }

  private func ids(_ server: TestServer, _ query: String = "") async throws -> [String] {
    let answer = try await server.get("/dead-letters" + query)
    #expect(answer.status == 200)
    return (answer.json["data"]?.arrayValue ?? []).compactMap { $0["executionId"]?.stringValue }
  }

  @Test func aLetterTellsWhyTheExecutionCouldNotBeDone() async throws {
    try await TestServer.running { server in
      let (id, workflow) = try await dead(server)
      let letter = try await server.get("/dead-letters/\(id)").json
      #expect(letter["executionId"]?.stringValue == id && letter["workflowId"]?.stringValue == workflow)
      #expect(letter["reason"] == "attempts_exhausted" && letter["status"] == "open")
      #expect(letter["error"]?["message"] == "no" && letter["lastNodeExecuted"] == "Stop")
      #expect(letter["redrivenAs"] == .null && letter["settledAt"] == .null)
      #expect(try await server.get("/executions/\(id)").json["stoppedAt"] == letter["diedAt"])
    }
  }

  @Test func whatFailsWithoutAPolicyIsNoDeadLetter() async throws {
    try await TestServer.running { server in
      let workflow = try await server.store([
        ("Start", "n8n-nodes-base.manualTrigger", [:]),
        ("Stop", "n8n-nodes-base.stopAndError", ["errorMessage": "no"]),
      ])
      let id = try await server.post("/workflows/\(workflow)/execute?wait=30").id
      let answer = try await server.get("/dead-letters/\(id)")
      #expect(answer.status == 404 && answer.code == "dead_letter_not_found")
      #expect(try await server.get("/dead-letters/nonsense").code == "not_found")
    }
  }

  @Test func attemptsArePausedAndCounted() async throws {
    try await TestServer.running { server in
      var document = TestServer.doomed(name: "three").objectValue ?? [:]
      document["settings"] = ["retryPolicy": ["attempts": 3, "backoffSeconds": 0.02]]
      let workflow = try await server.post("/workflows", .object(document)).id
      let id = try await server.post("/workflows/\(workflow)/execute?wait=60").id
      let execution = try await server.get("/executions/\(id)?includeData=true").json
      #expect(execution["status"] == "error")
      let runs = execution["data"]?["resultData"]?["runData"]?["Stop"]?.arrayValue
      #expect(runs?.count == 1 && runs?.first?["journal"]?["attempt"] == 3)
      #expect(try await server.get("/dead-letters/\(id)").json["reason"] == "attempts_exhausted")
    }
  }

  @Test func aPolicyThatCantBeMeantIsWarnedOf() async throws {
    try await TestServer.running { server in
      var document = TestServer.doomed(name: "odd").objectValue ?? [:]
      document["settings"] = ["retryPolicy": ["attempts": 99]]
      let answer = try await server.post("/workflows", .object(document))
      #expect(answer.status == 200)
      let warning = answer.json["warnings"]?.arrayValue?.first { $0["code"] == "retry_policy_doubtful" }
      #expect(warning?["pointer"] == "/settings/retryPolicy/attempts")
    }
  }

  @Test func lettersAreFilteredAndPaged() async throws {
    try await TestServer.running { server in
      let (first, workflow) = try await dead(server, "first")
      let (second, _) = try await dead(server, "second")
      #expect(try await ids(server) == [second, first])
      #expect(try await ids(server, "?workflowId=\(workflow)") == [first])
      #expect(try await ids(server, "?reason=attempts_exhausted") == [second, first])
      #expect(try await ids(server, "?reason=cannot_run") == [])
      #expect(try await server.delete("/dead-letters/\(second)").status == 200)
      #expect(try await ids(server) == [first])
      #expect(try await ids(server, "?status=discarded") == [second])
      #expect(try await ids(server, "?status=all") == [second, first])
      let page = try await server.get("/dead-letters?status=all&limit=1").json
      let cursor = try #require(page["nextCursor"]?.stringValue)
      #expect(try await ids(server, "?status=all&limit=1&cursor=\(cursor)") == [first])
      for query in ["?status=x", "?reason=x", "?workflowId=x", "?limit=0", "?cursor=x"] {
        #expect(try await server.get("/dead-letters\(query)").code == "parameter_invalid", "\(query)")
      }
    }
  }

  @Test func aRedriveAnswersWithTheNewExecutionEachTime() async throws {
    try await TestServer.running { server in
      let (id, _) = try await dead(server)
      let answer = try await server.post("/dead-letters/\(id)/redrive", ["from": "start", "loadWorkflow": true])
      #expect(answer.status == 200)
      #expect(answer.json["retryOf"]?.stringValue == id && answer.json["mode"] == "retry")
      #expect(try answer.headers["Location"].first == "/api/v1/executions/\(answer.id)")
      #expect(try await server.post("/dead-letters/\(id)/redrive").id == answer.id)
      let letter = try await server.get("/dead-letters/\(id)").json
      #expect(try letter["status"] == "redriven" && letter["redrivenAs"]?.stringValue == answer.id)
      #expect(try await server.delete("/dead-letters/\(id)").code == "dead_letter_settled")
    }
  }

  @Test func aDiscardedLetterStaysAndIsNotRedriven() async throws {
    try await TestServer.running { server in
      let (id, _) = try await dead(server)
      for _ in 0..<2 { #expect(try await server.delete("/dead-letters/\(id)").json["status"] == "discarded") }
      let answer = try await server.post("/dead-letters/\(id)/redrive")
      #expect(answer.status == 409 && answer.code == "dead_letter_settled")
      #expect(try await server.get("/dead-letters/\(id)").json["status"] == "discarded")
    }
  }

  @Test func manyAreRedrivenWithAResultEach() async throws {
    try await TestServer.running { server in
      let (first, workflow) = try await dead(server, "first")
      let (second, archived) = try await dead(server, "second")
      let (third, _) = try await dead(server, "third")
      _ = try await server.post("/workflows/\(archived)/archive")
      let filtered = try await server.post(
        "/dead-letters/redrive", ["workflowId": .string(workflow), "from": "failedNode"])
      #expect(filtered.status == 200)
      #expect(filtered.json["redriven"] == 1 && filtered.json["failed"] == 0)
      #expect(filtered.json["results"]?[0]?["executionId"]?.stringValue == first)
      let named = try await server.post("/dead-letters/redrive", ["ids": [.string(second), .string(third)]]).json
      #expect(named["redriven"] == 1 && named["failed"] == 1)
      #expect(named["results"]?[0]?["code"] == "workflow_archived")
      #expect(named["results"]?[1]?["redrivenAs"]?.stringValue != nil)
      let all = try await server.post(
        "/dead-letters/redrive", ["all": true, "reason": "cannot_run", "limit": 1, "cursor": .null]
      ).json
      #expect(all["redriven"] == 0 && all["nextCursor"] == .null)
    }
  }

  @Test func whatToRedriveHasToBeSaid() async throws {
    try await TestServer.running { server in
      let (id, _) = try await dead(server)
      let bodies: [(JSONValue, String)] = [
        ([:], ""), (["all": false], ""), (["all": 1], "/all"), (["ids": []], "/ids"), (["ids": ["x"]], "/ids/0"),
        (["ids": [.string(id)], "limit": 1], "/limit"), (["workflowId": "x"], "/workflowId"),
        (["reason": "x"], "/reason"), (["all": true, "limit": 0], "/limit"), (["all": true, "cursor": 1], "/cursor"),
        (["all": true, "from": "x"], "/from"), (["all": true, "loadWorkflow": 1], "/loadWorkflow"),
      ]
      for (body, pointer) in bodies {
        let answer = try await server.post("/dead-letters/redrive", body)
        #expect(answer.status == 400 && answer.json["errors"]?[0]?["pointer"]?.stringValue == pointer, "\(body)")
      }
      #expect(try await server.post("/dead-letters/redrive", ["all": true, "more": 1]).code == "unknown_field")
      #expect(try await server.post("/dead-letters/\(id)/redrive", ["from": "x"]).status == 400)
      #expect(try await ids(server) == [id], "nothing was redriven")
    }
  }

  @Test func aRequestThatComesTwiceRedrivesTheSameLetters() async throws {
    try await TestServer.running { server in
      var dead: [String] = []
      for name in ["a", "b", "c"] { dead.append(try await self.dead(server, name).id) }
      let headers: HTTPHeaders = ["Idempotency-Key": "one"]
      let body: JSONValue = ["all": true, "limit": 2]
      let first = try await server.post("/dead-letters/redrive", body, headers: headers)
      let second = try await server.post("/dead-letters/redrive", body, headers: headers)
      #expect(first.json["redriven"] == 2 && second.json == first.json)
      #expect(first.headers["Idempotency-Replayed"] == [] && second.headers["Idempotency-Replayed"] == ["true"])
      // Those that were redriven have died again; of the three the oldest is as it was.
      #expect(try await server.get("/dead-letters/\(dead[0])").json["status"] == "open")
      #expect(
        try await server.post("/dead-letters/redrive", ["all": true], headers: headers).code
          == "idempotency_key_reused")
      let alone: HTTPHeaders = ["Idempotency-Key": "two"]
      let once = try await server.post("/dead-letters/\(dead[0])/redrive", headers: alone)
      let again = try await server.post("/dead-letters/\(dead[0])/redrive", headers: alone)
      #expect(once.status == 200 && again.headers["Idempotency-Replayed"] == ["true"])
      #expect(try again.id == once.id)
      #expect(
        try await server.post("/dead-letters/\(dead[0])/redrive", ["from": "start"], headers: alone).code
          == "idempotency_key_reused")
      let unknown = "/dead-letters/\(ExecutionID.numbered(9))/redrive"
      for _ in 0..<2 {
        #expect(
          try await server.post(unknown, headers: ["Idempotency-Key": "three"]).code == "dead_letter_not_found")
      }
    }
  }

  @Test func lettersAreListedInBothOrders() async throws {
    try await TestServer.running { server in
      let (first, second) = (try await dead(server, "a").id, try await dead(server, "b").id)
      #expect(try await ids(server) == [second, first])
      #expect(try await ids(server, "?sort=createdAt:asc") == [first, second])
    }
  }
}

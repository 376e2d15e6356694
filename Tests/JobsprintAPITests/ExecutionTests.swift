import JobsprintDomain
import NIOHTTP1
import Testing

struct ExecutionTests {
  private static let start: (String, String, JSONObject) = ("Start", "n8n-nodes-base.manualTrigger", [:])

  @Test func anAcceptedExecutionIsReadableWithItsData() async throws {
    try await TestServer.running { server in
      let id = try await server.store([Self.start, ("Pass", "n8n-nodes-base.noOp", [:])])
      let accepted = try await server.post("/workflows/\(id)/execute", [["n": 1], ["n": 2]])
      #expect(accepted.status == 202)
      let location = try #require(accepted.headers["Location"].first)
      #expect(try location == "/api/v1/executions/\(accepted.id)")
      let ended = try await server.get("/executions/\(accepted.id)?wait=30&includeData=true").json
      #expect(ended["status"] == "success")
      #expect(ended["finished"] == true)
      let run = ended["data"]?["resultData"]?["runData"]?["Pass"]?[0]
      #expect(run?["data"]?["main"]?[0]?[1]?["json"] == ["n": 2])
      #expect(run?["source"]?[0]?["previousNode"] == "Start")
    }
  }

  @Test func aBatchIsAcceptedPieceByPiece() async throws {
    try await TestServer.running { server in
      let id = try await server.store([Self.start, ("Pass", "n8n-nodes-base.noOp", [:])])
      let good: JSONValue = ["workflowId": .string(id), "input": ["n": 1], "lane": "high"]
      let other: JSONValue = ["workflowId": .string(id), "input": [["n": 2], ["n": 3]], "destinationNode": "Start"]
      let bad: [(JSONValue, String)] = [
        (["workflowId": "x"], "not_found"), (["workflowId": .string(id), "input": 7], "input_malformed"),
        (["workflowId": .string(id), "startNode": "Nobody"], "node_not_found"),
        (["workflowId": .string(id), "more": 1], "unknown_field"),
        (["workflowId": .string(id), "lane": 1], "body_malformed"),
        (["input": 1], "body_malformed"), (7, "body_malformed"),
      ]
      let body: JSONValue = ["executions": .array([good] + bad.map(\.0) + [other])]
      let answer = try await server.post("/executions/batch", body, headers: ["Idempotency-Key": "batch"])
      #expect(answer.status == 202)
      #expect(answer.json["accepted"] == 2)
      #expect(answer.json["refused"] == .integer(Int64(bad.count)))
      let data = try #require(answer.json["data"]?.arrayValue)
      #expect(data[1...bad.count].map { $0["error"]?["code"]?.stringValue } == bad.map(\.1))
      for (place, items) in [(0, 1), (bad.count + 1, 2)] {
        let execution = try #require(data[place]["id"]?.stringValue)
        let ended = try await server.get("/executions/\(execution)?wait=30&includeData=true").json
        #expect(ended["status"] == "success")
        let run = ended["data"]?["resultData"]?["runData"]?["Start"]?[0]
        #expect(run?["data"]?["main"]?[0]?.arrayValue?.count == items)
      }
      // Sent again, it starts nothing; with one piece changed, that one is refused.
      let again = try await server.post("/executions/batch", body, headers: ["Idempotency-Key": "batch"])
      #expect(again.json == answer.json)
      let changed: JSONValue = ["executions": [other]]
      let refused = try await server.post("/executions/batch", changed, headers: ["Idempotency-Key": "batch"])
      #expect(refused.json["data"]?[0]?["error"]?["code"] == "idempotency_key_reused")
      for wrong: JSONValue in [["executions": []], ["executions": 1], [:], ["executions": [good], "x": 1]] {
        #expect(try await server.post("/executions/batch", wrong).status == 400)
      }
      let many = JSONValue.array(Array(repeating: good, count: 1001))
      #expect(try await server.post("/executions/batch", ["executions": many]).status == 400)
    }
  }

  @Test func whoWaitsGetsTheResult() async throws {
    try await TestServer.running { server in
      let id = try await server.store([Self.start, ("Pass", "n8n-nodes-base.noOp", [:])])
      let answer = try await server.post("/workflows/\(id)/execute?wait=30", ["n": 1])
      #expect(answer.status == 200)
      #expect(answer.json["status"] == "success")
      let slow = try await server.store([
        Self.start, ("Wait", "n8n-nodes-base.wait", ["amount": 1, "unit": "hours"]),
      ])
      #expect(try await server.post("/workflows/\(slow)/execute?wait=1", [:]).status == 202)
    }
  }

  @Test func whatTheOneWhoWaitsGetsIsWhatIsStored() async throws {
    try await TestServer.running { server in
      let pass = try await server.store([Self.start, ("Pass", "n8n-nodes-base.noOp", [:])])
      let fail = try await server.store([
        Self.start, ("Stop", "n8n-nodes-base.stopAndError", ["errorMessage": "out of paper"]),
      ])
      for workflow in [pass, fail] {
        let answer = try await server.post("/workflows/\(workflow)/execute?wait=30", [["n": 1], ["ö": "\u{0}"]])
        #expect(answer.status == 200)
        let stored = try await server.get("/executions/\(answer.id)?includeData=true")
        #expect(stored.json["workflowData"]?["name"] != nil)
        #expect(answer.bytes == stored.bytes)
        // A retry takes over what the first has finished.
        let retried = try await server.post("/executions/\(answer.id)/retry?wait=30")
        #expect(try await retried.bytes == server.get("/executions/\(retried.id)?includeData=true").bytes)
      }
    }
  }

  @Test func aFailureSaysWhereAndWhat() async throws {
    try await TestServer.running { server in
      let id = try await server.store([
        Self.start, ("Stop", "n8n-nodes-base.stopAndError", ["errorMessage": "out of paper"]),
      ])
      let answer = try await server.post("/workflows/\(id)/execute?wait=30", [:]).json
      #expect(answer["status"] == "error")
      #expect(answer["error"]?["message"] == "out of paper")
      #expect(answer["data"]?["resultData"]?["error"]?["message"] == "out of paper")
      #expect(answer["data"]?["resultData"]?["lastNodeExecuted"] == "Stop")
    }
  }

  @Test func anExpressionNobodyUnderstandsNamesNodeParameterAndExpression() async throws {
    try await TestServer.running { server in
      let id = try await server.store([
        Self.start, ("Stop", "n8n-nodes-base.stopAndError", ["errorMessage": "={{ $json.a + }}"]),
      ])
      let error = try await server.post("/workflows/\(id)/execute?wait=30", [:]).json["error"]?.jsonText ?? ""
      for part in ["Stop", "errorMessage", "$json.a +"] { #expect(error.contains(part)) }
    }
  }

  @Test func aRetryGoesOnFromTheFailedNodeOrFromTheStart() async throws {
    try await TestServer.running { server in
      let id = try await server.store([
        Self.start, ("Pass", "n8n-nodes-base.noOp", [:]),
        ("Stop", "n8n-nodes-base.stopAndError", ["errorMessage": "no"]),
      ])
      let failed = try await server.post("/workflows/\(id)/execute?wait=30", [:])
      let retried = try await server.post("/executions/\(failed.id)/retry?wait=30")
      #expect(try retried.json["retryOf"] == .string(failed.id))
      #expect(retried.json["mode"] == "retry")
      #expect(try await server.post("/executions/\(failed.id)/retry", ["from": "start"]).status == 200)
      #expect(try await server.post("/executions/\(failed.id)/retry", ["from": "nowhere"]).status == 400)
    }
  }

  @Test func aWaitingExecutionIsStoppedOnceAndThenDeleted() async throws {
    try await TestServer.running { server in
      let id = try await server.store([
        Self.start, ("Wait", "n8n-nodes-base.wait", ["amount": 1, "unit": "hours"]),
      ])
      let execution = try await server.post("/workflows/\(id)/execute").id
      #expect(try await server.delete("/executions/\(execution)").status == 409)
      let stopped = try await server.post("/executions/\(execution)/stop")
      #expect(stopped.json["status"] == "canceled")
      #expect(try await server.post("/executions/\(execution)/stop").code == "execution_ended")
      #expect(try await server.delete("/executions/\(execution)").status == 200)
      #expect(try await server.get("/executions/\(execution)").code == "execution_not_found")
    }
  }

  @Test func manyAreStoppedByTheirStateAndWorkflow() async throws {
    try await TestServer.running { server in
      let id = try await server.store([
        Self.start, ("Wait", "n8n-nodes-base.wait", ["amount": 1, "unit": "hours"]),
      ])
      for _ in 0..<3 { _ = try await server.post("/workflows/\(id)/execute") }
      let answer = try await server.post(
        "/executions/stop", ["status": ["queued", "running", "waiting"], "workflowId": .string(id)])
      #expect(answer.json == ["stopped": 3])
      #expect(try await server.get("/executions?status=canceled").json["data"]?.arrayValue?.count == 3)
      #expect(try await server.post("/executions/stop", ["status": ["success"]]).status == 400)
    }
  }

  @Test func listsAreFilteredByStateAndWorkflow() async throws {
    try await TestServer.running { server in
      let one = try await server.store([Self.start])
      let other = try await server.store([Self.start])
      for id in [one, one, other] { _ = try await server.post("/workflows/\(id)/execute?wait=30") }
      #expect(try await server.get("/executions?workflowId=\(one)").json["data"]?.arrayValue?.count == 2)
      let full = try await server.get("/executions?status=success&includeData=true&limit=2").json
      #expect(full["data"]?.arrayValue?.count == 2)
      #expect(full["data"]?[0]?["data"]?["resultData"]?["runData"]?["Start"] != nil)
      #expect(full["nextCursor"]?.stringValue != nil)
      #expect(try await server.get("/executions?status=unheard").code == "parameter_invalid")
    }
  }

  @Test func listsAreWalkedInEitherOrderAndCutByTime() async throws {
    try await TestServer.running { server in
      let workflow = try await server.store([Self.start])
      var ids: [String] = []
      for _ in 0..<3 { ids.append(try await server.post("/workflows/\(workflow)/execute?wait=30").id) }
      func list(_ query: String) async throws -> (ids: [String], next: String?) {
        let page = try await server.get("/executions?\(query)")
        #expect(page.status == 200)
        return (
          (page.json["data"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue },
          page.json["nextCursor"]?.stringValue
        )
      }
      #expect(try await list("sort=createdAt:desc").ids == ids.reversed())
      let first = try await list("sort=createdAt:asc&limit=2")
      #expect(first.ids == Array(ids.prefix(2)))
      let next = try #require(first.next)
      #expect(try await list("sort=createdAt:asc&limit=2&cursor=\(next)") == ([ids[2]], nil))
      #expect(try await server.get("/workflows?sort=createdAt:asc").json["data"]?.arrayValue?.count == 1)
      #expect(try await server.get("/executions?sort=name").code == "parameter_invalid")
      let second = try #require(try await server.get("/executions/\(ids[1])").json["createdAt"]?.stringValue)
      let after = try await list("startedAfter=\(second)").ids
      let before = try await list("startedBefore=\(second)").ids
      #expect(!after.contains(ids[1]) && !before.contains(ids[1]), "accepted at that very moment")
      #expect(after.allSatisfy { $0 > ids[1] } && before.allSatisfy { $0 < ids[1] })
      #expect(try await list("startedAfter=2000-01-01T00:00:00Z").ids.count == 3)
      #expect(try await list("startedBefore=2000-01-01T00:00:00Z").ids.isEmpty)
      #expect(try await server.get("/executions?startedAfter=soon").code == "parameter_invalid")
    }
  }

  @Test func anExecutionCarriesTags() async throws {
    try await TestServer.running { server in
      let workflow = try await server.store([("Start", "n8n-nodes-base.manualTrigger", [:])])
      let id = try await server.post("/workflows/\(workflow)/execute?wait=30").id
      var tags: [String] = []
      for name in ["a", "b"] { tags.append(try await server.post("/tags", ["name": .string(name)]).id) }
      let references = tags.map { JSONValue.object(["id": .string($0)]) }
      #expect(try await server.get("/executions/\(id)/tags").json == [])
      let set = try await server.put("/executions/\(id)/tags", .array(references + references))
      #expect(set.status == 200 && set.json.arrayValue?.map { $0["name"] } == ["a", "b"])
      #expect(try await server.get("/executions/\(id)/tags").json == set.json)
      let log = try await server.get("/audit-logs?action=execution.tagged").json["data"]
      #expect(log?.arrayValue?.count == 1 && log?[0]?["subjectId"]?.stringValue == id)
      let unknown = "01a1fcfb-56ac-7890-979c-b894b84c2b4f"
      let none = try await server.put("/executions/\(id)/tags", [["id": .string(unknown)]])
      #expect(none.status == 404 && none.code == "tag_not_found")
      #expect(try await server.get("/executions/\(unknown)/tags").code == "execution_not_found")
      #expect(try await server.put("/executions/\(unknown)/tags", .array(references)).code == "execution_not_found")
      #expect(try await server.put("/executions/\(id)/tags", ["a": 1]).code == "body_malformed")
      #expect(try await server.delete("/tags/\(tags[0])").status == 200)
      #expect(try await server.get("/executions/\(id)/tags").json.arrayValue?.map { $0["name"] } == ["b"])
    }
  }

  @Test func aTraceIsTakenOverAndNamedInTheAnswer() async throws {
    try await TestServer.running { server in
      let trace = "0af7651916cd43dd8448eb211c80319c"
      let answer = try await server.get("/tags", headers: ["traceparent": "00-\(trace)-b7ad6b7169203331-01"])
      let parts = try #require(answer.headers["traceresponse"].first).split(separator: "-")
      #expect(parts.count == 4 && parts[1] == trace && parts[2] != "b7ad6b7169203331" && parts[3] == "01")
      for none in [[:], ["traceparent": "00-\(trace)-0000000000000000-01"], ["traceparent": "x"]] as [HTTPHeaders] {
        #expect(try await server.get("/tags", headers: none).headers["traceresponse"].isEmpty)
      }
    }
  }

  @Test func aRunUpToANodeStopsThere() async throws {
    try await TestServer.running { server in
      let id = try await server.store([
        Self.start, ("A", "n8n-nodes-base.noOp", [:]), ("B", "n8n-nodes-base.noOp", [:]),
      ])
      let answer = try await server.post("/workflows/\(id)/execute?wait=30&destinationNode=A", [:]).json
      let ran = answer["data"]?["resultData"]?["runData"]?.objectValue?.map(\.key)
      #expect(ran == ["Start", "A"])
      #expect(try await server.post("/workflows/\(id)/execute?destinationNode=C", [:]).code == "node_not_found")
    }
  }

  @Test func theSameKeyGivesTheSameExecution() async throws {
    try await TestServer.running { server in
      let id = try await server.store([Self.start])
      let first = try await server.post("/workflows/\(id)/execute", ["n": 1], headers: ["Idempotency-Key": "k"])
      let again = try await server.post("/workflows/\(id)/execute", ["n": 1], headers: ["Idempotency-Key": "k"])
      #expect(again.status == 202)
      #expect(again.json == first.json)
      #expect(again.headers["Idempotency-Replayed"] == ["true"])
      let other = try await server.post("/workflows/\(id)/execute", ["n": 2], headers: ["Idempotency-Key": "k"])
      #expect(other.status == 422)
      #expect(try await server.get("/executions").json["data"]?.arrayValue?.count == 1)
    }
  }
}

import JobsprintDomain
import NIOHTTP1
import Testing

/// Whatever comes in, the answer says what is wrong; nothing is half-written, and the server goes on.
struct BadInputTests {
  @Test(arguments: [
    "", "{", "nul", "{\"nodes\":[}", "\u{FEFF}{}", "[1,2", "{\"a\":1,}", "\"text\"", "5", "[]", "{\"a\":\"\\ud800\"}",
    "{\"nodes\":{}}", "{\"nodes\":[{}]}", "{\"nodes\":[1]}", "{\"name\":5,\"nodes\":[]}",
    "{\"nodes\":[],\"connections\":[]}", "{\"nodes\":[],\"settings\":7}",
  ])
  func aBodyThatIsNoWorkflowIsRefusedAndNothingIsStored(body: String) async throws {
    try await TestServer.running { server in
      let answer = try await server.send("POST", "/workflows", Array(body.utf8))
      #expect(answer.status == 400, "\(answer.json.jsonText)")
      #expect(answer.json["detail"]?.stringValue?.isEmpty == false)
      #expect(try await server.get("/workflows").json["data"] == [])
    }
  }

  @Test func bytesThatAreNoTextAreRefused() async throws {
    try await TestServer.running { server in
      let answer = try await server.send("POST", "/workflows", [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D])
      #expect(answer.status == 400)
    }
  }

  @Test func aMegabyteOfBracketsIsRefused() async throws {
    try await TestServer.running { server in
      let brackets = [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)
      #expect(try await server.send("POST", "/workflows", brackets).status == 400)
      let id = try await server.store([("Start", "n8n-nodes-base.manualTrigger", [:])])
      #expect(try await server.send("POST", "/workflows/\(id)/execute", brackets).code == "input_malformed")
    }
  }

  @Test func twentyMegabytesAreTooMuch() async throws {
    try await TestServer.running { server in
      let body = [UInt8](repeating: UInt8(ascii: " "), count: 20 << 20)
      let answer = try await server.send("POST", "/workflows", body)
      #expect(answer.status == 413)
      #expect(answer.code == "body_too_large")
    }
  }

  @Test func tenThousandNodesAreStoredAndExecuted() async throws {
    try await TestServer.running { server in
      let nodes = (0..<10_000).map { number -> (String, String, JSONObject) in
        ("Node \(number)", number == 0 ? "n8n-nodes-base.manualTrigger" : "n8n-nodes-base.noOp", [:])
      }
      let id = try await server.store(nodes)
      let answer = try await server.post("/workflows/\(id)/execute?wait=300", ["n": 1])
      #expect(answer.json["status"] == "success")
      #expect(answer.json["lastNodeExecuted"] == "Node 9999")
    }
  }

  @Test func namesThatMeanSomethingInJavaScriptAreNamesLikeOthers() async throws {
    try await TestServer.running { server in
      let id = try await server.store([
        ("__proto__", "n8n-nodes-base.manualTrigger", [:]), ("constructor", "n8n-nodes-base.noOp", [:]),
        ("toString", "n8n-nodes-base.noOp", [:]),
      ])
      let answer = try await server.post(
        "/workflows/\(id)/execute?wait=30", ["__proto__": ["polluted": true], "constructor": "x", "\u{0}": "\u{0}"])
      #expect(answer.json["status"] == "success")
      let item = answer.json["data"]?["resultData"]?["runData"]?["toString"]?[0]?["data"]?["main"]?[0]?[0]?["json"]
      #expect(item == ["__proto__": ["polluted": true], "constructor": "x", "\u{0}": "\u{0}"])
    }
  }

  @Test func nothingButHealthWorksWithoutAKey() async throws {
    try await TestServer.running { server in
      for (method, path) in [("GET", "/workflows"), ("POST", "/workflows"), ("GET", "/executions"), ("GET", "/tags")] {
        for key in [nil, "", "jsk_" + String(repeating: "0", count: 64)] {
          let answer = try await server.send(method, path, key: key)
          #expect(answer.status == 401)
        }
      }
      for path in ["/livez", "/readyz?verbose"] {
        let answer = try await server.send("GET", path, key: nil, base: "")
        #expect(answer.status == 200)
      }
    }
  }

  @Test func theKeyMayComeInThreeWays() async throws {
    try await TestServer.running { server in
      for headers in [
        ["X-N8N-API-KEY": TestServer.apiKey], ["Authorization": "Bearer \(TestServer.apiKey)"],
        ["authorization": "bearer \(TestServer.apiKey)"],
      ] {
        let answer = try await server.send("GET", "/tags", headers: .init(headers.map { ($0.key, $0.value) }), key: nil)
        #expect(answer.status == 200)
      }
    }
  }

  @Test func anUnknownPathOrMethodSaysSo() async throws {
    try await TestServer.running { server in
      #expect(try await server.get("/nothing").status == 404)
      let answer = try await server.send("PATCH", "/workflows")
      #expect(answer.status == 405)
      #expect(answer.headers["Allow"].first?.contains("GET") == true)
      // What the path of an execution allows is not said of it.
      #expect(try await server.send("PATCH", "/executions/stop").headers["Allow"] == ["POST"])
      #expect(try await server.get("/workflows/not-an-id").status == 404)
    }
  }

  @Test func anUnknownFieldOfOurOwnIsNamed() async throws {
    try await TestServer.running { server in
      let answer = try await server.post("/tags", ["name": "a", "colour": "blue"])
      #expect(answer.code == "unknown_field")
      #expect(answer.json["errors"]?[0]?["pointer"] == "/colour")
    }
  }

  @Test func aRequestIDIsTakenOverOnlyWhereItIsHarmless() async throws {
    try await TestServer.running { server in
      let mine = try await server.send("GET", "/tags", headers: ["X-Request-Id": "abc-1"])
      #expect(mine.headers["X-Request-Id"] == ["abc-1"])
      let long = try await server.send("GET", "/tags", headers: ["X-Request-Id": String(repeating: "a", count: 200)])
      #expect(long.headers["X-Request-Id"].first?.count ?? 0 < 129)
      #expect(long.headers["X-Request-Id"] != [String(repeating: "a", count: 200)])
    }
  }

  @Test func aFilterThatCanNotBeReadIsRefusedAndNotDropped() async throws {
    try await TestServer.running { server in
      for path in ["/workflows?name=%ff", "/workflows?tags=%ff", "/executions?status=%ff", "/workflows?q=%c3"] {
        let answer = try await server.get(path)
        #expect(answer.code == "parameter_invalid", "\(path)")
      }
    }
  }

  @Test func whatIsNoJSONByItsTypeIsRefused() async throws {
    try await TestServer.running { server in
      let body = TestServer.document([]).jsonBytes
      for type in ["text/plain", "application/notjson", "json", "text/html; a=application/json"] {
        let answer = try await server.send("POST", "/workflows", body, headers: ["Content-Type": type])
        #expect(answer.status == 415, "\(type)")
      }
      for (encoding, status) in [("gzip", 415), ("br", 415), ("identity", 200)] {
        let answer = try await server.send("POST", "/workflows", body, headers: ["Content-Encoding": encoding])
        #expect(answer.status == status, "\(encoding)")
      }
      for type in ["application/json", "Application/JSON; charset=utf-8", "application/problem+json"] {
        let answer = try await server.send("POST", "/workflows", body, headers: ["Content-Type": type])
        #expect(answer.status == 200, "\(type)")
      }
    }
  }

  @Test func aHundredIssuesAreListedAndTheOthersCounted() async throws {
    try await TestServer.running { server in
      let document = TestServer.document((0..<250).map { ("Node \($0)", "no.such", [:]) })
      let answer = try await server.post("/workflows", document)
      let warnings = try #require(answer.json["warnings"]?.arrayValue)
      #expect(warnings.count == 101)
      #expect(warnings.last?["code"] == "more_issues")
      let refused = try await server.post("/workflows/\(try answer.id)/execute", [:])
      #expect(refused.json["errors"]?.arrayValue?.count == 101)
    }
  }

  @Test func anExecutionStartsWithAtMostAHundredThousandItems() async throws {
    try await TestServer.running { server in
      let id = try await server.store([("Start", "n8n-nodes-base.manualTrigger", [:])])
      let items = JSONValue.array(Array(repeating: [:], count: 100_001))
      let answer = try await server.post("/workflows/\(id)/execute", items)
      #expect(answer.code == "input_malformed")
      let place = try await server.post("/workflows/\(id)/execute", [[:], 5])
      #expect(place.json["errors"]?[0]?["code"] == "input_malformed")
    }
  }

  @Test func aPageOfLargeDocumentsIsShorterThanItsLimit() async throws {
    try await TestServer.running { server in
      let note = String(repeating: "x", count: 9 << 20)
      for _ in 0..<3 { _ = try await server.store([("Note", "n8n-nodes-base.stickyNote", ["content": .string(note)])]) }
      var (seen, cursor) = (0, "")
      repeat {
        let page = try await server.get("/workflows?limit=250\(cursor)").json
        seen += page["data"]?.arrayValue?.count ?? 0
        #expect((page["data"]?.arrayValue?.count ?? 0) < 3)
        cursor = page["nextCursor"]?.stringValue.map { "&cursor=\($0)" } ?? ""
      } while cursor != ""
      #expect(seen == 3)
    }
  }
}

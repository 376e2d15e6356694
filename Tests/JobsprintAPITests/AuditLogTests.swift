import JobsprintDomain
import NIOHTTP1
import Testing

/// The audit log has one entry for each call that changed something.
@Suite(.timeLimit(.minutes(2))) struct AuditLogTests {
  @Test func eachChangeLeavesOneEntryAndNothingElseDoes() async throws {
    try await TestServer.running { server in
      let workflow = try await server.store([("A", "n8n-nodes-base.manualTrigger", [:])])
      let tag = try await server.post("/tags", ["name": "a"]).id
      #expect(try await server.post("/tags", ["name": "a"]).status == 409)
      _ = try await server.put("/tags/\(tag)", ["name": "b"])
      _ = try await server.put("/workflows/\(workflow)/tags", [["id": .string(tag)]])
      _ = try await server.put(
        "/workflows/\(workflow)", TestServer.document([("A", "n8n-nodes-base.manualTrigger", [:])]))
      _ = try await server.post("/workflows/\(workflow)/activate")
      _ = try await server.post("/workflows/\(workflow)/deactivate")
      let execution = try await server.post("/workflows/\(workflow)/execute?wait=30").id
      _ = try await server.delete("/executions/\(execution)")
      let doomed = try await server.post("/workflows", TestServer.doomed(name: "doomed")).id
      let dead = try await server.post("/workflows/\(doomed)/execute?wait=30").id
      let again = try await server.post("/dead-letters/\(dead)/redrive").id
      _ = try await server.post("/dead-letters/\(dead)/redrive")
      _ = try await server.get("/executions/\(again)?wait=30")
      _ = try await server.delete("/dead-letters/\(again)")
      _ = try await server.delete("/dead-letters/\(again)")
      _ = try await server.post("/workflows/\(workflow)/archive")
      _ = try await server.post("/workflows/\(workflow)/unarchive")
      _ = try await server.delete("/workflows/\(workflow)")
      #expect(try await server.delete("/workflows/\(workflow)").status == 404)
      _ = try await server.delete("/tags/\(tag)")
      let variable = try await server.post("/variables", ["key": "k", "value": "v"]).id
      _ = try await server.put("/variables/\(variable)", ["key": "k", "value": "w"])
      _ = try await server.delete("/variables/\(variable)")
      let data: JSONValue = ["secret": "s"]
      let credential = try await server.post(
        "/credentials", ["name": "c", "type": "jwtAuth", "data": data]
      ).id
      _ = try await server.patch("/credentials/\(credential)", ["data": data])
      _ = try await server.post("/credentials/\(credential)/test")
      _ = try await server.delete("/credentials/\(credential)")
      let key = try await server.post("/api-keys", ["label": "k"]).id
      _ = try await server.delete("/api-keys/\(key)")
      let workspace = try await server.post("/workspaces", ["name": "acme"]).id
      _ = try await server.put("/workspaces/\(workspace)", ["name": "b"])
      let entries = try await server.get("/audit-logs").json["data"]?.arrayValue ?? []
      #expect(
        entries.reversed().map { $0["action"]?.stringValue } == [
          "apiKey.created", "workflow.created", "tag.created", "tag.renamed", "workflow.tagged", "workflow.updated",
          "workflow.activated", "workflow.deactivated", "execution.deleted", "workflow.created",
          "deadLetter.redriven", "deadLetter.discarded", "workflow.archived",
          "workflow.unarchived", "workflow.deleted", "tag.deleted", "variable.created", "variable.updated",
          "variable.deleted", "credential.created", "credential.updated", "credential.tested", "credential.deleted",
          "apiKey.created", "apiKey.deleted",
          "workspace.created", "workspace.renamed",
        ])
      let subjects = entries.compactMap { $0["subjectId"]?.stringValue }
      #expect(subjects.contains(execution) && subjects.contains(key) && subjects.contains(workspace))
    }
  }

  @Test func anEntryTellsWhoAskedAndFromWhere() async throws {
    try await TestServer.running { server in
      _ = try await server.post("/tags", ["name": "a"], headers: ["X-Request-Id": "my-request"])
      let key = try await server.get("/api-keys").json["data"]?[0]?["id"]?.stringValue
      let entry = try #require(try await server.get("/audit-logs?action=tag.created").json["data"]?[0])
      #expect(entry["requestId"] == "my-request")
      #expect(entry["address"] == "127.0.0.1")
      #expect(entry["actor"]?["kind"] == "apiKey")
      #expect(entry["actor"]?["id"]?.stringValue == key)
      #expect(entry["details"]?["name"] == "a")
    }
  }

  @Test func entriesAreFilteredAndPaged() async throws {
    try await TestServer.running { server in
      for name in ["alpha", "beta", "gamma"] { _ = try await server.post("/tags", ["name": .string(name)]) }
      func count(_ query: String) async throws -> Int? {
        try await server.get("/audit-logs?\(query)").json["data"]?.arrayValue?.count
      }
      #expect(try await count("action=tag.created") == 3)
      #expect(try await count("q=tag+bet") == 1)
      #expect(try await count("after=2000-01-01T00:00:00Z") == 4)
      #expect(try await count("before=2000-01-01T00:00:00Z") == 0)
      #expect(try await count("subjectId=nothing") == 0)
      let first = try await server.get("/audit-logs?limit=3")
      let cursor = try #require(first.json["nextCursor"]?.stringValue)
      #expect(try await count("limit=3&cursor=\(cursor)") == 1)
      for wrong in ["action=no.such", "after=soon", "before=1", "cursor=x"] {
        #expect(try await server.get("/audit-logs?\(wrong)").code == "parameter_invalid")
      }
    }
  }

  @Test func entriesAreSealed() async throws {
    try await TestServer.running { server in
      _ = try await server.post("/tags", ["name": "a"])
      var sealed: [JSONValue] = []
      // The suite's time limit ends it where nothing ever is.
      repeat {
        _ = try await server.get("/executions/01a1fcfb-56ac-7890-979c-b894b84c2b4f?wait=1")
        sealed = try await server.get("/audit-logs").json["data"]?.arrayValue ?? []
      } while sealed.contains { $0["sequence"]?.isNull ?? true }
      #expect(sealed.map { $0["sequence"] } == [2, 1])
      #expect(sealed.allSatisfy { $0["hash"]?.stringValue?.count == 64 })
    }
  }

  @Test func entriesAreFoundByWhoAskedOnWhichRequestAndFromWhere() async throws {
    try await TestServer.running { server in
      _ = try await server.post("/tags", ["name": "a"], headers: ["X-Request-Id": "my-request"])
      _ = try await server.post("/tags", ["name": "b"])
      let key = try #require(try await server.get("/api-keys").json["data"]?[0]?["id"]?.stringValue)
      func names(_ query: String) async throws -> [JSONValue?] {
        let entries = try await server.get("/audit-logs?action=tag.created&\(query)").json["data"]?.arrayValue ?? []
        return entries.map { $0["details"]?["name"] }
      }
      #expect(try await names("actorId=\(key)") == ["b", "a"])
      #expect(try await names("actorId=\(key)&sort=createdAt:asc") == ["a", "b"])
      #expect(try await names("requestId=my-request") == ["a"])
      #expect(try await names("address=127.0.0.1") == ["b", "a"])
      #expect(try await names("address=127.0.0.2") == [])
      #expect(try await server.get("/audit-logs?sort=name").code == "parameter_invalid")
    }
  }

  @Test func anExportHoldsAllEntriesOneOnALine() async throws {
    try await TestServer.running { server in
      // More than a page of the store's.
      for number in 1...260 { _ = try await server.post("/tags", ["name": .string("tag \(number)")]) }
      let answer = try await server.get("/audit-logs/export?format=ndjson&sort=createdAt:asc")
      #expect(answer.status == 200)
      #expect(answer.headers["Content-Disposition"] == ["attachment; filename=\"audit-logs.ndjson\""])
      let lines = String(decoding: answer.bytes, as: UTF8.self).split(separator: "\n")
      let entries = try lines.map { try JSONValue(parsing: Array($0.utf8)) }
      #expect(entries.count == 261)
      #expect(entries.dropFirst().map { $0["details"]?["name"] } == (1...260).map { .string("tag \($0)") })
      // A word that no id can hold a part of.
      _ = try await server.post("/tags", ["name": "zebra"])
      let found = try await server.get("/audit-logs/export?format=ndjson&q=zebra").bytes
      #expect(String(decoding: found, as: UTF8.self).split(separator: "\n").count == 1)
      for wrong in ["", "?format=xml", "?format=csv&after=soon", "?format=csv&sort=x"] {
        #expect(try await server.get("/audit-logs/export\(wrong)").code == "parameter_invalid")
      }
    }
  }

  @Test func aLineOfCSVIsQuotedAndNoFormula() async throws {
    try await TestServer.running { server in
      let formula = "=HYPERLINK(\"http://example.com\")"
      _ = try await server.post("/tags", ["name": .string(formula)], headers: ["X-Request-Id": "-1+1"])
      let answer = try await server.get("/audit-logs/export?format=csv&action=tag.created")
      let text = String(decoding: answer.bytes, as: UTF8.self)
      #expect(text.hasSuffix("\r\n"))
      let lines = text.split(separator: "\r\n")
      #expect(lines.count == 2)
      #expect(lines[0].hasPrefix(#""id","sequence","hash","createdAt","action","subjectId""#))
      #expect(lines[1].contains(#""{""name"":""=HYPERLINK(\""http://example.com\"")""}","'-1+1","127.0.0.1""#))
    }
  }
}

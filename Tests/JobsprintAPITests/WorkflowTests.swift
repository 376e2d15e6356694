import Foundation
import JobsprintDomain
import NIOHTTP1
import Testing

struct WorkflowTests {
  @Test func aStoredWorkflowComesBackAsItWas() async throws {
    try await TestServer.running { server in
      let document =
        #"{"name":"Mine","b":1,"a":{"z":null,"\u0000":"\ud83d\ude00"},"nodes":[],"connections":{},"__proto__":{"constructor":1}}"#
      let created = try await server.send("POST", "/workflows", Array(document.utf8))
      #expect(created.status == 200)
      let id = try created.id
      let read = try await server.get("/workflows/\(id)")
      #expect(read.json["a"] == created.json["a"])
      #expect(read.json["__proto__"] == ["constructor": 1])
      #expect(read.json["active"] == false)
      let bytes = try await server.get("/workflows/\(id)/document").bytes
      #expect(String(decoding: bytes, as: UTF8.self) == document)
    }
  }

  @Test func anUpdateKeepsTheOldVersion() async throws {
    try await TestServer.running { server in
      let id = try await server.store([("Start", "n8n-nodes-base.manualTrigger", [:])], name: "One")
      let before = try await server.get("/workflows/\(id)")
      let tag = try #require(before.headers["ETag"].first)
      let changed = try await server.put(
        "/workflows/\(id)", TestServer.document([("Start", "n8n-nodes-base.manualTrigger", [:])], name: "Two"),
        headers: ["If-Match": tag])
      #expect(changed.status == 200)
      #expect(changed.json["name"] == "Two")
      #expect(changed.headers["ETag"].first != tag)
      let versions = try await server.get("/workflows/\(id)/versions").json["data"]?.arrayValue ?? []
      #expect(versions.map { $0["name"] } == ["Two", "One"])
      let old = try #require(before.json["versionId"]?.stringValue)
      #expect(try await server.get("/workflows/\(id)/\(old)").json["name"] == "One")
    }
  }

  @Test func aChangeOverSomebodyElsesIsRefused() async throws {
    try await TestServer.running { server in
      let id = try await server.store([("Start", "n8n-nodes-base.manualTrigger", [:])])
      let tag = try #require(try await server.get("/workflows/\(id)").headers["ETag"].first)
      let document = TestServer.document([("Start", "n8n-nodes-base.manualTrigger", [:])], name: "Changed")
      #expect(try await server.put("/workflows/\(id)", document).status == 200)
      let late = try await server.put("/workflows/\(id)", document, headers: ["If-Match": tag])
      #expect(late.status == 412)
      #expect(late.code == "workflow_changed")
    }
  }

  @Test func everyChangeMakesAnotherETagAndIsRefusedToWhoHasReadAnOlderOne() async throws {
    try await TestServer.running { server in
      let id = try await server.store([("Start", "n8n-nodes-base.manualTrigger", [:])])
      let label = try await server.post("/tags", ["name": "label"]).id
      let changes: [(method: String, path: String, body: JSONValue?)] = [
        ("POST", "/activate", nil), ("PUT", "/tags", [["id": .string(label)]]), ("POST", "/deactivate", nil),
        ("POST", "/archive", nil), ("POST", "/unarchive", nil),
        ("PUT", "", TestServer.document([("Start", "n8n-nodes-base.manualTrigger", [:])], name: "Two")),
        ("DELETE", "", nil),
      ]
      var seen = [try #require(try await server.get("/workflows/\(id)").headers["ETag"].first)]
      for (method, path, body) in changes {
        for stale in seen.dropLast() + ["\"nonsense\"", "W/\(seen[0])"] {
          let refused = try await server.send(
            method, "/workflows/\(id)\(path)", body?.jsonBytes, headers: ["If-Match": stale])
          #expect(refused.status == 412 && refused.code == "workflow_changed", "\(method) \(path)")
        }
        let current = try #require(seen.last)
        let unchanged = try await server.get("/workflows/\(id)")
        #expect(unchanged.headers["ETag"].first == current, "a refused change left a trace: \(method) \(path)")
        let done = try await server.send(
          method, "/workflows/\(id)\(path)", body?.jsonBytes, headers: ["If-Match": current])
        #expect(done.status == 200, "\(method) \(path)")
        guard method != "DELETE" else { continue }
        let next = try #require(done.headers["ETag"].first)
        #expect(!seen.contains(next), "\(method) \(path)")
        for read in ["", "/tags", "/document"] {
          #expect(try await server.get("/workflows/\(id)\(read)").headers["ETag"].first == next, "\(read)")
        }
        seen.append(next)
      }
      #expect(try await server.get("/workflows/\(id)").status == 404)
    }
  }

  @Test func warningsPointToWhatIsDoubtful() async throws {
    try await TestServer.running { server in
      let answer = try await server.post(
        "/workflows",
        [
          "name": "Doubtful", "nodes": [["name": "X", "type": "no.such.node", "typeVersion": 1, "parameters": [:]]],
          "connections": ["X": ["main": [[["node": "Gone", "type": "main", "index": 0]]]]],
        ])
      #expect(answer.status == 200)
      let pointers = answer.json["warnings"]?.arrayValue?.compactMap { $0["pointer"]?.stringValue } ?? []
      #expect(pointers.contains("/nodes/0/type"))
      #expect(pointers.contains("/connections/X/main/0/0"))
      let id = try answer.id
      #expect(try await server.post("/workflows/\(id)/activate").code == "workflow_not_runnable")
      #expect(try await server.post("/workflows/\(id)/execute").code == "workflow_not_runnable")
    }
  }

  @Test func settingsThatCantBeMeantAreStoredAndTold() async throws {
    try await TestServer.running { server in
      let settings: JSONValue = [
        "timezone": "Mars/Olympus", "executionTimeout": 0, "executionOrder": "v9", "maxConcurrency": 0,
        "errorWorkflow": "x",
      ]
      let start: JSONValue = [
        "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "parameters": [:],
      ]
      let answer = try await server.post(
        "/workflows", ["name": "Settings", "nodes": [start], "connections": [:], "settings": settings])
      #expect(answer.status == 200)
      #expect(answer.json["settings"] == settings)
      let warnings = answer.json["warnings"]?.arrayValue ?? []
      #expect(warnings.allSatisfy { $0["code"] == "setting_doubtful" })
      #expect(
        warnings.compactMap { $0["pointer"]?.stringValue } == [
          "/settings/executionOrder", "/settings/timezone", "/settings/maxConcurrency",
        ])
      #expect(try await server.post("/workflows/\(try answer.id)/execute?wait=10").json["status"] == "success")
      let usual = try await server.post(
        "/workflows",
        [
          "name": "Usual", "nodes": [start], "connections": [:],
          "settings": ["timezone": "Europe/Berlin", "executionTimeout": -1, "executionOrder": "v1"],
        ])
      #expect(usual.json["warnings"] == [])
    }
  }

  @Test func listsAreFilteredAndPaged() async throws {
    try await TestServer.running { server in
      for number in 1...5 {
        _ = try await server.store([("Start", "n8n-nodes-base.manualTrigger", [:])], name: "Workflow \(number)")
      }
      let first = try await server.get("/workflows?limit=2").json
      #expect(first["data"]?.arrayValue?.count == 2)
      let cursor = try #require(first["nextCursor"]?.stringValue)
      let second = try await server.get("/workflows?limit=250&cursor=\(cursor)").json
      #expect(second["data"]?.arrayValue?.count == 3)
      #expect(second["nextCursor"] == .null)
      #expect(try await server.get("/workflows?name=Workflow%203").json["data"]?.arrayValue?.count == 1)
      #expect(try await server.get("/workflows?active=true").json["data"] == [])
      for limit in ["0", "251", "-1", "many"] {
        #expect(try await server.get("/workflows?limit=\(limit)").code == "parameter_invalid")
      }
    }
  }

  @Test func aWorkflowIsTurnedOnAndOffArchivedAndDeleted() async throws {
    try await TestServer.running { server in
      let id = try await server.store([("Start", "n8n-nodes-base.manualTrigger", [:])])
      #expect(try await server.post("/workflows/\(id)/activate").json["active"] == true)
      #expect(try await server.get("/workflows?active=true").json["data"]?.arrayValue?.count == 1)
      #expect(try await server.post("/workflows/\(id)/deactivate").json["active"] == false)
      #expect(try await server.post("/workflows/\(id)/archive").json["isArchived"] == true)
      #expect(try await server.post("/workflows/\(id)/execute").status == 409)
      #expect(try await server.post("/workflows/\(id)/unarchive").json["isArchived"] == false)
      #expect(try await server.delete("/workflows/\(id)").status == 200)
      #expect(try await server.get("/workflows/\(id)").code == "workflow_not_found")
    }
  }

  @Test func tagsAreMadePutOnWorkflowsAndRemoved() async throws {
    try await TestServer.running { server in
      let id = try await server.store([("Start", "n8n-nodes-base.manualTrigger", [:])])
      let tag = try await server.post("/tags", ["name": "blue"])
      #expect(tag.status == 201)
      #expect(try await server.post("/tags", ["name": "blue"]).status == 409)
      #expect(try await server.put("/tags/\(tag.id)", ["name": "green"]).json["name"] == "green")
      let put = try await server.put("/workflows/\(id)/tags", [["id": .string(tag.id)]])
      #expect(put.json[0]?["name"] == "green")
      #expect(try await server.get("/workflows/\(id)/tags").json.arrayValue?.count == 1)
      #expect(try await server.get("/workflows?tags=green").json["data"]?.arrayValue?.count == 1)
      #expect(try await server.get("/tags").json["data"]?.arrayValue?.count == 1)
      #expect(try await server.get("/tags/\(tag.id)").status == 200)
      #expect(try await server.delete("/tags/\(tag.id)").status == 200)
      #expect(try await server.get("/workflows/\(id)/tags").json == [])
    }
  }

  @Test func nodeTypesAreListed() async throws {
    try await TestServer.running { server in
      let types = try await server.get("/node-types").json["data"]?.arrayValue ?? []
      #expect(types.contains { $0["name"] == "n8n-nodes-base.merge" })
    }
  }
}

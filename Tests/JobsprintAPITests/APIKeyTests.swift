import Foundation
import HTTPTypes
import JobsprintDomain
import NIOHTTP1
import Testing

@testable import JobsprintAPI

/// Keys, their scopes and their end.
@Suite(.timeLimit(.minutes(2))) struct APIKeyTests {
  @Test func aKeyIsShownOnceListedWithoutItselfAndDeletedAtOnce() async throws {
    try await TestServer.running { server in
      let made = try await server.post("/api-keys", ["label": "reports", "scopes": ["tag:list"]])
      #expect(made.status == 201)
      let key = try #require(made.json["key"]?.stringValue)
      #expect(made.json["scopes"] == ["tag:list"])
      let list = try await server.get("/api-keys")
      #expect(list.json["data"]?.arrayValue?.count == 2)
      #expect(!String(decoding: list.bytes, as: UTF8.self).contains(key.dropFirst(4)))
      #expect(try await server.send("GET", "/tags", key: key).status == 200)
      #expect(try await server.delete("/api-keys/\(made.id)").status == 200)
      #expect(try await server.send("GET", "/tags", key: key).status == 401)
      let again = try await server.delete("/api-keys/\(made.id)")
      #expect(again.status == 404 && again.code == "api_key_not_found")
    }
  }

  @Test func aReplayedCreationDoesNotShowTheKeyAgain() async throws {
    try await TestServer.running { server in
      for (path, body) in [("/api-keys", ["label": "a"] as JSONValue), ("/workspaces", ["name": "acme"])] {
        let first = try await server.post(path, body, headers: ["Idempotency-Key": "k\(path)"])
        let secret = try #require((first.json["apiKey"] ?? first.json)["key"]?.stringValue)
        let second = try await server.post(path, body, headers: ["Idempotency-Key": "k\(path)"])
        #expect(second.status == 201)
        #expect(second.headers["Idempotency-Replayed"] == ["true"])
        #expect(try second.id == first.id)
        #expect(!String(decoding: second.bytes, as: UTF8.self).contains(secret.dropFirst(4)))
        let other = try await server.post(path, ["x": 1], headers: ["Idempotency-Key": "k\(path)"])
        #expect(other.status == 400)
      }
    }
  }

  @Test func aKeyGivesNoMoreThanItHas() async throws {
    try await TestServer.running { server in
      let end = "2099-01-01T00:00:00.000Z"
      let limited = try await server.post(
        "/api-keys", ["label": "a", "scopes": ["apiKey:create", "tag:list"], "expiresAt": .string(end)])
      let key = try #require(limited.json["key"]?.stringValue)
      func make(_ members: JSONObject) async throws -> Answer {
        var body = members
        body["label"] = "child"
        return try await server.send("POST", "/api-keys", JSONValue.object(body).jsonBytes, key: key)
      }
      let child = try await make([:])
      #expect(child.status == 201)
      #expect(child.json["scopes"] == ["apiKey:create", "tag:list"])
      #expect(child.json["expiresAt"]?.stringValue == end)
      let more = try await make(["scopes": ["tag:delete"]])
      #expect(more.status == 403 && more.code == "forbidden")
      #expect(try await make(["expiresAt": "2099-01-02T00:00:00.000Z"]).status == 403)
      #expect(try await make(["expiresAt": "2098-01-02T00:00:00.000Z"]).status == 201)
      #expect(try await make(["expiresAt": "2001-01-01T00:00:00.000Z"]).status == 400)
      #expect(try await make(["scopes": ["no:such"]]).status == 400)
      #expect(try await make(["scopes": "tag:list"]).status == 400)
    }
  }

  @Test func aDeletedFirstKeyDoesNotComeBackWithTheNextStart() async throws {
    let folder = TestServer.newFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let other = try await TestServer.running(in: folder) { server in
      let made = try await server.post("/api-keys", ["label": "other"])
      let other = try #require(made.json["key"]?.stringValue)
      let first = try #require(try await server.get("/api-keys").json["data"]?[0]?["id"]?.stringValue)
      #expect(try await server.send("DELETE", "/api-keys/\(first)", key: other).status == 200)
      #expect(try await server.get("/tags").status == 401)
      return other
    }
    try await TestServer.running(in: folder) { server in
      #expect(try await server.get("/tags").status == 401)
      let keys = try await server.send("GET", "/api-keys", key: other)
      #expect(keys.json["data"]?.arrayValue?.count == 1)
    }
  }

  /// A key with everything but a route's scope is refused, one with nothing else is not.
  @Test func eachRouteNeedsItsScopeAndNoOther() async throws {
    try await TestServer.running { server in
      func key(_ scopes: Set<Scope>) async throws -> String {
        let names = scopes.map { JSONValue.string($0.rawValue) }
        let made = try await server.post("/api-keys", ["label": "k", "scopes": .array(names)])
        return try #require(made.json["key"]?.stringValue)
      }
      for scope in Set(APIRoute.all.compactMap(\.scope)) {
        let without = try await key(Set(Scope.allCases).subtracting([scope]))
        let only = try await key([scope])
        for route in APIRoute.all where route.scope == scope {
          let path = route.path.replacing(#/\{\w+\}/#, with: "01a1fcfb-56ac-7890-979c-b894b84c2b4f")
          let refused = try await server.send(route.method.rawValue, path, key: without, base: route.base)
          #expect(refused.status == 403 && refused.code == "forbidden", "\(route.method) \(route.path)")
          // What would answer without an end refuses this id, once it has let the caller in.
          let allowed = try await server.send(
            route.method.rawValue, path, headers: ["Last-Event-ID": "x"], key: only, base: route.base)
          #expect(allowed.status != 403, "\(route.method) \(route.path)")
        }
      }
      #expect(APIRoute.all.filter { $0.need == .identity }.map(\.path) == ["/auth/me", "/discover"])
      #expect(Set(APIRoute.all.compactMap(\.scope)) == Set(Scope.allCases), "no scope is for nothing")
    }
  }

  @Test func aKeyIsToldWhatItMayDo() async throws {
    try await TestServer.running { server in
      let made = try await server.post("/api-keys", ["label": "k", "scopes": ["tag:list", "tag:read"]])
      let key = try #require(made.json["key"]?.stringValue)
      let found = try await server.send("GET", "/discover", key: key)
      #expect(found.json["data"]?["scopes"] == ["tag:list", "tag:read"])
      #expect(found.json["data"]?["resources"]?.objectValue?.keys.map { "\($0)" } == ["tag"])
      let filtered = try await server.send("GET", "/discover?operation=read", key: key)
      #expect(filtered.json["data"]?["resources"]?["tag"]?.arrayValue?.count == 1)
    }
  }

  @Test func workspacesAreMadeRenamedAndListedByTheOperatorOnly() async throws {
    try await TestServer.running { server in
      let made = try await server.post("/workspaces", ["name": "acme"])
      #expect(made.status == 201)
      let key = try #require(made.json["apiKey"]?["key"]?.stringValue)
      #expect(try await server.post("/workspaces", ["name": "acme"]).code == "name_taken")
      #expect(try await server.put("/workspaces/\(made.id)", ["name": "default"]).status == 409)
      #expect(try await server.put("/workspaces/\(made.id)", ["name": "Acme"]).json["name"] == "Acme")
      #expect(try await server.get("/workspaces/\(made.id)").json["name"] == "Acme")
      let path = "/workspaces/\(try made.id)"
      #expect(made.json["retentionDays"]?.isNull == true)
      let brief = try await server.put(path, ["retentionDays": 30])
      #expect(brief.status == 200 && brief.json["retentionDays"] == 30 && brief.json["name"] == "Acme")
      #expect(try await server.put(path, ["name": "Acme"]).json["retentionDays"] == 30, "it stays as it is")
      #expect(try await server.put(path, ["retentionDays": .null]).json["retentionDays"]?.isNull == true)
      for days in [0, 36_501, "30", 1.5] as [JSONValue] {
        let refused = try await server.put(path, ["retentionDays": days])
        #expect(refused.status == 400 && refused.json["errors"]?[0]?["pointer"] == "/retentionDays")
      }
      #expect(made.json["maxConcurrency"]?.isNull == true)
      let limited = try await server.put(path, ["maxConcurrency": 5])
      #expect(limited.status == 200 && limited.json["maxConcurrency"] == 5 && limited.json["name"] == "Acme")
      #expect(try await server.put(path, ["retentionDays": 7]).json["maxConcurrency"] == 5, "it stays as it is")
      #expect(try await server.get(path).json["maxConcurrency"] == 5)
      #expect(try await server.put(path, ["maxConcurrency": .null]).json["maxConcurrency"]?.isNull == true)
      for limit in [0, 1_000_001, "5", 1.5] as [JSONValue] {
        let refused = try await server.put(path, ["maxConcurrency": limit])
        #expect(refused.status == 400 && refused.json["errors"]?[0]?["pointer"] == "/maxConcurrency")
      }
      let changes = try await server.get("/audit-logs?action=workspace.updated").json["data"]?.arrayValue ?? []
      #expect(changes.contains { $0["details"]?["maxConcurrency"] == 5 })
      #expect(try await server.put(path, [:]).status == 400)
      let names = try await server.get("/workspaces").json["data"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
      #expect(names == ["default", "Acme"])
      for path in ["/workspaces", "/workspaces/\(try made.id)"] {
        #expect(try await server.send("GET", path, key: key).status == 403)
      }
      let scopes = try await server.send("GET", "/discover", key: key).json["data"]?["scopes"]?.arrayValue
      #expect(scopes?.count == Scope.ofOneWorkspace.count)
      #expect(try await server.get("/workspaces/01a1fcfb-56ac-7890-979c-b894b84c2b4f").code == "workspace_not_found")
    }
  }
}

import HTTPTypes
import JobsprintBootstrap
import JobsprintDomain
import NIOHTTP1
import Testing

@testable import JobsprintAPI

/// Promise: a workspace never sees what is another's. Each route is asked for each id of another workspace.
@Suite(.timeLimit(.minutes(2))) struct TenantTests {
  /// A workspace with one of everything.
  private struct Tenant {
    let key: String
    /// An owner who has signed in.
    let owner: Person
    let ids: [String: String]

    init(_ name: String, on server: TestServer) async throws {
      let made = try await server.post("/workspaces", ["name": .string(name)])
      let key = try #require(made.json["apiKey"]?["key"]?.stringValue)
      func post(_ path: String, _ body: JSONValue?) async throws -> Answer {
        let answer = try await server.send("POST", path, body?.jsonBytes, key: key)
        try #require((200...202).contains(answer.status), "\(answer.json.jsonText)")
        return answer
      }
      let workflow = try await post(
        "/workflows", TestServer.document([("A", "n8n-nodes-base.manualTrigger", [:])], name: name))
      let execution = try await post("/workflows/\(workflow.id)/execute?wait=30", nil)
      let doomed = try await post("/workflows", TestServer.doomed(name: "\(name) 2"))
      let dead = try await post("/workflows/\(doomed.id)/execute?wait=30", nil)
      self.key = key
      owner = try await server.member(.owner, "\(name)@example.com", key: key)
      _ = try await post("/users", [["email": .string("guest-\(name)@example.com")]])
      let invitations = try await server.send("GET", "/invitations", key: key).json["data"]?.arrayValue
      let linked = try await server.post(
        "/users/\(owner.id)/identities", ["provider": "work", "subject": .string(name)])
      ids = [
        "identities": try linked.id, "workspaces": try made.id, "workflows": try workflow.id,
        "executions": try execution.id,
        "dead-letters": try dead.id, "versions": try #require(workflow.json["versionId"]?.stringValue),
        "tags": try await post("/tags", ["name": .string(name)]).id,
        "variables": try await post("/variables", ["key": .string(name), "value": "v"]).id,
        "credentials": try await post(
          "/credentials", ["name": .string(name), "type": "jwtAuth", "data": ["secret": "s"]]
        ).id,
        "service-accounts": try await post("/service-accounts", ["name": .string(name), "role": "editor"]).id,
        "users": owner.id, "sessions": owner.session,
        "invitations": try #require(invitations?.first?["id"]?.stringValue),
        "api-keys": try #require(made.json["apiKey"]?["id"]?.stringValue),
      ]
    }

    /// The route's path with this tenant's ids.
    func path(of route: APIRoute) throws -> String {
      let resource = try #require(route.path.split(separator: "/").first)
      let path = route.path.replacing("{id}", with: try #require(ids[String(resource)], "\(route.path)"))
        .replacing("{versionId}", with: ids["versions"] ?? "")
        .replacing("{identityId}", with: ids["identities"] ?? "")
      try #require(!path.contains("{"), "\(route.path) has an id that this test does not know")
      return path
    }
  }

  private func running(_ body: (TestServer) async throws -> Void) async throws {
    let provider = try #require(
      IdentityProviderSetting(
        name: "work", issuer: "https://id.example.com", clientID: "c", clientSecret: nil, scopes: [],
        redirectAddress: "https://app.example.com"))
    try await TestServer.running(providers: [provider]) { try await body($0) }
  }

  /// A body that the route would take.
  private func body(of route: APIRoute) -> [UInt8]? {
    let body: JSONValue? =
      switch (route.method.rawValue, route.path) {
      case ("PUT", "/workflows/{id}"): TestServer.document([("A", "n8n-nodes-base.manualTrigger", [:])])
      case ("PUT", "/workflows/{id}/tags"), ("PUT", "/executions/{id}/tags"): []
      case ("PUT", "/variables/{id}"): ["key": "k", "value": "v"]
      case ("PATCH", "/credentials/{id}"), ("PATCH", "/service-accounts/{id}"): ["name": "renamed"]
      case ("PUT", _): ["name": "renamed"]
      case ("PATCH", _): ["newRoleName": "viewer"]
      default: nil
      }
    return body?.jsonBytes
  }

  /// What a tenant sees of his own.
  private func view(_ server: TestServer, _ tenant: Tenant) async throws -> [String] {
    var seen: [String] = []
    for route in APIRoute.all where route.method == .get && route.scope.map(Scope.ofOneWorkspace.contains) ?? true {
      // It has no end.
      if route.path == "/events" { continue }
      // The types of credentials are nobody's.
      if route.path.contains("{credentialTypeName}") { continue }
      let path = route.path.contains("{") ? try tenant.path(of: route) : route.path
      seen.append(
        "\(path) \(try await server.send("GET", path, bearer: tenant.owner.token, base: route.base).json.jsonText)")
    }
    return seen.filter { !$0.hasPrefix("/audit-logs") }
  }

  @Test func noRouteGivesOrTouchesWhatIsAnothers() async throws {
    try await running { server in
      let (mine, other) = (try await Tenant("mine", on: server), try await Tenant("other", on: server))
      let before = try await view(server, other)
      for route in APIRoute.all where route.path.contains("{id}") {
        let path = try other.path(of: route)
        // Workspaces and accounts are the operator's: a tenant is told the same of its own, another's and none.
        let isTenants = route.scope.map(Scope.ofOneWorkspace.contains) ?? true
        let byKey = try await server.send(route.method.rawValue, path, body(of: route), key: mine.key)
        #expect(byKey.status == (isTenants && route.need != .session ? 404 : 403), "\(route.name)")
        let byOwner = try await server.send(
          route.method.rawValue, path, body(of: route), headers: ["Authorization": "Bearer \(mine.owner.token)"],
          key: nil)
        #expect(byOwner.status == (isTenants ? 404 : 403), "\(route.name)")
        // And the same as of what is nowhere.
        let nowhere = path.replacing(#/[0-9a-f]{8}-[0-9a-f-]{27}/#, with: "01a1fcfb-56ac-7890-979c-b894b84c2b4f")
        let none = try await server.send(
          route.method.rawValue, nowhere, body(of: route), headers: ["Authorization": "Bearer \(mine.owner.token)"],
          key: nil)
        #expect(none.status == byOwner.status && none.code == byOwner.code, "\(route.name)")
      }
      #expect(try await view(server, other) == before, "nothing of the other's has changed")
    }
  }

  @Test func noListHoldsWhatIsAnothers() async throws {
    try await running { server in
      let (mine, other) = (try await Tenant("mine", on: server), try await Tenant("other", on: server))
      for route in APIRoute.all where route.method == .get && !route.path.contains("{") {
        // It has no end; what it tells is held against its workspace in EventHubTests.
        if route.path == "/events" { continue }
        var queries = [""]
        for id in other.ids.values {
          queries += ["?cursor=\(id)", "?workflowId=\(id)", "?subjectId=\(id)", "?q=\(id)", "?includeData=true"]
        }
        queries += ["?name=other", "?tags=other", "?q=other"]
        if route.path == "/audit-logs/export" { queries = queries.map { "?format=ndjson&" + $0.dropFirst() } }
        for query in queries {
          let text = String(
            decoding: try await server.send("GET", route.path + query, bearer: mine.owner.token, base: route.base)
              .bytes,
            as: UTF8.self)
          // A filter is given back by /discover.
          for id in other.ids.values { #expect(!text.contains("\"\(id)\""), "\(route.path)\(query)") }
        }
      }
    }
  }

  @Test func idsOfAnotherAreNothingInsideOnesOwnRequests() async throws {
    try await running { server in
      let (mine, other) = (try await Tenant("mine", on: server), try await Tenant("other", on: server))
      let workflow = try #require(mine.ids["workflows"])
      let (version, tag) = (try #require(other.ids["versions"]), try #require(other.ids["tags"]))
      func send(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> Answer {
        try await server.send(method, path, body?.jsonBytes, key: mine.key)
      }
      #expect(try await send("GET", "/workflows/\(workflow)/\(version)").status == 404)
      #expect(try await send("POST", "/workflows/\(workflow)/execute?version=\(version)").status == 404)
      #expect(
        try await send("POST", "/workflows/\(workflow)/activate", ["versionId": .string(version)]).status == 404)
      #expect(try await send("PUT", "/workflows/\(workflow)/tags", [["id": .string(tag)]]).status == 404)
      let stopped = try await send("POST", "/executions/stop", ["status": ["queued", "running", "waiting"]])
      #expect(stopped.json["stopped"] == 0)
    }
  }

  @Test func namesAndIdempotencyKeysAreEachWorkspacesOwn() async throws {
    try await running { server in
      let (mine, other) = (try await Tenant("mine", on: server), try await Tenant("other", on: server))
      var ids: Set<String> = []
      for tenant in [mine, other] {
        let answer = try await server.send(
          "POST", "/tags", JSONValue.object(["name": "same"]).jsonBytes, headers: ["Idempotency-Key": "same"],
          key: tenant.key)
        #expect(answer.status == 201 && answer.headers["Idempotency-Replayed"].isEmpty)
        ids.insert(try answer.id)
      }
      #expect(ids.count == 2)
    }
  }
}

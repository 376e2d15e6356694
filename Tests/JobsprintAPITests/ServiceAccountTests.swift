import JobsprintDomain
import JobsprintTesting
import NIOHTTP1
import Testing

/// Members that are no persons. (Other workspaces: TenantTests. Roles and routes: RoleTests.)
@Suite(.timeLimit(.minutes(2))) struct ServiceAccountTests {
  private func create(
    _ server: TestServer, _ name: String = "ci", _ role: String = "editor", key: String? = TestServer.apiKey
  ) async throws -> Answer {
    let body: JSONValue = ["name": .string(name), "role": .string(role)]
    return try await server.send("POST", "/service-accounts", body.jsonBytes, key: key)
  }

  private func key(_ server: TestServer, of id: String, _ scopes: [String]? = nil) async throws -> (
    id: String, text: String
  ) {
    var body: JSONObject = ["label": "k"]
    if let scopes { body["scopes"] = .array(scopes.map { .string($0) }) }
    let made = try await server.post("/service-accounts/\(id)/api-keys", .object(body))
    #expect(made.status == 201 && made.json["ownerId"]?.stringValue == id, "\(made.json.jsonText)")
    return (try made.id, try #require(made.json["key"]?.stringValue))
  }

  @Test func anAccountIsMadeListedChangedAndDeleted() async throws {
    try await TestServer.running { server in
      let made = try await create(server)
      #expect(made.status == 201 && made.json["name"] == "ci" && made.json["role"] == "editor")
      let id = try made.id
      #expect(try await create(server).code == "name_taken")
      _ = try await create(server, "other", "viewer")
      let listed = try await server.get("/service-accounts?limit=1")
      #expect(listed.json["data"]?.arrayValue?.map { $0["name"] } == ["ci"])
      let cursor = try #require(listed.json["nextCursor"]?.stringValue)
      #expect(try await server.get("/service-accounts?cursor=\(cursor)").json["data"]?[0]?["name"] == "other")
      #expect(try await server.get("/service-accounts/\(id)").json == made.json)
      let changed = try await server.patch("/service-accounts/\(id)", ["name": "cd", "role": "operator"])
      #expect(changed.json["name"] == "cd" && changed.json["role"] == "operator")
      #expect(try await server.patch("/service-accounts/\(id)", ["name": "other"]).code == "name_taken")
      #expect(try await server.delete("/service-accounts/\(id)").status == 204)
      for path in ["/service-accounts/\(id)", "/service-accounts/\(UserID.numbered(9))"] {
        #expect(try await server.get(path).code == "service_account_not_found")
        #expect(try await server.patch(path, ["role": "viewer"]).code == "service_account_not_found")
        #expect(try await server.delete(path).code == "service_account_not_found")
      }
      let actions = try await server.get("/audit-logs?subjectId=\(id)").json["data"]?.arrayValue ?? []
      #expect(
        actions.map { $0["action"] } == [
          "serviceAccount.deleted", "serviceAccount.updated", "serviceAccount.created",
        ])
    }
  }

  @Test func aKeyGivesWhatTheAccountsRoleDoesAndGoesWithTheAccount() async throws {
    try await TestServer.running { server in
      let id = try await create(server).id
      let key = try await key(server, of: id)
      #expect(
        try await server.send("POST", "/tags", (["name": "a"] as JSONValue).jsonBytes, key: key.text).status == 201)
      #expect(try await server.send("GET", "/audit-logs", key: key.text).status == 403)
      let me = try await server.send("GET", "/auth/me", key: key.text).json
      #expect(me["user"] == .null && me["serviceAccount"]?["id"]?.stringValue == id && me["role"] == "editor")
      let entry = try await server.get("/audit-logs?action=tag.created").json["data"]?[0]
      #expect(entry?["actor"]?["id"]?.stringValue == key.id)
      // The role is asked for at each request.
      _ = try await server.patch("/service-accounts/\(id)", ["role": "viewer"])
      #expect(try await server.send("GET", "/tags", key: key.text).status == 200)
      #expect(
        try await server.send("POST", "/tags", (["name": "b"] as JSONValue).jsonBytes, key: key.text).status == 403)
      _ = try await server.delete("/service-accounts/\(id)")
      #expect(try await server.send("GET", "/tags", key: key.text).status == 401)
      #expect(
        try await server.get("/api-keys").json["data"]?.arrayValue?.contains { $0["id"]?.stringValue == key.id }
          == false)
    }
  }

  @Test func itIsNoPerson() async throws {
    try await TestServer.running { server in
      let id = try await create(server, "ci", "admin").id
      #expect(server.setupToken != nil)
      #expect(try await server.get("/users").json["data"] == [])
      #expect(try await server.get("/users/\(id)").code == "user_not_found")
      for action in ["password-reset", "disable"] {
        #expect(try await server.post("/users/\(id)/\(action)").code == "user_not_found")
      }
      #expect(try await server.signIn("ci").status == 401)
      #expect(try await server.signIn(id).status == 401)
      // Its key is no session.
      let key = try await key(server, of: id)
      #expect(try await server.send("GET", "/sessions", key: key.text).status == 403)
    }
  }

  @Test func nobodyGivesMoreThanHeHas() async throws {
    try await TestServer.running { server in
      let ann = try await server.member(.admin, "ann@example.com")
      func post(_ path: String, _ body: JSONValue) async throws -> Answer {
        try await server.send("POST", path, body, bearer: ann.token)
      }
      #expect(try await post("/service-accounts", ["name": "o", "role": "owner"]).code == "role_refused")
      let own = try await post("/service-accounts", ["name": "a", "role": "admin"])
      #expect(own.status == 201)
      let owner = try await create(server, "o", "owner").id
      for (method, body) in [("PATCH", (["role": "viewer"] as JSONValue)), ("DELETE", ([:] as JSONValue))] {
        let answer = try await server.send(
          method, "/service-accounts/\(owner)", method == "PATCH" ? body : nil, bearer: ann.token)
        #expect(answer.code == "role_refused", "\(method)")
      }
      // A key of an owner's account, made by an admin, is no owner's key.
      let made = try await post("/service-accounts/\(owner)/api-keys", ["label": "k"])
      #expect(made.status == 201)
      #expect(made.json["scopes"]?.arrayValue?.contains("workspace:create") == false)
      let more: JSONValue = ["label": "k", "scopes": ["workspace:create"]]
      #expect(try await post("/service-accounts/\(owner)/api-keys", more).code == "forbidden")
      // What the account's role lacks, its keys lack.
      let viewer = try await create(server, "v", "viewer").id
      let write: JSONValue = ["label": "k", "scopes": ["tag:create"]]
      #expect(try await server.post("/service-accounts/\(viewer)/api-keys", write).code == "forbidden")
      // A key of a service account makes keys of the account, and none of its maker's.
      let key = try await self.key(server, of: try own.id)
      let next = try await server.send("POST", "/api-keys", (["label": "n"] as JSONValue).jsonBytes, key: key.text)
      #expect(next.json["ownerId"]?.stringValue == (try own.id))
    }
  }

  @Test func aRequestThatComesTwiceMakesOne() async throws {
    try await TestServer.running { server in
      let headers: HTTPHeaders = ["Idempotency-Key": "one"]
      let body: JSONValue = ["name": "ci", "role": "viewer"]
      let first = try await server.post("/service-accounts", body, headers: headers)
      let second = try await server.post("/service-accounts", body, headers: headers)
      #expect(second.status == 201 && second.json == first.json)
      #expect(second.headers["Idempotency-Replayed"] == ["true"])
      let other: JSONValue = ["name": "cd", "role": "viewer"]
      #expect(
        try await server.post("/service-accounts", other, headers: headers).code == "idempotency_key_reused")
    }
  }

  @Test func whatIsNoAccountIsRefused() async throws {
    try await TestServer.running { server in
      for body: JSONValue in [
        [:], ["name": "a"], ["role": "viewer"], ["name": "", "role": "viewer"], ["name": "a", "role": "king"],
        ["name": 1, "role": "viewer"], ["name": "a", "role": .null],
      ] {
        #expect(try await server.post("/service-accounts", body).code == "body_malformed", "\(body.jsonText)")
      }
      #expect(
        try await server.post("/service-accounts", ["name": "a", "role": "viewer", "x": 1]).code == "unknown_field")
      let id = try await create(server).id
      for body: JSONValue in [[:], ["role": "king"], ["name": " "]] {
        #expect(try await server.patch("/service-accounts/\(id)", body).code == "body_malformed", "\(body.jsonText)")
      }
      #expect(try await server.get("/service-accounts/nonsense").code == "not_found")
    }
  }
}

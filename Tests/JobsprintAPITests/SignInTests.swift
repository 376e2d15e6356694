import Foundation
import JobsprintDomain
import JobsprintTesting
import NIOHTTP1
import Testing

@testable import JobsprintAPI

/// From the invitation to the end of a session.
@Suite(.timeLimit(.minutes(3))) struct SignInTests {
  @Test func whoIsInvitedJoinsSignsInAndOut() async throws {
    try await TestServer.running { server in
      let ann = try await server.member(.editor, "Ann@example.com")
      let me = try await server.send("GET", "/auth/me", bearer: ann.token).json
      #expect(me["user"]?["email"] == "Ann@example.com" && me["role"] == "editor")
      #expect(me["sessionId"]?.stringValue == ann.session && me["apiKeyId"]?.isNull == true)
      #expect(try await server.send("GET", "/workflows", bearer: ann.token).status == 200)
      #expect(try await server.send("GET", "/audit-logs", bearer: ann.token).code == "forbidden")
      #expect(try await server.signIn("ann@EXAMPLE.com").status == 200, "whatever the case")
      #expect(try await server.send("POST", "/auth/logout", bearer: ann.token).status == 204)
      #expect(try await server.send("GET", "/auth/me", bearer: ann.token).status == 401, "used after logout")
      #expect(try await server.post(anonymously: "/auth/refresh", ["refreshToken": .string(ann.refresh)]).status == 401)
    }
  }

  @Test func theSameKeyInvitesOnce() async throws {
    try await TestServer.running { server in
      let both: JSONValue = [["email": "ann@example.com"], ["email": "bob@example.com", "role": "viewer"]]
      let first = try await server.post("/users", both, headers: ["Idempotency-Key": "k"])
      #expect(first.status == 200 && first.headers["Idempotency-Replayed"].isEmpty)
      let again = try await server.post("/users", both, headers: ["Idempotency-Key": "k"])
      #expect(again.status == 200 && again.headers["Idempotency-Replayed"] == ["true"])
      for place in 0...1 {
        var told = try #require(first.json[place]?["user"]?.objectValue)
        #expect(told["inviteToken"]?.stringValue?.isEmpty == false)
        told["inviteToken"] = nil
        #expect(again.json[place]?["user"] == .object(told), "without its token")
      }
      #expect(try await server.get("/invitations").json["data"]?.arrayValue?.count == 2)
      let other = try await server.post(
        "/users", [["email": "carl@example.com"]], headers: ["Idempotency-Key": "k"])
      #expect(other.status == 422 && other.code == "idempotency_key_reused")
    }
  }

  @Test func unknownWrongAndDisabledAreOneAnswer() async throws {
    try await TestServer.running { server in
      let ann = try await server.member(.viewer, "ann@example.com")
      let bob = try await server.member(.viewer, "bob@example.com")
      #expect(try await server.post("/users/\(bob.id)/disable").status == 200)
      #expect(try await server.send("GET", "/auth/me", bearer: bob.token).status == 401)
      var answers: Set<String> = []
      for (email, password, workspace) in [
        ("ann@example.com", "wrong horse battery", nil), ("nobody@example.com", Person.password, nil),
        ("bob@example.com", Person.password, nil), ("no address", Person.password, nil), ("", "", nil),
        ("ann@example.com", Person.password, "elsewhere"),
        ("ann@example.com", String(repeating: "x", count: 5000), nil),
      ] as [(String, String, String?)] {
        let answer = try await server.signIn(email, password, workspace: workspace)
        #expect(answer.status == 401 && answer.headers["WWW-Authenticate"] == ["Bearer"])
        var json = answer.json.objectValue ?? [:]
        json["requestId"] = nil
        answers.insert(JSONValue.object(json).jsonText)
      }
      #expect(answers.count == 1, "\(answers)")
      #expect(try await server.post("/users/\(bob.id)/enable").json["disabled"] == false)
      #expect(try await server.signIn("bob@example.com").status == 200)
      #expect(try await server.send("GET", "/auth/me", bearer: bob.token).status == 401, "what is over stays over")
      let log = try await server.get("/audit-logs?action=session.refused").json["data"]?.arrayValue ?? []
      #expect(log.count == 7)
      #expect(log.contains { $0["subjectId"]?.stringValue == ann.id })
      #expect(!log.contains { $0.jsonText.contains("nobody@") }, "what was typed may be a password")
    }
  }

  @Test func guessingIsSlowedDownWithATimeToWait() async throws {
    try await TestServer.running { server in
      _ = try await server.member(.viewer, "ann@example.com")
      // All at once: each counts before it is looked at.
      let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
        for _ in 0..<30 { group.addTask { try await server.signIn("ann@example.com", "wrong") } }
        return try await group.reduce(into: [Answer]()) { $0.append($1) }
      }
      #expect(answers.contains { $0.status == 401 })
      let refused = try #require(answers.first { $0.status == 429 })
      #expect(refused.code == "too_many_attempts")
      #expect(Int(refused.headers["Retry-After"].first ?? "").map { $0 >= 1 } == true)
    }
  }

  @Test func aRefreshTokenIsGoodOnceAndOfTwoAtOnceOneWins() async throws {
    try await TestServer.running { server in
      let ann = try await server.member(.viewer, "ann@example.com")
      let body: JSONValue = ["refreshToken": .string(ann.refresh)]
      let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
        for _ in 0..<4 { group.addTask { try await server.post(anonymously: "/auth/refresh", body) } }
        return try await group.reduce(into: [Answer]()) { $0.append($1) }
      }
      #expect(answers.count { $0.status == 200 } == 1)
      #expect(answers.count { $0.code == "refresh_superseded" } == 3)
      let next = try Person(try #require(answers.first { $0.status == 200 }))
      #expect(next.session == ann.session && next.refresh != ann.refresh)
      #expect(try await server.send("GET", "/auth/me", bearer: next.token).status == 200)
      #expect(
        try await server.post(anonymously: "/auth/refresh", ["refreshToken": .string(next.refresh)]).status == 200)
    }
  }

  @Test func sessionsAreListedAndRevokedOneByOneOrAll() async throws {
    try await TestServer.running { server in
      let first = try await server.member(.viewer, "ann@example.com")
      let second = try Person(try await server.signIn("ann@example.com"))
      let third = try Person(try await server.signIn("ann@example.com"))
      let list = try await server.send("GET", "/sessions", bearer: third.token).json["data"]?.arrayValue ?? []
      #expect(list.map { $0["id"]?.stringValue } == [third.session, second.session, first.session])
      #expect(list.map { $0["isCurrent"] } == [true, false, false])
      #expect(try await server.send("DELETE", "/sessions/\(first.session)", bearer: third.token).status == 204)
      #expect(try await server.send("DELETE", "/sessions/\(first.session)", bearer: third.token).status == 404)
      #expect(try await server.send("GET", "/auth/me", bearer: first.token).status == 401)
      #expect(try await server.send("DELETE", "/sessions", bearer: third.token).json["revoked"] == 2)
      for person in [second, third] {
        #expect(try await server.send("GET", "/auth/me", bearer: person.token).status == 401)
      }
      #expect(try await server.get("/sessions").code == "forbidden", "an API key has none")
    }
  }

  @Test func aChangedPasswordEndsOtherSessionsAndAResetEndsAll() async throws {
    try await TestServer.running { server in
      let first = try await server.member(.viewer, "ann@example.com")
      let second = try Person(try await server.signIn("ann@example.com"))
      func change(_ current: String, _ new: String) async throws -> Answer {
        try await server.send(
          "POST", "/auth/password", ["currentPassword": .string(current), "newPassword": .string(new)],
          bearer: second.token)
      }
      #expect(try await change("wrong horse battery", "another horse battery").code == "login_refused")
      #expect(try await change(Person.password, "short").code == "password_unfit")
      #expect(try await change(Person.password, "another horse battery").status == 204)
      #expect(try await server.send("GET", "/auth/me", bearer: first.token).status == 401)
      #expect(try await server.send("GET", "/auth/me", bearer: second.token).status == 200)
      #expect(try await server.signIn("ann@example.com").status == 401)
      let headers: HTTPHeaders = ["Idempotency-Key": "one"]
      let token = try await server.post("/users/\(second.id)/password-reset", headers: headers)
      #expect(token.status == 201)
      let replayed = try await server.post("/users/\(second.id)/password-reset", headers: headers)
      #expect(replayed.status == 201 && replayed.headers["Idempotency-Replayed"] == ["true"])
      #expect(replayed.json["token"] == nil && replayed.json["expiresAt"] == token.json["expiresAt"])
      let body: JSONValue = ["token": token.json["token"] ?? "", "password": "a third horse battery"]
      #expect(try await server.post(anonymously: "/auth/reset-password", body).status == 204)
      #expect(try await server.post(anonymously: "/auth/reset-password", body).code == "token_unusable", "once")
      #expect(try await server.send("GET", "/auth/me", bearer: second.token).status == 401)
      #expect(try await server.signIn("ann@example.com", "a third horse battery").status == 200)
    }
  }

  @Test func rolesAreInForceAtOnceAlsoForKeysThatAMemberMade() async throws {
    try await TestServer.running { server in
      let ann = try await server.member(.admin, "ann@example.com")
      let made = try await server.send("POST", "/api-keys", ["label": "mine"], bearer: ann.token)
      let key = try #require(made.json["key"]?.stringValue)
      #expect(made.json["ownerId"]?.stringValue == ann.id)
      // A key made with that key is hers, too.
      let child = try await server.send("POST", "/api-keys", JSONValue.object(["label": "child"]).jsonBytes, key: key)
      #expect(child.json["ownerId"]?.stringValue == ann.id)
      #expect(try await server.send("GET", "/audit-logs", key: key).status == 200)
      let role = try await server.send("PATCH", "/users/\(ann.id)/role", Array(#"{"newRoleName":"viewer"}"#.utf8))
      #expect(role.json["role"] == "viewer")
      #expect(try await server.send("GET", "/audit-logs", key: key).status == 403)
      #expect(try await server.send("GET", "/audit-logs", bearer: ann.token).status == 403)
      #expect(try await server.send("GET", "/workflows", key: key).status == 200)
      #expect(try await server.delete("/users/\(ann.email)").status == 204, "by email address")
      for secret in [key, try #require(child.json["key"]?.stringValue)] {
        #expect(try await server.send("GET", "/workflows", key: secret).status == 401)
      }
      #expect(try await server.send("GET", "/workflows", bearer: ann.token).status == 401)
    }
  }

  @Test func onlyOwnersMakeAndTouchOwnersAndOneStays() async throws {
    try await TestServer.running { server in
      let owner = try await server.member(.owner, "owner@example.com")
      let admin = try await server.member(.admin, "admin@example.com")
      func role(_ id: String, _ name: String, _ token: String) async throws -> Answer {
        try await server.send("PATCH", "/users/\(id)/role", ["newRoleName": .string(name)], bearer: token)
      }
      #expect(try await role(admin.id, "owner", admin.token).code == "role_refused")
      #expect(try await role(owner.id, "viewer", admin.token).code == "role_refused")
      #expect(try await server.send("DELETE", "/users/\(owner.id)", bearer: admin.token).code == "role_refused")
      let invited = try await server.send(
        "POST", "/users", [["email": "x@example.com", "role": "owner"]], bearer: admin.token)
      #expect(invited.json[0]?["error"] != "" && invited.json[0]?["user"]?["inviteToken"] == nil)
      #expect(try await role(owner.id, "admin", owner.token).code == "last_owner")
      #expect(try await server.send("DELETE", "/users/\(owner.id)", bearer: owner.token).code == "last_owner")
      #expect(try await server.post("/users/\(owner.id)/disable").code == "last_owner")
      #expect(try await role(admin.id, "global:owner", owner.token).status == 200)
      #expect(try await role(owner.id, "king", owner.token).code == "body_malformed")
      #expect(try await server.send("DELETE", "/users/\(owner.id)", bearer: owner.token).status == 204)
    }
  }

  @Test func aKeyThatMayOnlyInviteMakesNobodyWhoMayMore() async throws {
    try await TestServer.running { server in
      let scopes: JSONValue = ["user:create", "user:changeRole"]
      let made = try await server.post("/api-keys", ["label": "limited", "scopes": scopes])
      let key = try #require(made.json["key"]?.stringValue)
      let ann = try await server.member(.viewer, "ann@example.com")
      for role in Role.allCases {
        let body: JSONValue = [["email": "x@example.com", "role": .string(role.rawValue)]]
        let invited = try await server.send("POST", "/users", body.jsonBytes, key: key)
        #expect(invited.json[0]?["error"] != "" && invited.json[0]?["user"]?["inviteToken"] == nil, "\(role)")
        let change: JSONValue = ["newRoleName": .string(role.rawValue)]
        let changed = try await server.send("PATCH", "/users/\(ann.id)/role", change.jsonBytes, key: key)
        #expect(changed.code == "role_refused", "\(role)")
      }
    }
  }

  @Test func invitationsAreForOneUseAndOnePerson() async throws {
    try await TestServer.running { server in
      let ann = try await server.member(.viewer, "ann@example.com")
      #expect(try await server.post("/users", [["email": "ann@example.com"]]).json[0]?["error"] != "")
      let invited = try await server.post("/users", [["email": "bob@example.com", "role": "global:member"]])
      let token = try #require(invited.json[0]?["user"]?["inviteToken"]?.stringValue)
      let list = try await server.get("/invitations").json["data"]?.arrayValue ?? []
      #expect(list.map { $0["email"] } == ["bob@example.com"] && list.first?["role"] == "editor")
      #expect(!JSONValue.array(list).jsonText.contains(token.dropFirst(4)), "never twice")
      #expect(try await server.delete("/invitations/\(try #require(list.first?["id"]?.stringValue))").status == 204)
      let body: JSONValue = ["token": .string(token), "password": .string(Person.password)]
      #expect(try await server.post(anonymously: "/auth/accept-invitation", body).code == "token_unusable")
      for wrong in ["", "jst_", ann.refresh, ann.token, TestServer.apiKey] {
        let answer = try await server.post(
          anonymously: "/auth/accept-invitation", ["token": .string(wrong), "password": .string(Person.password)])
        #expect(answer.code == "token_unusable")
      }
      // Who has an account shows its password.
      let made = try await server.post("/workspaces", ["name": "acme"])
      let key = try #require(made.json["apiKey"]?["key"]?.stringValue)
      let second = try await server.send("POST", "/users", Array(#"[{"email":"ann@example.com"}]"#.utf8), key: key)
      let other = try #require(second.json[0]?["user"]?["inviteToken"]?.stringValue)
      func join(_ password: String) async throws -> Answer {
        try await server.post(
          anonymously: "/auth/accept-invitation", ["token": .string(other), "password": .string(password)])
      }
      #expect(try await join("wrong horse battery").code == "login_refused")
      #expect(try await join(Person.password).status == 201)
      #expect(try await server.signIn("ann@example.com", workspace: "acme").json["role"] == "editor")
      #expect(try await server.signIn("ann@example.com").json["role"] == "viewer")
    }
  }

  @Test func theFirstOwnerIsMadeOnceWithTheTokenThatWasShown() async throws {
    try await TestServer.running { server in
      let token = try #require(server.setupToken)
      func setUp(_ token: String, _ email: String, _ password: String = Person.password) async throws -> Answer {
        try await server.post(
          anonymously: "/auth/setup",
          ["token": .string(token), "email": .string(email), "password": .string(password), "name": "Ann"])
      }
      #expect(try await setUp(token, "no address").code == "email_unfit")
      #expect(try await setUp(token, "ann@example.com", "short").code == "password_unfit")
      let other = token.dropLast() + (token.hasSuffix("0") ? "1" : "0")
      #expect(try await setUp(String(other), "ann@example.com").status == 400)
      let made = try await setUp(token, "ann@example.com")
      #expect(made.status == 201 && made.json["name"] == "Ann")
      #expect(try await setUp(token, "bob@example.com").code == "token_unusable")
      let ann = try Person(try await server.signIn("ann@example.com"))
      #expect(try await server.send("GET", "/workspaces", bearer: ann.token).status == 200, "of the installation")
    }
  }

  /// A token of each kind at every place where one is asked for.
  @Test func aTokenOfOneKindIsNoneOfAnother() async throws {
    try await TestServer.running { server in
      let ann = try await server.member(.owner, "ann@example.com")
      let invited = try await server.post("/users", [["email": "bob@example.com"]])
      let invitation = try #require(invited.json[0]?["user"]?["inviteToken"]?.stringValue)
      let reset = try #require(
        try await server.post("/users/\(ann.id)/password-reset").json["token"]?.stringValue)
      for wrong in [ann.refresh, invitation, reset, "", "x", ann.token + "x", String(ann.token.dropLast())] {
        #expect(try await server.send("GET", "/auth/me", bearer: wrong).status == 401)
        #expect(try await server.send("GET", "/auth/me", key: wrong).status == 401)
      }
      #expect(try await server.send("GET", "/auth/me", key: ann.token).status == 401, "a token is no key")
      for wrong in [ann.token, invitation, reset, TestServer.apiKey] {
        #expect(try await server.post(anonymously: "/auth/refresh", ["refreshToken": .string(wrong)]).status == 401)
      }
      for (path, wrong) in [
        ("/auth/reset-password", invitation), ("/auth/accept-invitation", reset), ("/auth/reset-password", ann.refresh),
      ] {
        let answer = try await server.post(
          anonymously: path, ["token": .string(wrong), "password": .string(Person.password)])
        #expect(answer.code == "token_unusable", "\(path)")
      }
      let forged = HandmadeToken(
        key: "x", secret: Array(repeating: 0, count: 32), user: try #require(UserID(ann.id)),
        session: try #require(SessionID(ann.session)), issued: Int64(Date().timeIntervalSince1970))
      #expect(try await server.send("GET", "/auth/me", bearer: forged.text).status == 401)
    }
  }
}

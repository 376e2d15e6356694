import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import NIOHTTP1
import Testing

@testable import JobsprintBootstrap

/// Signing in through an identity provider. (Which tokens are taken: IdentityOfficeTests. Others' workspaces:
/// TenantTests.)
@Suite(.timeLimit(.minutes(2))) struct IdentityTests {
  private func running(_ body: (TestServer, ProviderServer) async throws -> Void) async throws {
    let provider = try await ProviderServer.start()
    defer { provider.stop() }
    try await TestServer.running(providers: [try provider.setting()]) { server in try await body(server, provider) }
  }

  private func actions(_ server: TestServer, of id: String) async throws -> [JSONValue?] {
    try await server.get("/audit-logs?subjectId=\(id)").json["data"]?.arrayValue?.map { $0["action"] } ?? []
  }

  @Test func whoHasLinkedAnIdentitySignsInWithItAsWithAPassword() async throws {
    try await running { server, server2 in
      let provider = server2.provider
      let listed = try await server.send("GET", "/auth/providers", key: nil)
      #expect(listed.json["data"] == [["name": "work", "issuer": .string(provider.issuer)]])
      let ann = try await server.member(.editor, "ann@example.com")
      #expect(try await server.signIn(through: provider, as: "subject of ann").code == "identity_unknown")
      let linked = try await server.link(ann, to: "subject of ann", of: provider)
      #expect(linked.status == 201 && linked.json["provider"] == "work" && linked.json["subject"] == "subject of ann")
      // The provider's word for her address has no say.
      let signedIn = try await server.signIn(through: provider, as: "subject of ann", email: "someone@else.example")
      #expect(signedIn.status == 200)
      let person = try Person(signedIn)
      #expect(person.id == ann.id && signedIn.json["role"] == "editor" && person.session != ann.session)
      #expect(try await server.send("POST", "/tags", ["name": "a"], bearer: person.token).status == 201)
      let refreshed = try await server.post(anonymously: "/auth/refresh", ["refreshToken": .string(person.refresh)])
      #expect(refreshed.status == 200)
      #expect(try await server.send("GET", "/identities", bearer: person.token).json["data"] == [linked.json])
      #expect(try await actions(server, of: ann.id).first == "identity.linked")
      let begun = try await server.get("/audit-logs?subjectId=\(person.session)").json["data"]?[0]
      #expect(begun?["action"] == "session.begun" && begun?["details"] == ["provider": "work"])
      #expect(begun?["actor"]?["id"]?.stringValue == ann.id)
    }
  }

  @Test func twoSubjectsOfOneEmailAddressAreTwoPeople() async throws {
    try await running { server, running in
      let provider = running.provider
      let (ann, bob) = (
        try await server.member(.editor, "ann@example.com"), try await server.member(.viewer, "bob@example.com")
      )
      _ = try await server.link(ann, to: "1", of: provider)
      _ = try await server.link(bob, to: "2", of: provider)
      for (subject, person) in [("1", ann), ("2", bob)] {
        #expect(
          try await server.signIn(through: provider, as: subject, email: "ann@example.com").json["user"]?["id"]?
            .stringValue == person.id)
      }
      #expect(try await server.signIn(through: provider, as: "3", email: "ann@example.com").code == "identity_unknown")
      // One that is somebody's is nobody else's.
      #expect(try await server.link(bob, to: "1", of: provider).code == "identity_taken")
      #expect(try await server.send("GET", "/identities", bearer: bob.token).json["data"]?.arrayValue?.count == 1)
    }
  }

  @Test func whoIsInvitedBecomesAUserWithoutAPassword() async throws {
    try await running { server, running in
      let provider = running.provider
      func invite(_ email: String, _ role: String = "operator") async throws -> JSONObject {
        let invited = try await server.post("/users", [["email": .string(email), "role": .string(role)]])
        return ["invitation": try #require(invited.json[0]?["user"]?["inviteToken"])]
      }
      var invitation = try await invite("cleo@example.com")
      invitation["name"] = "Cleo"
      let answer = try await server.returned(from: provider, as: "cleo", email: "other@example.com", invitation)
      let joined = try await server.post(anonymously: "/auth/oidc/finish", answer)
      #expect(joined.status == 200 && joined.json["role"] == "operator")
      #expect(joined.json["user"]?["email"] == "cleo@example.com" && joined.json["user"]?["name"] == "Cleo")
      let cleo = try Person(joined)
      #expect(try await server.signIn(through: provider, as: "cleo").status == 200)
      for password in ["", "null", Person.password] {
        #expect(try await server.signIn("cleo@example.com", password).status == 401)
      }
      #expect(
        try await server.post(
          anonymously: "/auth/oidc/start", ["provider": "work", "invitation": invitation["invitation"] ?? .null]
        )
        .code == "token_unusable")
      // Without it she could not sign in any more.
      let own = try #require(
        try await server.send("GET", "/identities", bearer: cleo.token).json["data"]?[0]?["id"]?.stringValue)
      #expect(try await server.send("DELETE", "/identities/\(own)", bearer: cleo.token).code == "last_identity")
      // She has no password to show, and may link another.
      #expect(try await server.link(cleo, to: "cleo 2", of: provider, password: nil).status == 201)
      #expect(try await server.send("DELETE", "/identities/\(own)", bearer: cleo.token).status == 204)
      #expect(try await server.signIn(through: provider, as: "cleo").code == "identity_unknown")

      // An account of this address is not taken over, and an invitation is for who has its address.
      let ann = try await server.member(.viewer, "ann@example.com")
      _ = try await server.link(ann, to: "ann", of: provider)
      let made = try await server.post("/workspaces", ["name": "other"])
      let key = try #require(made.json["apiKey"]?["key"]?.stringValue)
      func inviteThere(_ email: String) async throws -> JSONObject {
        let body: JSONValue = [["email": .string(email), "role": "admin"]]
        let invited = try await server.send("POST", "/users", body.jsonBytes, key: key)
        return ["invitation": try #require(invited.json[0]?["user"]?["inviteToken"])]
      }
      let there = try await inviteThere("ann@example.com")
      #expect(try await server.signIn(through: provider, as: "mallory", there).code == "email_taken")
      #expect(try await server.signIn(through: provider, as: "cleo 2", there).code == "login_refused")
      let welcome = try await server.signIn(through: provider, as: "ann", there)
      #expect(welcome.json["workspace"]?["name"] == "other" && welcome.json["role"] == "admin")
      let back = try await server.signIn(through: provider, as: "ann", ["workspace": "default"])
      #expect(back.json["role"] == "viewer")
      #expect(try await server.signIn(through: provider, as: "ann", ["workspace": "nowhere"]).code == "login_refused")
    }
  }

  @Test func linkingAsksForThePasswordAndUnlinkingEndsOtherSessions() async throws {
    try await running { server, running in
      let provider = running.provider
      let ann = try await server.member(.editor, "ann@example.com")
      for body in [["provider": "work"], ["provider": "work", "password": "wrong"]] as [JSONValue] {
        #expect(try await server.send("POST", "/identities/start", body, bearer: ann.token).code == "login_refused")
      }
      let id = try await server.link(ann, to: "ann", of: provider).id
      let other = try Person(try await server.signIn(through: provider, as: "ann"))
      // What one began another does not end.
      let bob = try await server.member(.editor, "bob@example.com")
      let anns = try await server.returned(
        from: provider, as: "new", at: "/identities/start", ["password": .string(Person.password)], bearer: ann.token)
      #expect(try await server.send("POST", "/identities", anns, bearer: bob.token).code == "sign_in_unusable")
      #expect(try await server.send("POST", "/identities", anns, bearer: ann.token).code == "sign_in_unusable")
      #expect(try await server.send("DELETE", "/identities/\(id)", bearer: bob.token).code == "identity_not_found")
      #expect(try await server.send("DELETE", "/identities/\(id)", bearer: ann.token).status == 204)
      #expect(try await server.send("GET", "/auth/me", bearer: other.token).status == 401)
      #expect(try await server.send("GET", "/auth/me", bearer: ann.token).status == 200)
      #expect(try await server.signIn(through: provider, as: "ann").code == "identity_unknown")
      #expect(try await server.send("DELETE", "/identities/\(id)", bearer: ann.token).code == "identity_not_found")
      #expect(try await actions(server, of: ann.id).prefix(2) == ["identity.unlinked", "identity.linked"])
    }
  }

  @Test func theOperatorLinksListsAndUnlinksAndADisabledUserDoesNotSignIn() async throws {
    try await running { server, running in
      let provider = running.provider
      let ann = try await server.member(.editor, "ann@example.com")
      let path = "/users/\(ann.id)/identities"
      let linked = try await server.post(path, ["provider": "work", "subject": "ann"])
      #expect(linked.status == 201)
      #expect(try await server.get(path).json["data"] == [linked.json])
      let session = try Person(try await server.signIn(through: provider, as: "ann"))
      _ = try await server.post("/users/\(ann.id)/disable")
      #expect(try await server.signIn(through: provider, as: "ann").code == "login_refused")
      #expect(try await server.send("GET", "/auth/me", bearer: session.token).status == 401)
      _ = try await server.post("/users/\(ann.id)/enable")
      let again = try Person(try await server.signIn(through: provider, as: "ann"))
      #expect(try await server.delete("\(path)/\(try linked.id)").status == 204)
      #expect(try await server.send("GET", "/auth/me", bearer: again.token).status == 401)
      #expect(try await server.signIn(through: provider, as: "ann").code == "identity_unknown")
      let nobody = "/users/\(UserID.numbered(9))/identities"
      #expect(try await server.get(nobody).code == "user_not_found")
      #expect(try await server.post(nobody, ["provider": "work", "subject": "x"]).code == "user_not_found")
      for subject in ["", "é", "a\u{0}", String(repeating: "a", count: 256)] {
        #expect(
          try await server.post(path, ["provider": "work", "subject": .string(subject)]).code == "identity_unfit")
      }
      #expect(try await server.post(path, ["provider": "x", "subject": "a"]).code == "provider_not_found")
      for number in 0..<20 {
        #expect(try await server.post(path, ["provider": "work", "subject": .string("\(number)")]).status == 201)
      }
      #expect(try await server.post(path, ["provider": "work", "subject": "20"]).code == "too_many_identities")
    }
  }

  @Test func aProviderThatFailsIsSaidSo() async throws {
    try await running { server, running in
      let provider = running.provider
      func begin() async throws -> Answer {
        try await server.post(anonymously: "/auth/oidc/start", ["provider": "work"])
      }
      // One that answers what another provider would is not asked.
      let other = try await ProviderServer.start()
      defer { other.stop() }
      for mood in [
        .large(declaresLength: true), .large(declaresLength: false),
        .leadsTo(other.provider.issuer + FakeIdentityProvider.Page.configuration.rawValue),
      ] as [ProviderServer.Mood] {
        running.behave(mood, at: .configuration)
        let answer = try await begin()
        #expect(answer.status == 503 && answer.code == "provider_unavailable", "\(mood)")
        #expect(answer.headers["Retry-After"] == ["5"])
        #expect(!answer.json.jsonText.contains("127.0.0.1"))
      }
      #expect(other.provider.asked(.configuration) == 0)
      running.behave(nil, at: .configuration)
      for status in [500, 404] {
        provider.answer(.configuration, with: status)
        #expect(try await begin().code == "provider_unavailable")
      }
      provider.answer(.configuration, with: nil)
      for mood in [.large(declaresLength: false), .leadsTo(other.provider.issuer + "/token")] as [ProviderServer.Mood] {
        running.behave(mood, at: .token)
        #expect(try await server.signIn(through: provider, as: "ann").code == "provider_unavailable")
      }
      running.behave(nil, at: .token)
      #expect(other.provider.asked(.token) == 0)
      #expect(try await server.signIn(through: provider, as: "ann").code == "identity_unknown")
    }
  }

  @Test(arguments: [ProviderServer.Mood.silent, .stuck])
  func aProviderIsNotWaitedForLongerThanTheLimit(mood: ProviderServer.Mood) async throws {
    let running = try await ProviderServer.start()
    defer { running.stop() }
    running.behave(mood, at: .keys)
    let failure = await #expect(throws: ProviderFailure.self) {
      try await ProviderHTTP(limit: .milliseconds(200)).send(
        ProviderRequest(running.provider.issuer + FakeIdentityProvider.Page.keys.rawValue))
    }
    #expect(failure?.reason == "it does not answer in time")
    let answer = try await ProviderHTTP().send(
      ProviderRequest(running.provider.issuer + FakeIdentityProvider.Page.configuration.rawValue))
    #expect(answer.status == 200)
  }

  @Test func whatIsWrongIsToldAndLeavesNothing() async throws {
    try await running { server, running in
      func post(_ path: String, _ body: JSONValue) async throws -> String? {
        try await server.post(anonymously: path, body).code
      }
      #expect(try await post("/auth/oidc/start", ["provider": "other"]) == "provider_not_found")
      #expect(try await post("/auth/oidc/start", [:]) == "body_malformed")
      #expect(try await post("/auth/oidc/start", ["provider": "work", "invitation": "jst_x"]) == "token_unusable")
      #expect(try await post("/auth/oidc/start", ["provider": "work", "email": "a@b"]) == "unknown_field")
      let long = JSONValue.string(String(repeating: "a", count: 5000))
      #expect(try await post("/auth/oidc/start", ["provider": "work", "workspace": long]) == "body_malformed")
      for body in [
        [:], ["state": "a"], ["state": "a", "attempt": "b"], ["state": "a", "attempt": "b", "code": 1],
        ["state": "a", "attempt": "b", "code": long],
      ] as [JSONValue] {
        #expect(try await post("/auth/oidc/finish", body) == "body_malformed")
      }
      let wrong: JSONValue = ["state": "a", "attempt": "b", "code": "c", "iss": nil]
      #expect(try await post("/auth/oidc/finish", wrong) == "sign_in_unusable")
      let refused = try await server.get("/audit-logs?action=session.refused").json["data"]?[0]
      #expect(refused?["details"]?["reason"]?.stringValue?.isEmpty == false)
      #expect(running.provider.asked(.token) == 0)
    }
  }

  @Test func withoutProvidersThereIsNothingToSignInThrough() async throws {
    try await TestServer.running { server in
      let listed = try await server.send("GET", "/auth/providers", key: nil)
      #expect(listed.json["data"] == [])
      let begun = try await server.post(anonymously: "/auth/oidc/start", ["provider": "work"])
      #expect(begun.code == "provider_not_found")
    }
  }
}

import HTTPTypes
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts

/// Signing in through an identity provider, and who is known to one as which user.
enum IdentityRoutes {
  static let all = [
    APIRoute(.get, "/auth/providers", needs: .nothing, providers),
    APIRoute(.post, "/auth/oidc/start", needs: .nothing, start),
    APIRoute(.post, "/auth/oidc/finish", needs: .nothing, finish),
    APIRoute(.get, "/identities", needs: .session, list),
    APIRoute(.post, "/identities", needs: .session, link),
    APIRoute(.post, "/identities/start", needs: .session, startLink),
    APIRoute(.delete, "/identities/{id}", needs: .session, unlink),
    APIRoute(.get, "/users/{id}/identities", .userResetPassword, listOfUser),
    APIRoute(.post, "/users/{id}/identities", .userResetPassword, linkUser),
    APIRoute(.delete, "/users/{id}/identities/{identityId}", .userResetPassword, unlinkUser),
  ]

  private static func providers(_ call: APICall) async throws -> Reply {
    let providers = call.api.identities.providers.map { provider -> JSONValue in
      ["name": .string(provider.name), "issuer": .string(provider.issuer)]
    }
    return Reply(["data": .array(providers), "nextCursor": .null])
  }

  private static func start(_ call: APICall) async throws -> Reply {
    let members = try await call.members(["provider", "workspace", "invitation", "name"])
    return Reply(
      .created,
      try await call.api.identities.start(
        at: try call.text("provider", in: members), workspace: try call.short("workspace", in: members),
        invitation: try call.short("invitation", in: members), name: try call.optionalName("name", in: members),
        from: call.caller
      ).representation)
  }

  private static func finish(_ call: APICall) async throws -> Reply {
    Reply(
      try await call.api.identities.finish(try await call.signInAnswer(), from: call.caller, agent: call.agent)
        .representation)
  }

  // MARK: One's own

  private static func list(_ call: APICall) async throws -> Reply { try await list(of: call.signedIn().0, call) }

  private static func startLink(_ call: APICall) async throws -> Reply {
    let members = try await call.members(["provider", "password"])
    return Reply(
      .created,
      try await call.api.identities.startLink(
        at: try call.text("provider", in: members), password: try call.optionalText("password", in: members),
        of: call.signedIn().0, by: call.caller
      ).representation)
  }

  private static func link(_ call: APICall) async throws -> Reply {
    let answer = try await call.signInAnswer()
    let identity = try await call.api.identities.finishLink(answer, of: call.signedIn().0, by: call.caller)
    return Reply(.created, identity.representation(call.api.identities.providers))
  }

  private static func unlink(_ call: APICall) async throws -> Reply {
    let (user, session) = try call.signedIn()
    try await call.api.identities.unlink(call.id(of: "identity"), of: user, keeping: session, by: call.caller)
    return .nothing
  }

  // MARK: For the operator of the installation

  private static func listOfUser(_ call: APICall) async throws -> Reply {
    try await list(of: call.id(of: "user"), call)
  }

  private static func linkUser(_ call: APICall) async throws -> Reply {
    let user: UserID = try call.id(of: "user")
    let members = try await call.members(["provider", "subject"])
    let identity = try await call.api.identities.link(
      user, at: try call.text("provider", in: members), subject: try call.text("subject", in: members), by: call.caller)
    return Reply(.created, identity.representation(call.api.identities.providers))
  }

  private static func unlinkUser(_ call: APICall) async throws -> Reply {
    try await call.api.identities.unlink(
      call.id("identityId", of: "identity"), of: call.id(of: "user"), keeping: nil, by: call.caller)
    return .nothing
  }

  private static func list(of user: UserID, _ call: APICall) async throws -> Reply {
    let providers = call.api.identities.providers
    let identities = try await call.api.identities.identities(of: user)
    return Reply(["data": .array(identities.map { $0.representation(providers) }), "nextCursor": .null])
  }
}

extension APICall {
  /// Longer texts are none of ours, and no provider's code.
  private static let longestText = 4096

  fileprivate func signInAnswer() async throws -> SignInAnswer {
    let members = try await members(["state", "attempt", "code", "iss"])
    func required(_ name: String) throws -> String {
      guard let text = try short(name, in: members) else {
        throw Problem.badBody("'\(name)' must be a text.", pointer: "/\(name)")
      }
      return text
    }
    return SignInAnswer(
      state: try required("state"), attempt: try required("attempt"), code: try required("code"),
      issuer: try short("iss", in: members))
  }

  fileprivate func optionalText(_ name: String, in members: JSONObject) throws -> String? {
    guard let value = members[name], !value.isNull else { return nil }
    return try text(name, in: members)
  }

  fileprivate func short(_ name: String, in members: JSONObject) throws -> String? {
    let text = try optionalText(name, in: members)
    guard text.map({ $0.utf8.count <= Self.longestText }) ?? true else {
      throw Problem.badBody("'\(name)' must be a text of at most \(Self.longestText) bytes.", pointer: "/\(name)")
    }
    return text
  }
}

extension SignInStart {
  fileprivate var representation: JSONValue {
    [
      "authorizationUrl": .string(authorizationAddress), "attempt": .string(attempt),
      "expiresAt": .string("\(expiresAt)"),
    ]
  }
}

extension LinkedIdentity {
  /// With the name of its provider, where that is still one here.
  fileprivate func representation(_ providers: [IdentityProvider]) -> JSONValue {
    let provider = providers.first { $0.issuer.hasSameCodeUnits(as: issuer) }
    return [
      "id": .string("\(id)"), "provider": provider.map { .string($0.name) } ?? .null, "issuer": .string(issuer),
      "subject": .string(subject), "createdAt": .string("\(createdAt)"),
    ]
  }
}

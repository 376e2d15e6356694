import HTTPTypes
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts

/// Signing in, staying signed in, and one's own account.
enum AuthRoutes {
  static let all = [
    APIRoute(.post, "/auth/setup", needs: .nothing, setUp),
    APIRoute(.post, "/auth/login", needs: .nothing, login),
    APIRoute(.post, "/auth/refresh", needs: .nothing, refresh),
    APIRoute(.post, "/auth/accept-invitation", needs: .nothing, accept),
    APIRoute(.post, "/auth/reset-password", needs: .nothing, reset),
    APIRoute(.post, "/auth/logout", needs: .session, logout),
    APIRoute(.post, "/auth/password", needs: .session, changePassword),
    APIRoute(.get, "/auth/me", needs: .identity, me),
  ]

  private static func setUp(_ call: APICall) async throws -> Reply {
    let members = try await call.members(["token", "email", "password", "name"])
    let user = try await call.api.accounts.setUp(
      token: try call.text("token", in: members), email: try call.text("email", in: members),
      name: try call.optionalName("name", in: members), password: try call.text("password", in: members),
      from: call.caller)
    return Reply(.created, user.representation)
  }

  private static func login(_ call: APICall) async throws -> Reply {
    let members = try await call.members(["email", "password", "workspace"])
    let workspace = try members["workspace"].flatMap { try $0.isNull ? nil : call.text("workspace", in: members) }
    return Reply(
      try await call.api.sessions.signIn(
        email: try call.text("email", in: members), password: try call.text("password", in: members),
        workspace: workspace, from: call.caller, agent: call.agent
      ).representation)
  }

  private static func refresh(_ call: APICall) async throws -> Reply {
    let members = try await call.members(["refreshToken"])
    return Reply(
      try await call.api.sessions.refresh(try call.text("refreshToken", in: members), from: call.caller)
        .representation)
  }

  private static func accept(_ call: APICall) async throws -> Reply {
    let members = try await call.members(["token", "password", "name"])
    let user = try await call.api.accounts.accept(
      token: try call.text("token", in: members), name: try call.optionalName("name", in: members),
      password: try call.text("password", in: members), from: call.caller)
    return Reply(.created, user.representation)
  }

  private static func reset(_ call: APICall) async throws -> Reply {
    let members = try await call.members(["token", "password"])
    try await call.api.accounts.reset(
      token: try call.text("token", in: members), password: try call.text("password", in: members), from: call.caller)
    return .nothing
  }

  private static func logout(_ call: APICall) async throws -> Reply {
    let (user, session) = try call.signedIn()
    try await call.api.sessions.revoke(session, of: user, by: call.caller)
    return .nothing
  }

  private static func changePassword(_ call: APICall) async throws -> Reply {
    let members = try await call.members(["currentPassword", "newPassword"])
    let (user, session) = try call.signedIn()
    try await call.api.accounts.changePassword(
      of: user, from: try call.text("currentPassword", in: members), to: try call.text("newPassword", in: members),
      keeping: session, by: call.caller)
    return .nothing
  }

  private static func me(_ call: APICall) async throws -> Reply {
    let principal = call.principal
    let workspace = try await call.api.workspaces.workspace(call.workspace)
    var user: User?
    var account: ServiceAccount?
    if let id = principal.user {
      do { account = try await call.api.serviceAccounts.account(id, in: call.workspace) } catch let error as AccessError
        where error.code == .serviceAccountNotFound
      { user = try await call.api.accounts.user(id) }
    }
    var key = JSONValue.null
    if case .key(let id, _) = principal.holder { key = .string("\(id)") }
    return Reply([
      "user": user.map { .object($0.members) } ?? .null,
      "serviceAccount": account.map(\.representation) ?? .null,
      "workspace": [
        "id": .string("\(call.workspace)"), "name": workspace.map { .string($0.name) } ?? .null,
      ],
      "role": principal.role.map { .string($0.rawValue) } ?? .null,
      "scopes": .array(principal.scopes.map(\.rawValue).sorted().map { .string($0) }),
      "sessionId": principal.session.map { .string("\($0)") } ?? .null, "apiKeyId": key,
    ])
  }
}

extension APICall {
  /// Who has signed in; a route that asks for it needs `session`.
  func signedIn() throws -> (UserID, SessionID) {
    guard case .session(let session, let user) = principal.holder else { throw Problem.needsSession }
    return (user, session)
  }

  /// A member that is there. Secrets: never part of a message.
  func text(_ name: String, in members: JSONObject) throws -> String {
    guard let text = members[name]?.stringValue else {
      throw Problem.badBody("'\(name)' must be a text.", pointer: "/\(name)")
    }
    return text
  }

  func optionalName(_ name: String, in members: JSONObject) throws -> String? {
    guard let value = members[name], !value.isNull else { return nil }
    return try self.name(name, in: members)
  }
}

extension SignedIn {
  var representation: JSONValue {
    [
      "accessToken": .string(accessToken), "tokenType": "Bearer", "expiresIn": .integer(Int64(expiresIn)),
      "refreshToken": .string(refreshToken), "session": session.representation(isCurrent: true),
      "user": .object(user.members), "role": .string(role.rawValue),
      "workspace": ["id": .string("\(workspace.id)"), "name": .string(workspace.name)],
    ]
  }
}

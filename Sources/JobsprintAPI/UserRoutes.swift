import Foundation
import HTTPTypes
import Hummingbird
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

/// Members of a workspace, as n8n's API has users; invitations; and accounts, for the operator of the installation.
enum UserRoutes {
  static let all = [
    APIRoute(.get, "/users", .userList, list),
    APIRoute(.post, "/users", .userCreate, invite),
    APIRoute(.get, "/users/{id}", .userRead, get),
    APIRoute(.delete, "/users/{id}", .userDelete, remove),
    APIRoute(.patch, "/users/{id}/role", .userChangeRole, changeRole),
    APIRoute(.get, "/invitations", .userList, invitations),
    APIRoute(.delete, "/invitations/{id}", .userDelete, revokeInvitation),
    APIRoute(.post, "/users/{id}/disable", .userDisable, disable),
    APIRoute(.post, "/users/{id}/enable", .userDisable, enable),
    APIRoute(.post, "/users/{id}/password-reset", .userResetPassword, issueReset),
  ]

  private static func list(_ call: APICall) async throws -> Reply {
    let withRole = try call.queryBool("includeRole") ?? false
    let page = try await call.api.accounts.members(in: call.workspace, page: call.page())
    return Reply(
      .list(
        page.elements.map { $0.representation(withRole: withRole) },
        next: page.hasMore ? page.elements.last?.user.id : nil))
  }

  private static func get(_ call: APICall) async throws -> Reply {
    let withRole = try call.queryBool("includeRole") ?? false
    return Reply(try await member(call).representation(withRole: withRole))
  }

  /// One result each; a token is shown in this answer only.
  private static func invite(_ call: APICall) async throws -> Reply {
    let bytes = try await call.bytes()
    guard let wanted = (try? JSONValue(parsing: bytes))?.arrayValue, (1...100).contains(wanted.count) else {
      throw Problem.badBody("The body must be an array of 1 to 100 objects with 'email' and 'role'.", pointer: "")
    }
    // All are read before the first is invited.
    let invitations = try wanted.enumerated().map { place, value -> (EmailAddress, Role) in
      guard let email = value["email"]?.stringValue.flatMap({ EmailAddress($0) }) else {
        throw Problem.badBody(
          "'email' must be an email address of visible ASCII characters.", pointer: "/\(place)/email")
      }
      guard let name = value["role"], !name.isNull else { return (email, .editor) }
      guard let role = name.stringValue.flatMap({ Role(n8n: $0) }) else {
        throw Problem.badBody(Role.choices, pointer: "/\(place)/role")
      }
      return (email, role)
    }
    return try await call.underKey { key in
      var results: [JSONValue] = []
      var isReplayed = true
      for (place, (email, role)) in invitations.enumerated() {
        do {
          try call.expectMayGive(role)
          let (reply, created) = try await invite(email, as: role, key: key.map { "\($0)/\(place)" }, call)
          results.append(["user": try JSONValue(parsing: reply.bytes), "error": ""])
          if created != nil { isReplayed = false }
        } catch let error as AccessError where error.code == .memberAlready || error.code == .roleRefused {
          results.append([
            "user": ["email": .string(email.text), "emailSent": false], "error": .string(error.message),
          ])
        }
      }
      let reply = Reply(.array(results))
      return key != nil && isReplayed ? reply.with("Idempotency-Replayed", "true") : reply
    }
  }

  /// The token is stored nowhere, not even for a replay.
  private static func invite(
    _ email: EmailAddress, as role: Role, key: String?, _ call: APICall
  ) async throws -> (reply: Reply, created: IssuedToken?) {
    let shown: @Sendable (IssuedToken) -> Reply = { Reply($0.invitation(withToken: true)) }
    let kept: @Sendable (IssuedToken) -> Reply = { Reply($0.invitation(withToken: false)) }
    let body: JSONValue = [.string(email.text), .string(role.rawValue)]
    return try await call.creating(body.jsonBytes, key: key, answer: shown, kept: kept) { idempotency in
      let invited = try await call.api.accounts.invite(
        email, as: role, granter: call.principal.role, by: call.caller, keeping: call.keeping(idempotency))
      return try invited.creation(for: idempotency)
    }
  }

  private static func changeRole(_ call: APICall) async throws -> Reply {
    let members = try await call.members(["newRoleName"])
    guard let role = members["newRoleName"]?.stringValue.flatMap({ Role(n8n: $0) }) else {
      throw Problem.badBody(Role.choices, pointer: "/newRoleName")
    }
    let user = try await member(call).user
    try call.expectMayGive(role)
    try await call.api.accounts.changeRole(of: user.id, to: role, granter: call.principal.role, by: call.caller)
    return Reply(Member(user: user, role: role).representation(withRole: true))
  }

  private static func remove(_ call: APICall) async throws -> Reply {
    let user = try await member(call).user
    try await call.api.accounts.remove(user.id, granter: call.principal.role, by: call.caller)
    return .nothing
  }

  private static func invitations(_ call: APICall) async throws -> Reply {
    let page = try await call.api.accounts.invitations(to: call.workspace, page: call.page())
    return Reply(
      .list(page.elements.map(\.representation), next: page.hasMore ? page.elements.last?.id : nil))
  }

  private static func revokeInvitation(_ call: APICall) async throws -> Reply {
    try await call.api.accounts.revokeInvitation(call.id(of: "invitation"), by: call.caller)
    return .nothing
  }

  // MARK: Accounts of the installation

  private static func disable(_ call: APICall) async throws -> Reply { try await setStatus(.disabled, call) }

  private static func enable(_ call: APICall) async throws -> Reply { try await setStatus(.active, call) }

  private static func setStatus(_ status: UserStatus, _ call: APICall) async throws -> Reply {
    let id: UserID = try call.id(of: "user")
    try await call.api.accounts.setStatus(status, of: id, by: call.caller)
    return Reply(try await call.api.accounts.user(id).representation)
  }

  private static func issueReset(_ call: APICall) async throws -> Reply {
    let id: UserID = try call.id(of: "user")
    let shown: @Sendable (IssuedToken) -> Reply = { Reply(.created, $0.passwordReset(withToken: true)) }
    let kept: @Sendable (IssuedToken) -> Reply = { Reply(.created, $0.passwordReset(withToken: false)) }
    return try await call.creating([], answer: shown, kept: kept) { idempotency in
      try await call.api.accounts.issueReset(of: id, by: call.caller, keeping: call.keeping(idempotency))
        .creation(for: idempotency)
    }.reply
  }

  /// The one that the path names, by id or by email address.
  private static func member(_ call: APICall) async throws -> Member {
    let reference = call.context.parameters.get("id") ?? ""
    return try await call.api.accounts.member(
      reference.removingPercentEncoding ?? reference, in: call.workspace)
  }
}

extension APICall {
  /// Nobody makes somebody who may do more than he himself: a key that may do nothing but invite would be an owner's.
  func expectMayGive(_ role: Role) throws(AccessError) {
    guard !role.scopes(in: workspace).isSubset(of: principal.scopes) else { return }
    throw AccessError(code: .roleRefused, message: "A role can't be given by who may do less than it.")
  }
}

extension APICall {
  /// What is kept of a token for the request's idempotency key.
  fileprivate func keeping(_ idempotency: IdempotencyRequest<IssuedToken>?) -> ((IssuedToken) -> IdempotencyRecord)? {
    idempotency.map { request in { request.record(for: $0, in: workspace, at: $0.record.createdAt) } }
  }
}

extension Issuing {
  fileprivate func creation(for idempotency: IdempotencyRequest<IssuedToken>?) throws -> Creation<IssuedToken> {
    switch self {
    case .issued(let token): .created(token)
    case .before(let record): try record.replay(for: idempotency?.fingerprint)
    }
  }
}

extension Role {
  static let choices = "The role must be one of \(allCases.map(\.rawValue).joined(separator: ", "))."

  /// Also n8n's names of roles.
  init?(n8n name: String) {
    switch name {
    case "global:owner": self = .owner
    case "global:admin": self = .admin
    case "global:member": self = .editor
    default:
      guard let role = Role(rawValue: name) else { return nil }
      self = role
    }
  }
}

extension User {
  var representation: JSONValue { .object(members) }

  /// Without what he signs in with. n8n's clients know `firstName` and `lastName`.
  var members: JSONObject {
    [
      "id": .string("\(id)"), "email": .string(email.text), "name": .string(name), "firstName": .string(name),
      "lastName": "", "isPending": false, "disabled": .bool(status == .disabled),
      "createdAt": .string("\(createdAt)"), "updatedAt": .string("\(updatedAt)"),
    ]
  }
}

extension Member {
  func representation(withRole: Bool) -> JSONValue {
    var members = user.members
    if withRole { members["role"] = .string(role.rawValue) }
    return .object(members)
  }
}

extension IssuedToken {
  /// What n8n says of somebody who was invited.
  fileprivate func invitation(withToken: Bool) -> JSONValue {
    var members: JSONObject = [
      "id": .string("\(record.id)"), "email": record.email.map { .string($0.text) } ?? .null,
      "role": record.role.map { .string($0.rawValue) } ?? .null,
      "inviteAcceptUrl": .string("\(APIRoute.base)/auth/accept-invitation"), "emailSent": false,
      "expiresAt": .string("\(record.expiresAt)"),
    ]
    if withToken { members["inviteToken"] = .string(text) }
    return .object(members)
  }

  fileprivate func passwordReset(withToken: Bool) -> JSONValue {
    var members: JSONObject = ["expiresAt": .string("\(record.expiresAt)")]
    if withToken { members["token"] = .string(text) }
    return .object(members)
  }
}

extension OneTimeToken {
  fileprivate var representation: JSONValue {
    [
      "id": .string("\(id)"), "email": email.map { .string($0.text) } ?? .null,
      "role": role.map { .string($0.rawValue) } ?? .null, "createdAt": .string("\(createdAt)"),
      "expiresAt": .string("\(expiresAt)"),
    ]
  }
}

import HTTPTypes
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

/// Members of a workspace that are no persons, and their keys.
enum ServiceAccountRoutes {
  static let all = [
    APIRoute(.get, "/service-accounts", .userList, list),
    APIRoute(.post, "/service-accounts", .userCreate, create),
    APIRoute(.get, "/service-accounts/{id}", .userRead, get),
    APIRoute(.patch, "/service-accounts/{id}", .userChangeRole, update),
    APIRoute(.delete, "/service-accounts/{id}", .userDelete, delete),
    APIRoute(.post, "/service-accounts/{id}/api-keys", .apiKeyCreate, createKey),
  ]

  private static func list(_ call: APICall) async throws -> Reply {
    let page = try await call.api.serviceAccounts.accounts(in: call.workspace, page: call.page())
    return Reply(.list(page.elements.map(\.representation), next: page.hasMore ? page.elements.last?.id : nil))
  }

  private static func get(_ call: APICall) async throws -> Reply {
    Reply(try await call.api.serviceAccounts.account(id(call), in: call.workspace).representation)
  }

  private static func create(_ call: APICall) async throws -> Reply {
    let members = try await call.members(["name", "role"])
    let name = try call.name("name", in: members)
    guard let role = try role(members) else { throw Problem.badBody(Role.choices, pointer: "/role") }
    try call.expectMayGive(role)
    return try await call.creating(JSONValue.object(members).jsonBytes, answer: created) { idempotency in
      let (account, kept) = try await call.api.serviceAccounts.create(
        name: name, role: role, granter: call.principal.role, by: call.caller,
        keeping: idempotency.map { request in
          { request.record(for: $0, in: call.workspace, at: $0.createdAt) }
        })
      return try kept?.replay(for: idempotency?.fingerprint) ?? .created(account)
    }.reply
  }

  @Sendable private static func created(_ account: ServiceAccount) -> Reply { Reply(.created, account.representation) }

  private static func update(_ call: APICall) async throws -> Reply {
    let members = try await call.members(["name", "role"])
    let role = try role(members)
    let name = try members["name"] == nil && role != nil ? nil : call.name("name", in: members)
    if let role { try call.expectMayGive(role) }
    return Reply(
      try await call.api.serviceAccounts.update(
        id(call), name: name, role: role, granter: call.principal.role, by: call.caller
      ).representation)
  }

  private static func delete(_ call: APICall) async throws -> Reply {
    try await call.api.serviceAccounts.delete(id(call), granter: call.principal.role, by: call.caller)
    return .nothing
  }

  /// A key of the account: it gives what the account's role does, and no more than its maker has.
  private static func createKey(_ call: APICall) async throws -> Reply {
    let account = try await call.api.serviceAccounts.account(id(call), in: call.workspace)
    return try await APIKeyRoutes.create(call, for: account)
  }

  private static func id(_ call: APICall) throws -> UserID { try call.id(of: "service account") }

  /// nil where nothing is said of it.
  private static func role(_ members: JSONObject) throws -> Role? {
    guard let value = members["role"] else { return nil }
    guard let role = value.stringValue.flatMap({ Role(rawValue: $0) }) else {
      throw Problem.badBody(Role.choices, pointer: "/role")
    }
    return role
  }
}

extension ServiceAccount {
  var representation: JSONValue {
    [
      "id": .string("\(id)"), "name": .string(name), "role": .string(role.rawValue),
      "createdAt": .string("\(createdAt)"), "updatedAt": .string("\(updatedAt)"),
    ]
  }
}

import HTTPTypes
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

/// API keys of a workspace.
enum APIKeyRoutes {
  static let all = [
    APIRoute(.get, "/api-keys", .apiKeyList, list),
    APIRoute(.post, "/api-keys", .apiKeyCreate, create),
    APIRoute(.delete, "/api-keys/{id}", .apiKeyDelete, delete),
  ]

  private static func list(_ call: APICall) async throws -> Reply {
    let page = try await call.api.apiKeys.keys(in: call.workspace, page: call.page())
    return Reply(
      .list(page.elements.map { $0.representation() }, next: page.hasMore ? page.elements.last?.id : nil))
  }

  private static func create(_ call: APICall) async throws -> Reply { try await create(call, for: nil) }

  /// A key never gives more than its maker has: no scope, and no later end.
  /// - Parameter account: whose the key is to be; nil: the maker's own.
  static func create(_ call: APICall, for account: ServiceAccount?) async throws -> Reply {
    let members = try await call.members(["label", "scopes", "expiresAt"])
    let label = try call.name("label", in: members)
    // What an account's role does not give, a key of it would not give either.
    let most = account.map { $0.role.scopes(in: call.workspace).intersection(call.principal.scopes) }
    let scopes = try scopes(call, members, upTo: most ?? call.principal.scopes)
    let owner = account?.id ?? call.principal.user
    let expiresAt = try expiry(call, members)
    let secret = APIKeySecret()
    let shown: @Sendable (APIKeyRecord) -> Reply = { Reply(.created, $0.representation(secret: secret.text)) }
    return try await call.creating(JSONValue.object(members).jsonBytes, answer: shown, kept: withoutKey) {
      idempotency in
      try await call.api.apiKeyEditor.create(
        label: label, hash: secret.hash, scopes: scopes, expiresAt: expiresAt, owner: owner, by: call.caller,
        idempotency: idempotency)
    }.reply
  }

  /// The key is stored nowhere, not even for a replay.
  @Sendable private static func withoutKey(_ key: APIKeyRecord) -> Reply { Reply(.created, key.representation()) }

  private static func delete(_ call: APICall) async throws -> Reply {
    Reply(try await call.api.apiKeyEditor.delete(call.id(of: "API key"), by: call.caller).representation())
  }

  private static func scopes(_ call: APICall, _ members: JSONObject, upTo most: Set<Scope>) throws -> Set<Scope> {
    guard let value = members["scopes"], !value.isNull else { return most }
    guard let names = value.arrayValue else {
      throw Problem.badBody("'scopes' must be an array of names.", pointer: "/scopes")
    }
    var scopes: Set<Scope> = []
    for (place, name) in names.enumerated() {
      guard let scope = name.stringValue.flatMap({ Scope(rawValue: $0) }) else {
        throw Problem.badBody("This is no scope: GET /discover lists those of a key.", pointer: "/scopes/\(place)")
      }
      guard most.contains(scope) else { throw Problem.forbidden(scope) }
      scopes.insert(scope)
    }
    return scopes
  }

  private static func expiry(_ call: APICall, _ members: JSONObject) throws -> Timestamp? {
    // A session ends soon; a key that its user makes is bound to his membership instead.
    let end = call.principal.session == nil ? call.principal.expiresAt : nil
    guard let value = members["expiresAt"], !value.isNull else { return end }
    guard let time = value.stringValue.flatMap({ Timestamp(iso8601: $0) }), time > call.api.clock.now else {
      throw Problem.badBody(
        "'expiresAt' must be a time to come in ISO 8601, like 2026-01-31T12:00:00Z.", pointer: "/expiresAt")
    }
    if let end, time > end {
      throw Problem(
        status: .forbidden, code: "forbidden",
        detail: "This API key expires at \(end); a key that it makes can't last longer.")
    }
    return time
  }
}

extension APIKeyRecord {
  /// - Parameter secret: the key itself, in the one answer that shows it.
  func representation(secret: String? = nil) -> JSONValue {
    var members: JSONObject = [
      "id": .string("\(id)"), "label": .string(label),
      "scopes": .array(scopes.map(\.rawValue).sorted().map { .string($0) }),
      "expiresAt": expiresAt.map { .string("\($0)") } ?? .null, "createdAt": .string("\(createdAt)"),
      "ownerId": owner.map { .string("\($0)") } ?? .null,
    ]
    if let secret { members["key"] = .string(secret) }
    return .object(members)
  }
}

import HTTPTypes
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

/// Workspaces of the installation: for its operator. The keys of other workspaces never have these scopes.
enum WorkspaceRoutes {
  static let all = [
    APIRoute(.get, "/workspaces", .workspaceList, list),
    APIRoute(.post, "/workspaces", .workspaceCreate, create),
    APIRoute(.get, "/workspaces/{id}", .workspaceList, get),
    APIRoute(.put, "/workspaces/{id}", .workspaceUpdate, update),
  ]

  private static func list(_ call: APICall) async throws -> Reply {
    let page = try await call.api.workspaces.workspaces(page: call.page())
    return Reply(.list(page.elements.map(\.representation), next: page.hasMore ? page.elements.last?.id : nil))
  }

  private static func create(_ call: APICall) async throws -> Reply {
    let name = try call.name("name", in: await call.members(["name"]))
    let secret = APIKeySecret()
    let shown: @Sendable (WorkspaceEditor.Created) -> Reply = { reply($0, secret: secret.text) }
    return try await call.creating(JSONValue.string(name).jsonBytes, answer: shown, kept: withoutKey) { idempotency in
      try await call.api.workspaceEditor.create(
        name: name, keyHash: secret.hash, by: call.caller, idempotency: idempotency)
    }.reply
  }

  /// The key is stored nowhere, not even for a replay.
  @Sendable private static func withoutKey(_ created: WorkspaceEditor.Created) -> Reply { reply(created, secret: nil) }

  private static func reply(_ created: WorkspaceEditor.Created, secret: String?) -> Reply {
    var members = created.workspace.representation.objectValue ?? [:]
    members["apiKey"] = created.firstKey.representation(secret: secret)
    return Reply(.created, .object(members))
  }

  private static func get(_ call: APICall) async throws -> Reply {
    let id: WorkspaceID = try call.id(of: "workspace")
    guard let workspace = try await call.api.workspaces.workspace(id) else {
      throw RuntimeError(.workspaceNotFound, "There is no workspace \(id).")
    }
    return Reply(workspace.representation)
  }

  private static func update(_ call: APICall) async throws -> Reply {
    let id: WorkspaceID = try call.id(of: "workspace")
    let members = try await call.members(["id", "name", "retentionDays", "maxConcurrency", "createdAt", "updatedAt"])
    let retention = try retention(in: members)
    let concurrency = try concurrency(in: members)
    // Whoever sets something else need not know the name.
    let isRenaming = members["name"] != nil || retention == nil && concurrency == nil
    let change = WorkspaceChange(
      name: isRenaming ? try call.name("name", in: members) : nil, retention: retention, concurrency: concurrency)
    return Reply(try await call.api.workspaceEditor.update(id, with: change, by: call.caller).representation)
  }

  /// nil where nothing is said of it.
  private static func retention(in members: JSONObject) throws -> WorkspaceChange.Retention? {
    guard let value = members["retentionDays"] else { return nil }
    if value.isNull { return .asInstallation }
    guard let days = value.integerValue, APILimits.retentionDays.contains(days) else {
      throw Problem.badBody(
        "'retentionDays' must be a whole number from \(APILimits.retentionDays.lowerBound) to "
          + "\(APILimits.retentionDays.upperBound), or null for what the installation has.", pointer: "/retentionDays")
    }
    return .days(days)
  }

  /// nil where nothing is said of it.
  private static func concurrency(in members: JSONObject) throws -> WorkspaceChange.Concurrency? {
    guard let value = members["maxConcurrency"] else { return nil }
    if value.isNull { return .unlimited }
    guard let limit = value.integerValue, APILimits.concurrency.contains(limit) else {
      throw Problem.badBody(
        "'maxConcurrency' must be a whole number from \(APILimits.concurrency.lowerBound) to "
          + "\(APILimits.concurrency.upperBound), or null for no limit.", pointer: "/maxConcurrency")
    }
    return .limited(to: limit)
  }
}

extension Workspace {
  var representation: JSONValue {
    [
      "id": .string("\(id)"), "name": .string(name),
      "retentionDays": retentionDays.map { .integer(Int64($0)) } ?? .null,
      "maxConcurrency": maxConcurrency.map { .integer(Int64($0)) } ?? .null, "createdAt": .string("\(createdAt)"),
      "updatedAt": .string("\(updatedAt)"),
    ]
  }
}

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
    let name = try call.name("name", in: await call.members(["id", "name", "createdAt", "updatedAt"]))
    return Reply(try await call.api.workspaceEditor.rename(id, to: name, by: call.caller).representation)
  }
}

extension Workspace {
  var representation: JSONValue {
    [
      "id": .string("\(id)"), "name": .string(name), "createdAt": .string("\(createdAt)"),
      "updatedAt": .string("\(updatedAt)"),
    ]
  }
}

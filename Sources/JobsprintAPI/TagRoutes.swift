import HTTPTypes
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

/// Tags of a workspace.
enum TagRoutes {
  static let all = [
    APIRoute(.get, "/tags", .tagList, list),
    APIRoute(.post, "/tags", .tagCreate, create),
    APIRoute(.get, "/tags/{id}", .tagRead, get),
    APIRoute(.put, "/tags/{id}", .tagUpdate, update),
    APIRoute(.delete, "/tags/{id}", .tagDelete, delete),
  ]

  private static func list(_ call: APICall) async throws -> Reply {
    let page = try await call.api.tags.tags(in: call.workspace, page: call.page())
    return Reply(.list(page.elements.map(\.representation), next: page.hasMore ? page.elements.last?.id : nil))
  }

  private static func create(_ call: APICall) async throws -> Reply {
    let name = try await name(call)
    let body = JSONValue.string(name).jsonBytes
    return try await call.creating(body, answer: created) { idempotency in
      try await call.api.tagEditor.create(name: name, by: call.caller, idempotency: idempotency)
    }.reply
  }

  @Sendable private static func created(_ tag: Tag) -> Reply { Reply(.created, tag.representation) }

  private static func get(_ call: APICall) async throws -> Reply {
    let id: TagID = try call.id(of: "tag")
    guard let tag = try await call.api.tags.tag(id, in: call.workspace) else {
      throw RuntimeError(.tagNotFound, "There is no tag \(id) in this workspace.")
    }
    return Reply(tag.representation)
  }

  private static func update(_ call: APICall) async throws -> Reply {
    let id: TagID = try call.id(of: "tag")
    return Reply(try await call.api.tagEditor.rename(id, to: try await name(call), by: call.caller).representation)
  }

  private static func delete(_ call: APICall) async throws -> Reply {
    Reply(try await call.api.tagEditor.delete(call.id(of: "tag"), by: call.caller).representation)
  }

  private static func name(_ call: APICall) async throws -> String {
    // n8n's clients send back the read-only members, too.
    try call.name("name", in: await call.members(["id", "name", "createdAt", "updatedAt"]))
  }
}

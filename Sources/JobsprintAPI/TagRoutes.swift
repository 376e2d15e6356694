import HTTPTypes
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

/// Tags of a workspace.
enum TagRoutes {
  static let all = [
    APIRoute(.get, "/tags", list),
    APIRoute(.post, "/tags", create),
    APIRoute(.get, "/tags/{id}", get),
    APIRoute(.put, "/tags/{id}", update),
    APIRoute(.delete, "/tags/{id}", delete),
  ]

  private static func list(_ call: APICall) async throws -> Reply {
    let page = try await call.api.tags.tags(in: call.workspace, page: call.page())
    return Reply(.list(page.elements.map(\.representation), next: page.hasMore ? page.elements.last?.id : nil))
  }

  private static func create(_ call: APICall) async throws -> Reply {
    let name = try await name(call)
    let body = JSONValue.string(name).jsonBytes
    return try await call.creating(body, answer: created) { idempotency in
      try await call.api.tagEditor.create(name: name, in: call.workspace, idempotency: idempotency)
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
    return Reply(try await call.api.tagEditor.rename(id, to: try await name(call), in: call.workspace).representation)
  }

  private static func delete(_ call: APICall) async throws -> Reply {
    Reply(try await call.api.tagEditor.delete(call.id(of: "tag"), in: call.workspace).representation)
  }

  private static func name(_ call: APICall) async throws -> String {
    // n8n's clients send back the read-only members, too.
    let members = try await call.members(["id", "name", "createdAt", "updatedAt"])
    guard let name = members["name"]?.stringValue,
      (1...APILimits.tagName).contains(name.unicodeScalars.count), !name.allSatisfy(\.isWhitespace)
    else {
      throw Problem.badBody(
        "'name' must be a text of 1 to \(APILimits.tagName) characters, not only of spaces.", pointer: "/name")
    }
    return name
  }
}

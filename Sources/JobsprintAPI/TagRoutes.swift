import HTTPTypes
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

/// Tags of a workspace, and which of its executions carry them.
enum TagRoutes {
  static let all = [
    APIRoute(.get, "/tags", .tagList, list),
    APIRoute(.post, "/tags", .tagCreate, create),
    APIRoute(.get, "/tags/{id}", .tagRead, get),
    APIRoute(.put, "/tags/{id}", .tagUpdate, update),
    APIRoute(.delete, "/tags/{id}", .tagDelete, delete),
    APIRoute(.get, "/executions/{id}/tags", .executionTagsList, ofExecution),
    APIRoute(.put, "/executions/{id}/tags", .executionTagsUpdate, setOfExecution),
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

  private static func ofExecution(_ call: APICall) async throws -> Reply {
    let id: ExecutionID = try call.id(of: "execution")
    guard let tags = try await call.api.executions.tags(of: id, in: call.workspace) else {
      throw ExecutionRoutes.unknown(id)
    }
    return Reply(.array(tags.map(\.representation)))
  }

  private static func setOfExecution(_ call: APICall) async throws -> Reply {
    let id: ExecutionID = try call.id(of: "execution")
    let tags = try await call.api.tagEditor.setTags(call.tags(of: "execution"), of: id, by: call.caller)
    return Reply(.array(tags.map(\.representation)))
  }

  private static func name(_ call: APICall) async throws -> String {
    // n8n's clients send back the read-only members, too.
    try call.name("name", in: await call.members(["id", "name", "createdAt", "updatedAt"]))
  }
}

extension APICall {
  /// The body as n8n has it, `[{"id": …}, …]`; each tag once.
  func tags(of bearer: String) async throws -> [TagID] {
    let value: JSONValue
    do { value = try JSONValue(parsing: try await bytes()) } catch let error as JSONError {
      throw Problem.badBody("The body is no JSON: \(error).")
    }
    guard case .array(let elements) = value else {
      throw Problem.badBody("The body must be an array of {\"id\": …}.", pointer: "")
    }
    guard elements.count <= APILimits.tagsOfOne else {
      throw Problem.badBody(
        "A \(bearer) has at most \(APILimits.tagsOfOne) tags; these are \(elements.count).", pointer: "")
    }
    var tags: [TagID] = []
    for (place, element) in elements.enumerated() {
      guard let tag = element["id"]?.stringValue.flatMap({ TagID($0) }) else {
        throw Problem.badBody("Each element must be an object with the id of a tag.", pointer: "/\(place)/id")
      }
      if let other = element.objectValue?.keys.first(where: { $0 != "id" }) {
        throw Problem(
          status: .badRequest, code: "unknown_field", detail: "An element has an 'id' and nothing else.",
          places: [
            Problem.Place(
              pointer: "/\(place)/\(other.asPointerToken)", code: "unknown_field", detail: "This field is not known.")
          ])
      }
      if !tags.contains(tag) { tags.append(tag) }
    }
    return tags
  }
}

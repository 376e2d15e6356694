import HTTPTypes
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

/// Turning workflows on and off, and their tags.
enum WorkflowStateRoutes {
  static let all = [
    APIRoute(.post, "/workflows/{id}/activate", .workflowActivate, activate),
    APIRoute(.post, "/workflows/{id}/deactivate", .workflowDeactivate, deactivate),
    APIRoute(.post, "/workflows/{id}/archive", .workflowUpdate, archive),
    APIRoute(.post, "/workflows/{id}/unarchive", .workflowUpdate, unarchive),
    APIRoute(.get, "/workflows/{id}/tags", .workflowTagsList, tags),
    APIRoute(.put, "/workflows/{id}/tags", .workflowTagsUpdate, setTags),
  ]

  private static func activate(_ call: APICall) async throws -> Reply {
    let id: WorkflowID = try call.id(of: "workflow")
    let members = try await call.members(["versionId", "name", "description"], isOptional: true)
    var version: VersionID?
    if let value = members["versionId"], !value.isNull {
      guard let found = value.stringValue.flatMap({ VersionID($0) }) else {
        throw Problem.badBody("'versionId' must be the id of a version.", pointer: "/versionId")
      }
      version = found
    }
    return try representation(call).reply(
      await call.api.workflowEditor.activate(id, version: version, by: call.caller))
  }

  private static func deactivate(_ call: APICall) async throws -> Reply {
    try representation(call).reply(
      await call.api.workflowEditor.deactivate(call.id(of: "workflow"), by: call.caller))
  }

  private static func archive(_ call: APICall) async throws -> Reply {
    try representation(call).reply(
      await call.api.workflowEditor.setArchived(true, call.id(of: "workflow"), by: call.caller))
  }

  private static func unarchive(_ call: APICall) async throws -> Reply {
    try representation(call).reply(
      await call.api.workflowEditor.setArchived(false, call.id(of: "workflow"), by: call.caller))
  }

  private static func tags(_ call: APICall) async throws -> Reply {
    Reply(.array(try await WorkflowRoutes.stored(call).tags.map(\.representation)))
  }

  /// The body is n8n's: `[{"id": …}, …]`.
  private static func setTags(_ call: APICall) async throws -> Reply {
    let id: WorkflowID = try call.id(of: "workflow")
    let value: JSONValue
    do { value = try JSONValue(parsing: try await call.bytes()) } catch let error as JSONError {
      throw Problem.badBody("The body is no JSON: \(error).")
    }
    guard case .array(let elements) = value else {
      throw Problem.badBody("The body must be an array of {\"id\": …}.", pointer: "")
    }
    guard elements.count <= APILimits.tagsOfWorkflow else {
      throw Problem.badBody(
        "A workflow has at most \(APILimits.tagsOfWorkflow) tags; these are \(elements.count).", pointer: "")
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
    let now = try await call.api.tagEditor.setTags(tags, of: id, by: call.caller)
    return Reply(.array(now.map(\.representation)))
  }

  private static func representation(_ call: APICall) -> WorkflowRepresentation {
    WorkflowRepresentation(editor: call.api.workflowEditor)
  }
}

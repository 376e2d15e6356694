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
      await call.api.workflowEditor.activate(id, version: version, by: call.caller, ifMatch: call.ifMatch()))
  }

  private static func deactivate(_ call: APICall) async throws -> Reply {
    try representation(call).reply(
      await call.api.workflowEditor.deactivate(call.id(of: "workflow"), by: call.caller, ifMatch: call.ifMatch()))
  }

  private static func archive(_ call: APICall) async throws -> Reply {
    try representation(call).reply(
      await call.api.workflowEditor.setArchived(
        true, call.id(of: "workflow"), by: call.caller, ifMatch: call.ifMatch()))
  }

  private static func unarchive(_ call: APICall) async throws -> Reply {
    try representation(call).reply(
      await call.api.workflowEditor.setArchived(
        false, call.id(of: "workflow"), by: call.caller, ifMatch: call.ifMatch()))
  }

  private static func tags(_ call: APICall) async throws -> Reply {
    reply(try await WorkflowRoutes.stored(call))
  }

  private static func setTags(_ call: APICall) async throws -> Reply {
    let id: WorkflowID = try call.id(of: "workflow")
    let tags = try await call.tags(of: "workflow")
    return try await reply(call.api.tagEditor.setTags(tags, of: id, by: call.caller, ifMatch: call.ifMatch()))
  }

  /// The tags of a workflow, with its ETag: they are a part of it.
  private static func reply(_ workflow: StoredWorkflow) -> Reply {
    Reply(.array(workflow.tags.map(\.representation))).with("ETag", workflow.revision.etag)
  }

  private static func representation(_ call: APICall) -> WorkflowRepresentation {
    WorkflowRepresentation(editor: call.api.workflowEditor)
  }
}

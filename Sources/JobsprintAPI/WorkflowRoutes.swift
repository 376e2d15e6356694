import HTTPTypes
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

/// Workflows and their versions.
enum WorkflowRoutes {
  static let all = [
    APIRoute(.get, "/workflows", .workflowList, list),
    APIRoute(.post, "/workflows", .workflowCreate, create),
    APIRoute(.get, "/workflows/{id}", .workflowRead, get),
    APIRoute(.put, "/workflows/{id}", .workflowUpdate, update),
    APIRoute(.delete, "/workflows/{id}", .workflowDelete, delete),
    APIRoute(.get, "/workflows/{id}/document", .workflowRead, document),
    APIRoute(.get, "/workflows/{id}/versions", .workflowRead, versions),
    APIRoute(.get, "/workflows/{id}/{versionId}", .workflowRead, version),
  ]

  private static func list(_ call: APICall) async throws -> Reply {
    var filter = WorkflowFilter()
    filter.isActive = try call.queryBool("active")
    filter.name = try call.query("name")
    filter.tags = try (call.query("tags") ?? "").split(separator: ",").map { String($0) }
    filter.text = try call.query("q")
    let representation = WorkflowRepresentation(excludesPinData: try call.queryBool("excludePinnedData") ?? false)
    let page = try await call.api.workflows.workflows(matching: filter, in: call.workspace, page: call.sortedPage())
    return Reply(.list(page.elements.map(representation.value), next: page.hasMore ? page.elements.last?.id : nil))
  }

  private static func create(_ call: APICall) async throws -> Reply {
    let (document, bytes) = try await call.object()
    let representation = WorkflowRepresentation(editor: call.api.workflowEditor)
    return try await call.creating(bytes, answer: representation.reply) { idempotency in
      try await call.api.workflowEditor.create(document, bytes: bytes, by: call.caller, idempotency: idempotency)
    }.reply
  }

  private static func get(_ call: APICall) async throws -> Reply {
    let workflow = try await stored(call)
    let representation = WorkflowRepresentation(
      editor: call.api.workflowEditor, excludesPinData: try call.queryBool("excludePinnedData") ?? false)
    return representation.reply(workflow)
  }

  private static func update(_ call: APICall) async throws -> Reply {
    let id: WorkflowID = try call.id(of: "workflow")
    let ifMatch = try call.ifMatch()
    let (document, bytes) = try await call.object()
    return WorkflowRepresentation(editor: call.api.workflowEditor).reply(
      try await call.api.workflowEditor.update(id, with: document, bytes: bytes, by: call.caller, ifMatch: ifMatch))
  }

  private static func delete(_ call: APICall) async throws -> Reply {
    let removed = try await call.api.workflowEditor.delete(
      call.id(of: "workflow"), by: call.caller, ifMatch: call.ifMatch())
    return WorkflowRepresentation().reply(removed)
  }

  /// The bytes that were given, to the last space.
  private static func document(_ call: APICall) async throws -> Reply {
    let workflow = try await stored(call)
    return Reply(bytes: workflow.document).with("ETag", workflow.revision.etag)
  }

  private static func versions(_ call: APICall) async throws -> Reply {
    let workflow = try await stored(call)
    let page = try await call.api.workflows.versions(of: workflow.id, in: call.workspace, page: call.page())
    let values: [JSONValue] = page.elements.map {
      ["versionId": .string("\($0.id)"), "name": .string($0.name), "createdAt": .string("\($0.createdAt)")]
    }
    return Reply(.list(values, next: page.hasMore ? page.elements.last?.id : nil))
  }

  private static func version(_ call: APICall) async throws -> Reply {
    let id: WorkflowID = try call.id(of: "workflow")
    let version: VersionID = try call.id("versionId", of: "version")
    guard let stored = try await call.api.workflows.version(version, in: call.workspace), stored.workflow == id else {
      throw RuntimeError(.versionNotFound, "The workflow has no version \(version).")
    }
    return Reply(WorkflowRepresentation.version(stored))
  }

  static func stored(_ call: APICall) async throws -> StoredWorkflow {
    let id: WorkflowID = try call.id(of: "workflow")
    guard let workflow = try await call.api.workflows.workflow(id, in: call.workspace) else {
      throw RuntimeError(.workflowNotFound, "There is no workflow \(id) in this workspace.")
    }
    return workflow
  }
}

extension JSONValue {
  /// n8n's form of a page.
  static func list<Kind>(_ values: [JSONValue], next: Identifier<Kind>?) -> JSONValue {
    ["data": .array(values), "nextCursor": next.map { .string("\($0)") } ?? .null]
  }
}

// A workflow on the API: the document as it was given, with the members that the platform manages over it.

import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

struct WorkflowRepresentation: Sendable {
  /// Tells what is doubtful in a document; nil where lists have no use for it.
  var editor: WorkflowEditor?
  var excludesPinData = false

  func value(_ workflow: StoredWorkflow) -> JSONValue {
    var members = Self.document(workflow.document)
    let given = members
    if excludesPinData { members["pinData"] = nil }
    members["id"] = .string("\(workflow.id)")
    members["name"] = .string(workflow.name)
    members["active"] = .bool(workflow.activeVersion != nil)
    members["isArchived"] = .bool(workflow.isArchived)
    members["versionId"] = .string("\(workflow.version)")
    members["activeVersionId"] = workflow.activeVersion.map { .string("\($0)") } ?? .null
    members["createdAt"] = .string("\(workflow.createdAt)")
    members["updatedAt"] = .string("\(workflow.updatedAt)")
    members["triggerCount"] = workflow.activeVersion == nil ? 0 : 1
    members["tags"] = .array(workflow.tags.map { $0.representation })
    // Ours in every answer: what a client read and sends back is old.
    members["warnings"] = editor.map { .array($0.warnings(for: given).representation) }
    return .object(members)
  }

  @Sendable func reply(_ workflow: StoredWorkflow) -> Reply {
    Reply(value(workflow)).with("ETag", workflow.revision.etag)
  }

  static func version(_ version: StoredVersion) -> JSONValue {
    let members = document(version.document)
    return [
      "versionId": .string("\(version.id)"), "workflowId": .string("\(version.workflow)"),
      "name": .string(version.name), "nodes": members["nodes"] ?? [], "connections": members["connections"] ?? [:],
      "settings": members["settings"] ?? [:], "createdAt": .string("\(version.createdAt)"),
    ]
  }

  /// Stored documents were parsed when they came.
  static func document(_ bytes: [UInt8]) -> JSONObject { (try? JSONValue(parsing: bytes))?.objectValue ?? [:] }
}

extension WorkflowRevision {
  /// Strong: another one for each change of the workflow.
  var etag: String { "\"\(version).\(updatedAt.milliseconds)\"" }

  /// nil for what ``etag`` never gave.
  init?(etag: String) {
    let parts = etag.dropFirst().dropLast().split(separator: ".", omittingEmptySubsequences: false)
    guard etag.hasPrefix("\""), etag.hasSuffix("\""), parts.count == 2, let version = VersionID(String(parts[0])),
      let milliseconds = Int64(parts[1])
    else { return nil }
    self.init(version: version, updatedAt: Timestamp(milliseconds: milliseconds))
  }
}

extension [WorkflowIssue] {
  /// The first ones, and how many there are besides.
  var representation: [JSONValue] {
    var values: [JSONValue] = prefix(APILimits.listedIssues).map {
      ["code": .string($0.code.rawValue), "pointer": .string($0.pointer), "message": .string($0.message)]
    }
    if count > values.count {
      values.append([
        "code": "more_issues", "pointer": "", "message": .string("\(count - values.count) more are not listed"),
      ])
    }
    return values
  }
}

extension Tag {
  var representation: JSONValue {
    [
      "id": .string("\(id)"), "name": .string(name), "createdAt": .string("\(createdAt)"),
      "updatedAt": .string("\(updatedAt)"),
    ]
  }
}

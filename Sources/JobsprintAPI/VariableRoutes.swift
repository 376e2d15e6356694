import HTTPTypes
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

/// Variables of a workspace, which its workflows read as `$vars`.
enum VariableRoutes {
  static let all = [
    APIRoute(.get, "/variables", .variableList, list),
    APIRoute(.post, "/variables", .variableCreate, create),
    APIRoute(.put, "/variables/{id}", .variableUpdate, update),
    APIRoute(.delete, "/variables/{id}", .variableDelete, delete),
  ]

  private enum State: String { case empty }

  private static func list(_ call: APICall) async throws -> Reply {
    let state: State? = try call.queryChoice("state", "empty")
    // A workspace is what n8n calls a project.
    if let project = try call.query("projectId"), !project.isEmpty, project != "\(call.workspace)" {
      return Reply(.list([], next: nil as VariableID?))
    }
    let page = try await call.api.variables.variables(
      in: call.workspace, onlyEmpty: state == .empty, page: call.page())
    return Reply(.list(page.elements.map(\.representation), next: page.hasMore ? page.elements.last?.id : nil))
  }

  private static func create(_ call: APICall) async throws -> Reply {
    let (key, value) = try await input(call)
    return try await call.creating(JSONValue.array([.string(key), .string(value)]).jsonBytes, answer: created) {
      idempotency in
      try await call.api.variableEditor.create(key: key, value: value, by: call.caller, idempotency: idempotency)
    }.reply
  }

  @Sendable private static func created(_ variable: Variable) -> Reply { Reply(.created, variable.representation) }

  private static func update(_ call: APICall) async throws -> Reply {
    let id: VariableID = try call.id(of: "variable")
    let (key, value) = try await input(call)
    try await call.api.variableEditor.update(id, key: key, value: value, by: call.caller)
    return .nothing
  }

  private static func delete(_ call: APICall) async throws -> Reply {
    try await call.api.variableEditor.delete(call.id(of: "variable"), by: call.caller)
    return .nothing
  }

  private static func input(_ call: APICall) async throws -> (key: String, value: String) {
    // Clients send back the read-only members, too.
    let members = try await call.members(["id", "key", "value", "type", "projectId", "createdAt", "updatedAt"])
    try call.checkProject(in: members)
    guard let key = members["key"]?.stringValue, (1...APILimits.variableKey).contains(key.utf8.count),
      key.utf8.allSatisfy(isKeyLetter)
    else {
      throw Problem.badBody(
        "'key' must be a text of 1 to \(APILimits.variableKey) of the letters A to Z and a to z, digits and '_'.",
        pointer: "/key")
    }
    guard let value = members["value"]?.stringValue, value.unicodeScalars.count <= APILimits.variableValue else {
      throw Problem.badBody(
        "'value' must be a text of at most \(APILimits.variableValue) characters.", pointer: "/value")
    }
    return (key, value)
  }

  private static func isKeyLetter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension APICall {
  /// What n8n calls a project is the workspace, and a caller sees no other one.
  func checkProject(in members: JSONObject) throws {
    guard let project = members["projectId"], !project.isNull else { return }
    guard project == .string("\(workspace)") else {
      throw RuntimeError(
        .workspaceNotFound, "There is no such project here: 'projectId' is the workspace's id, or left out.")
    }
  }
}

extension Variable {
  fileprivate var representation: JSONValue {
    [
      "id": .string("\(id)"), "key": .string(key), "value": .string(value), "type": "string",
      "createdAt": .string("\(createdAt)"), "updatedAt": .string("\(updatedAt)"),
    ]
  }
}

import HTTPTypes
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

/// Credentials of a workspace. Their secrets come in, and never go out.
enum CredentialRoutes {
  static let all = [
    APIRoute(.get, "/credentials", .credentialList, list),
    APIRoute(.post, "/credentials", .credentialCreate, create),
    APIRoute(.get, "/credentials/{id}", .credentialRead, get),
    APIRoute(.patch, "/credentials/{id}", .credentialUpdate, update),
    APIRoute(.delete, "/credentials/{id}", .credentialDelete, delete),
    APIRoute(.post, "/credentials/{id}/test", .credentialTest, test),
    APIRoute(.get, "/credentials/schema/{credentialTypeName}", .credentialList, schema),
  ]

  private static func list(_ call: APICall) async throws -> Reply {
    let page = try await call.api.credentials.credentials(in: call.workspace, page: call.page())
    let workspace = try await call.api.workspaces.workspace(call.workspace)
    let credentials = page.elements.map { credential -> JSONValue in
      var members = credential.representation
      // A workspace is what n8n calls a project.
      members["shared"] = .array(
        [workspace].compactMap { $0 }.map {
          [
            "id": .string("\($0.id)"), "name": .string($0.name), "role": "credential:owner",
            "createdAt": .string("\($0.createdAt)"), "updatedAt": .string("\($0.updatedAt)"),
          ]
        })
      return .object(members)
    }
    return Reply(.list(credentials, next: page.hasMore ? page.elements.last?.id : nil))
  }

  private static func create(_ call: APICall) async throws -> Reply {
    let members = try await call.members(readOnly.union(writable).union(["projectId"]))
    try call.checkProject(in: members)
    try checkSharing(members)
    let name = try call.name("name", in: members)
    let type = try type(members)
    guard let secrets = members["data"]?.objectValue else {
      throw Problem.badBody("'data' must be an object with the fields of the type.", pointer: "/data")
    }
    let hosts = try allowedHosts(members)
    let fingerprint = try call.api.credentialEditor.fingerprint(of: JSONValue.object(members).jsonBytes)
    return try await call.creating(fingerprint, answer: answer) { idempotency in
      try await call.api.credentialEditor.create(
        name: name, type: type, secrets: secrets, allowedHosts: hosts, by: call.caller, idempotency: idempotency)
    }.reply
  }

  @Sendable private static func answer(_ credential: StoredCredential) -> Reply {
    Reply(.object(credential.representation))
  }

  private static func get(_ call: APICall) async throws -> Reply {
    let id: CredentialID = try call.id(of: "credential")
    guard let credential = try await call.api.credentials.credential(id, in: call.workspace) else {
      throw CredentialEditor.notFound(id)
    }
    return answer(credential)
  }

  private static func update(_ call: APICall) async throws -> Reply {
    let id: CredentialID = try call.id(of: "credential")
    let members = try await call.members(readOnly.union(writable).union(["isPartialData"]))
    try checkSharing(members)
    var change = CredentialEditor.Change()
    if members["name"] != nil { change.name = try call.name("name", in: members) }
    if members["type"] != nil { change.type = try type(members) }
    if let data = members["data"] {
      guard let secrets = data.objectValue else {
        throw Problem.badBody("'data' must be an object with the fields of the type.", pointer: "/data")
      }
      change.secrets = secrets
    }
    change.isPartial = members["isPartialData"] == true
    if members["allowedHosts"] != nil { change.allowedHosts = .some(try allowedHosts(members)) }
    return answer(try await call.api.credentialEditor.update(id, with: change, by: call.caller))
  }

  private static func delete(_ call: APICall) async throws -> Reply {
    answer(try await call.api.credentialEditor.delete(call.id(of: "credential"), by: call.caller))
  }

  private static func test(_ call: APICall) async throws -> Reply {
    switch try await call.api.credentialEditor.test(call.id(of: "credential"), by: call.caller) {
    case .good(let message): Reply(["status": "OK", "message": .string(message)])
    case .bad(let message): Reply(["status": "Error", "message": .string(message)])
    }
  }

  private static func schema(_ call: APICall) async throws -> Reply {
    Reply(try call.api.credentialEditor.type(call.path("credentialTypeName")).schema)
  }

  // MARK: Bodies

  private static let writable: Set<String> = [
    "name", "type", "data", "allowedHosts", "isGlobal", "isResolvable",
  ]
  /// Clients send them back.
  private static let readOnly: Set<String> = [
    "id", "isManaged", "resolvableAllowFallback", "resolverId", "createdAt", "updatedAt", "shared",
  ]

  private static func type(_ members: JSONObject) throws -> String {
    guard let type = members["type"]?.stringValue else {
      throw Problem.badBody("'type' must be the name of a type of credentials, like 'jwtAuth'.", pointer: "/type")
    }
    return type
  }

  /// A credential belongs to one workspace, and what is in it is what nodes get.
  private static func checkSharing(_ members: JSONObject) throws {
    for name in ["isGlobal", "isResolvable"] where members[name] == true {
      throw Problem.badBody("'\(name)' can't be true here: a credential is its workspace's own.", pointer: "/\(name)")
    }
  }

  /// nil: any host.
  private static func allowedHosts(_ members: JSONObject) throws -> [String]? {
    guard let value = members["allowedHosts"], !value.isNull else { return nil }
    guard let elements = value.arrayValue, elements.count <= APILimits.allowedHosts else {
      throw Problem.badBody(
        "'allowedHosts' must be a list of at most \(APILimits.allowedHosts) names of hosts, or null for any.",
        pointer: "/allowedHosts")
    }
    return try elements.enumerated().map { place, element in
      guard let name = element.stringValue?.lowercased(), isHost(name) else {
        throw Problem.badBody(
          "It must be the name of a host, like 'api.example.com', or '*.example.com' for all below it.",
          pointer: "/allowedHosts/\(place)")
      }
      return name
    }
  }

  /// RFC 1123, 2.1, with a wildcard in front; addresses, too.
  private static func isHost(_ name: String) -> Bool {
    let labels = (name.hasPrefix("*.") ? name.dropFirst(2) : name[...]).split(
      separator: ".", omittingEmptySubsequences: false)
    return name.utf8.count <= 253
      && labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
          && label.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
      }
  }
}

extension StoredCredential {
  /// n8n's shape, without what is secret.
  fileprivate var representation: JSONObject {
    [
      "id": .string("\(id)"), "name": .string(name), "type": .string(type), "isManaged": false, "isGlobal": false,
      "isResolvable": false, "resolvableAllowFallback": false, "resolverId": nil,
      "allowedHosts": allowedHosts.map { .array($0.map { .string($0) }) } ?? .null,
      "createdAt": .string("\(createdAt)"), "updatedAt": .string("\(updatedAt)"),
    ]
  }
}

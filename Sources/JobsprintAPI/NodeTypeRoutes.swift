import HTTPTypes
import JobsprintDomain
import JobsprintPorts

/// What this installation can run.
enum NodeTypeRoutes {
  static let all = [APIRoute(.get, "/node-types", .nodeTypeList, list)]

  @Sendable private static func list(_ call: APICall) async throws -> Reply {
    Reply([
      "data": .array(
        call.api.library.descriptions.map { type in
          [
            "name": .string(type.type), "displayName": .string(type.displayName), "description": .string(type.summary),
            "versions": .array(type.versions.map { .number($0) }), "isTrigger": .bool(type.isTrigger),
            "outputs": .array(type.outputs.map { .string($0) }), "hasOutsideEffect": .bool(type.hasOutsideEffect),
            "credentials": .array(type.credentials.map { .string($0) }),
            "parameters": .array(type.parameters.map(representation)),
          ]
        }), "nextCursor": nil,
    ])
  }

  private static func representation(_ parameter: NodeParameter) -> JSONValue {
    [
      "path": .string(parameter.path), "kind": .string(parameter.kind.rawValue),
      "description": .string(parameter.summary), "default": parameter.defaultValue ?? .null,
      "choices": .array(parameter.choices.map { .string($0) }),
    ]
  }
}

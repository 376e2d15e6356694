import HTTPTypes
import JobsprintAccess
import JobsprintDomain

/// What somebody may do.
enum DiscoverRoutes {
  static let all = [APIRoute(.get, "/discover", needs: .identity, discover)]

  /// n8n's shape. Everybody who is known may ask, and is told of itself only.
  @Sendable private static func discover(_ call: APICall) async throws -> Reply {
    let (resource, operation) = (try call.query("resource"), try call.query("operation"))
    var resources: JSONObject = [:]
    for route in APIRoute.all {
      guard let scope = route.scope, call.principal.scopes.contains(scope) else { continue }
      let parts = scope.rawValue.split(separator: ":", maxSplits: 1).map { String($0) }
      guard parts.count == 2, resource.map({ $0 == parts[0] }) ?? true, operation.map({ $0 == parts[1] }) ?? true
      else { continue }
      let endpoint: JSONValue = [
        "operation": .string(parts[1]), "method": .string(route.method.rawValue),
        "endpoint": .string(route.base + route.path),
      ]
      resources[parts[0]] = .array((resources[parts[0]]?.arrayValue ?? []) + [endpoint])
    }
    let filters: JSONValue = [
      "resource": resource.map { .string($0) } ?? .null, "operation": operation.map { .string($0) } ?? .null,
    ]
    return Reply([
      "data": [
        "scopes": .array(call.principal.scopes.map(\.rawValue).sorted().map { .string($0) }),
        "resources": .object(resources), "filters": filters, "specUrl": "/openapi.yaml",
      ]
    ])
  }
}

import HTTPTypes
import JobsprintDomain

/// What somebody has to be for a route.
enum RouteNeed: Sendable, Hashable {
  /// Nobody has to say who he is. Such routes stand in ``PublicRoutes`` as well.
  case nothing
  /// Anybody who is known.
  case identity
  /// Somebody who has signed in: no API key will do.
  case session
  case scope(Scope)
}

/// One operation of the API. The table of all of them is held against openapi.yaml by a test.
struct APIRoute: Sendable {
  typealias Handler = @Sendable (APICall) async throws -> Reply

  let method: HTTPRequest.Method
  /// What the path is below: `/api/v1`, but for what tools look for at the root.
  let base: String
  /// With parameters in braces, as in openapi.yaml.
  let path: String
  let need: RouteNeed
  let handler: Handler

  init(
    _ method: HTTPRequest.Method, _ path: String, needs need: RouteNeed, base: String = base,
    _ handler: @escaping Handler
  ) {
    self.method = method
    self.base = base
    self.path = path
    self.need = need
    self.handler = handler
  }

  init(_ method: HTTPRequest.Method, _ path: String, _ scope: Scope, _ handler: @escaping Handler) {
    self.init(method, path, needs: .scope(scope), handler)
  }

  /// nil where none is asked for.
  var scope: Scope? {
    guard case .scope(let scope) = need else { return nil }
    return scope
  }

  /// As people and the audit log call it.
  var name: String { "\(method.rawValue) \(path)" }

  static let base = "/api/v1"

  static let all: [APIRoute] =
    AuthRoutes.all + IdentityRoutes.all + SessionRoutes.all + UserRoutes.all + ServiceAccountRoutes.all
    + WorkflowRoutes.all + WorkflowStateRoutes.all
    + ExecuteRoutes.all + BatchRoutes.all + ExecutionRoutes.all + EventRoutes.all + DeadLetterRoutes.all + TagRoutes.all
    + VariableRoutes.all + CredentialRoutes.all + NodeTypeRoutes.all + WorkspaceRoutes.all + APIKeyRoutes.all
    + AuditLogRoutes.all + DiscoverRoutes.all + MetricsRoutes.all

  /// What is wrong with a table of routes: with such a table nothing starts.
  static func flaws(in routes: [APIRoute]) -> [String] {
    var flaws: [String] = []
    var names: Set<String> = []
    let given = Role.allCases.reduce(into: Set<Scope>()) { $0.formUnion($1.scopes(in: .initial)) }
    for route in routes {
      if !names.insert(route.name).inserted { flaws.append("\(route.name) stands twice") }
      switch route.need {
      case .nothing where !PublicRoutes.api.contains(route.name):
        flaws.append("\(route.name) asks for nothing, and is no public route")
      case .scope(let scope) where !given.contains(scope):
        flaws.append("\(route.name) asks for '\(scope.rawValue)', which no role gives")
      case .identity, .session, .scope:
        if PublicRoutes.api.contains(route.name) { flaws.append("\(route.name) is public, and asks for something") }
      case .nothing: break
      }
    }
    for name in PublicRoutes.api where !names.contains(name) { flaws.append("there is no \(name)") }
    return flaws.sorted()
  }
}

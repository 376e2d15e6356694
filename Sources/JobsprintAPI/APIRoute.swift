import HTTPTypes
import JobsprintDomain

/// One operation of the API. The table of all of them is held against openapi.yaml by a test.
struct APIRoute: Sendable {
  typealias Handler = @Sendable (APICall) async throws -> Reply

  let method: HTTPRequest.Method
  /// What the path is below: `/api/v1`, but for what tools look for at the root.
  let base: String
  /// With parameters in braces, as in openapi.yaml.
  let path: String
  /// What a key needs for it; nil: any key will do.
  let scope: Scope?
  let handler: Handler

  init(
    _ method: HTTPRequest.Method, _ path: String, _ scope: Scope?, base: String = base, _ handler: @escaping Handler
  ) {
    self.method = method
    self.base = base
    self.path = path
    self.scope = scope
    self.handler = handler
  }

  static let base = "/api/v1"

  static let all: [APIRoute] =
    WorkflowRoutes.all + WorkflowStateRoutes.all + ExecuteRoutes.all + ExecutionRoutes.all + DeadLetterRoutes.all
    + TagRoutes.all + NodeTypeRoutes.all + WorkspaceRoutes.all + APIKeyRoutes.all + AuditLogRoutes.all
    + DiscoverRoutes.all + MetricsRoutes.all
}

import HTTPTypes

/// One operation of the API. The table of all of them is held against openapi.yaml by a test.
struct APIRoute: Sendable {
  typealias Handler = @Sendable (APICall) async throws -> Reply

  let method: HTTPRequest.Method
  /// Below `/api/v1`, with parameters in braces, as in openapi.yaml.
  let path: String
  let handler: Handler

  init(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
    self.method = method
    self.path = path
    self.handler = handler
  }

  static let base = "/api/v1"

  static let all: [APIRoute] =
    WorkflowRoutes.all + WorkflowStateRoutes.all + ExecuteRoutes.all + ExecutionRoutes.all + TagRoutes.all
    + NodeTypeRoutes.all
}

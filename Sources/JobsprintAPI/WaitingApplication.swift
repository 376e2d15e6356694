// What a process answers while its store is not there yet: it lives, it is not ready, and every request may be sent
// again later.

import HTTPTypes
import Hummingbird
import JobsprintDomain
import JobsprintPorts
public import Logging
public import ServiceLifecycle

/// - Parameter reason: what is wrong, without names of hosts or users: anybody can ask.
public func makeWaitingApplication(
  host: String, port: Int, log: Logger, reason: @escaping @Sendable () -> String
) -> some Service {
  Application(
    responder: CallbackResponder { (request: Request, _: BasicRequestContext) -> Response in
      let id = ProblemMiddleware.requestID(request)
      var response: Response
      switch request.uri.path {
      case "/livez": response = Reply(["status": "ok"]).response
      case "/readyz":
        let value: JSONValue = ["status": "unavailable", "parts": ["store": .string(reason())]]
        response = Reply(.serviceUnavailable, value).with("Retry-After", "1").response
      default:
        let problem = Problem(PortError(.unavailable, "the store is not there yet"))
        response = problem.response(instance: request.uri.path, requestID: id)
      }
      response.headers.set("X-Request-Id", id)
      return response
    },
    configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil), logger: log)
}

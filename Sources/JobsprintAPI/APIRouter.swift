// The door: request ids, authentication, and every error as a problem. A route can't be reached around it.

import HTTPTypes
public import Hummingbird
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime
public import Logging
import NIOCore

/// The API as an application on an address.
/// - Parameters:
///   - port: 0 for any free one.
///   - origins: whose pages may use the API from a browser, exactly as browsers send them.
///   - onReady: called with the port when requests are answered.
/// - Throws: ``RouteTableError`` for routes that do not say what they need.
public func makeApplication(
  _ api: APIDependencies, host: String, port: Int, origins: Set<String>, log: Logger,
  onReady: @escaping @Sendable (Int) async -> Void
) throws -> some ApplicationProtocol {
  Application(
    router: try makeRouter(api, origins: origins, log: log),
    server: LoopBoundHTTP.server(idleTimeout: .seconds(75), requestTimeout: APILimits.requestTimeout),
    configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil, backlog: 1024),
    onServerRunning: { channel in await onReady(channel.localAddress?.port ?? port) },
    logger: log)
}

/// The routes are not what they should be; a mistake of whoever wrote them.
public struct RouteTableError: Error, Sendable, CustomStringConvertible {
  public let description: String
}

func makeRouter(
  _ api: APIDependencies, routes: [APIRoute] = APIRoute.all, origins: Set<String> = [], log: Logger
) throws -> Router<APIContext> {
  let flaws = APIRoute.flaws(in: routes)
  guard flaws.isEmpty else { throw RouteTableError(description: flaws.joined(separator: "; ")) }
  let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
  if !origins.isEmpty { router.add(middleware: CrossOriginMiddleware(origins: origins)) }
  router.add(middleware: ProblemMiddleware(log: log))
  for route in routes {
    let path = (route.base + route.path).replacing("{", with: ":").replacing("}", with: "")
    router.on(RouterPath(path), method: route.method) { request, context -> Response in
      let (principal, fields) = try await admission(of: request, context, to: route, api)
      let call = APICall(request: request, context: context, principal: principal, api: api)
      if let refusal = refusal(of: principal, by: route) {
        if api.refusals.isNew(principal.actor, route.name, at: api.clock.now) {
          try await api.accounts.noteRefusal(
            of: route.name, needing: route.scope?.rawValue ?? "session", by: call.caller)
        }
        throw refusal
      }
      var response = try await route.handler(call).response
      for (name, value) in fields { response.headers.set(name, value) }
      return response
    }
  }
  PublicRoutes.add(to: router, api)
  return router
}

/// nil: he may.
private func refusal(of principal: Principal, by route: APIRoute) -> Problem? {
  switch route.need {
  case .nothing, .identity: nil
  case .session: principal.session == nil ? .needsSession : nil
  case .scope(let scope): principal.scopes.contains(scope) ? nil : .forbidden(scope)
  }
}

/// Gives each request its id, and each error its form.
struct ProblemMiddleware: RouterMiddleware {
  typealias Context = APIContext

  let log: Logger

  func handle(
    _ request: Request, context: APIContext, next: @concurrent (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    context.requestID = Self.requestID(request)
    context.trace = request.headers.first("traceparent").flatMap { TraceContext($0) }?.child(
      span: .random(in: 1...(.max)))
    var response: Response
    do {
      guard request.uri.string.utf8.count <= APILimits.url else { throw Problem.urlTooLong }
      response = try await next(request, context)
    } catch {
      response = problem(of: error, request, context).response(instance: request.uri.path, requestID: context.requestID)
    }
    response.headers.set("X-Request-Id", context.requestID)
    // https://w3c.github.io/trace-context/#traceresponse-header
    if let trace = context.trace { response.headers.set("traceresponse", "\(trace)") }
    return response
  }

  private func problem(of error: any Error, _ request: Request, _ context: APIContext) -> Problem {
    switch error {
    case let problem as Problem: return problem
    case let error as RuntimeError:
      note(error.port, context)
      return Problem(error)
    case let error as AccessError: return Problem(error)
    case let error as PortError:
      note(error, context)
      return Problem(error)
    case let error as HTTPError where error.status == .notFound: return unrouted(request)
    case let error as HTTPError:
      return Problem(status: error.status, code: "request_invalid", detail: error.body ?? error.status.reasonPhrase)
    default:
      log.error("unexpected error", metadata: context.metadata(of: error))
      return .internalError
    }
  }

  private func note(_ error: PortError?, _ context: APIContext) {
    guard let error else { return }
    log.error("the store failed", metadata: context.metadata(of: error))
  }

  /// No route: another method of the path, or none at all.
  private func unrouted(_ request: Request) -> Problem {
    let steps = request.uri.path.split(separator: "/", omittingEmptySubsequences: false)
    let matching = APIRoute.all.compactMap { route -> (method: String, names: Int)? in
      let wanted = (route.base + route.path).split(separator: "/", omittingEmptySubsequences: false)
      guard wanted.count == steps.count, zip(wanted, steps).allSatisfy({ $0.hasPrefix("{") ? !$1.isEmpty : $0 == $1 })
      else { return nil }
      return (route.method.rawValue, wanted.count { $0.hasPrefix("{") })
    }
    // `/executions/stop` is no execution's id.
    let fewest = matching.map(\.names).min()
    var methods = matching.filter { $0.names == fewest }.map(\.method)
    if PublicRoutes.paths.contains(request.uri.path) { methods = ["GET"] }
    if methods.contains("GET") { methods.append("HEAD") }
    guard !methods.isEmpty else {
      return .notFound("There is nothing at \(request.method.rawValue) \(request.uri.path.prefix(200)).")
    }
    return Problem(
      status: .methodNotAllowed, code: "method_not_allowed",
      detail: "\(request.method.rawValue) is not possible here; possible: \(methods.joined(separator: ", ")).",
      headers: [("Allow", methods.joined(separator: ", "))])
  }

  /// The caller's own id where it is harmless, else a new one.
  static func requestID(_ request: Request) -> String {
    if let given = request.headers.first("X-Request-Id"), (1...128).contains(given.utf8.count),
      given.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    {
      return given
    }
    var random = SystemRandomNumberGenerator()
    return String(random.next(), radix: 36)
  }
}

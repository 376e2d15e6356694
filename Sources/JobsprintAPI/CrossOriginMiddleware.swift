// What a page of another origin may ask (https://fetch.spec.whatwg.org/#http-cors-protocol): nothing, unless its origin
// was named. Nobody is known here by a cookie, so credentials are never allowed: a page sends its token as a field.
// Hummingbird's own middleware names the fields that a page may read in preflights only, where no browser looks for
// them.

import HTTPTypes
import Hummingbird

struct CrossOriginMiddleware: RouterMiddleware {
  typealias Context = APIContext

  /// As browsers send them.
  let origins: Set<String>

  private static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE"
  private static let sent = [
    "Authorization", "X-API-Key", "X-N8N-API-KEY", "Content-Type", "Idempotency-Key", "If-Match", "Last-Event-ID",
    "X-Request-Id", "traceparent",
  ].joined(separator: ", ")
  /// Those that a page may read without are CORS's own: `Content-Type`, `Cache-Control` and few others.
  private static let read = [
    "ETag", "Location", "Allow", "Idempotency-Replayed", "RateLimit", "RateLimit-Policy", "Retry-After",
    "WWW-Authenticate", "X-Request-Id", "traceresponse",
  ].joined(separator: ", ")
  /// Seconds for which a browser remembers a preflight.
  private static let memory = "600"

  func handle(
    _ request: Request, context: APIContext, next: @concurrent (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    guard let origin = request.headers[.origin], origins.contains(origin) else {
      var response = try await next(request, context)
      response.headers.append(HTTPField(name: .vary, value: "Origin"))
      return response
    }
    let isPreflight = request.method == .options && request.headers[.accessControlRequestMethod] != nil
    var response = isPreflight ? Response(status: .noContent) : try await next(request, context)
    response.headers[.accessControlAllowOrigin] = origin
    response.headers.append(HTTPField(name: .vary, value: "Origin"))
    if isPreflight {
      response.headers[.accessControlAllowMethods] = Self.methods
      response.headers[.accessControlAllowHeaders] = Self.sent
      response.headers[.accessControlMaxAge] = Self.memory
    } else {
      response.headers[.accessControlExposeHeaders] = Self.read
    }
    return response
  }
}

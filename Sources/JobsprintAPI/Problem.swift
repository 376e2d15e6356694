// What went wrong, as RFC 9457 says it. `message` repeats `detail` for clients that were written for n8n.

import Hummingbird
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

struct Problem: Error, Sendable {
  struct Place: Sendable {
    /// RFC 6901, into the body.
    let pointer: String
    let code: String
    let detail: String
  }

  var status: HTTPResponse.Status
  /// Stable, for machines; each has a page in docs/errors.
  var code: String
  var detail: String
  var places: [Place] = []
  var headers: [(String, String)] = []

  func response(instance: String, requestID: String) -> Response {
    var body = members
    body["instance"] = .string(instance)
    body["requestId"] = .string(requestID)
    var reply = Reply(status, bytes: JSONValue.object(body).jsonBytes, contentType: "application/problem+json")
    reply.headers += headers
    return reply.response
  }

  /// What is said of it wherever it is told.
  var members: JSONObject {
    var body: JSONObject = [
      "type": .string("urn:jobsprint:error:\(code)"), "title": .string(status.reasonPhrase),
      "status": .integer(Int64(status.code)), "detail": .string(detail), "code": .string(code),
      "message": .string(detail),
    ]
    if !places.isEmpty {
      var listed = Array(places.prefix(APILimits.listedIssues))
      if places.count > listed.count {
        listed.append(
          Place(pointer: "", code: "more_issues", detail: "\(places.count - listed.count) more are not listed."))
      }
      body["errors"] = .array(
        listed.map {
          ["pointer": .string($0.pointer), "code": .string($0.code), "detail": .string($0.detail)]
        })
    }
    return body
  }
}

extension Problem {
  static func notFound(_ detail: String) -> Problem { Problem(status: .notFound, code: "not_found", detail: detail) }

  static func badParameter(_ name: String, _ expected: String, found: String) -> Problem {
    Problem(
      status: .badRequest, code: "parameter_invalid",
      detail: "The query parameter '\(name)' must be \(expected), not '\(found.prefix(64))'.")
  }

  static func badBody(_ detail: String, pointer: String? = nil) -> Problem {
    Problem(
      status: .badRequest, code: "body_malformed", detail: detail,
      places: pointer.map { [Place(pointer: $0, code: "body_malformed", detail: detail)] } ?? [])
  }

  static let bodyTooLarge = Problem(
    status: .contentTooLarge, code: "body_too_large",
    detail: "The body is larger than the \(APILimits.body >> 20) MiB that are accepted. Send less at a time.")

  static let bodyIncomplete = Problem(
    status: .badRequest, code: "request_invalid",
    detail: "The body did not come whole: its chunks or its length are not what HTTP/1.1 asks for. Send it again.")

  static let urlTooLong = Problem(
    status: .uriTooLong, code: "url_too_long",
    detail: "The URL is longer than the \(APILimits.url) bytes that are accepted. Send long values in a body.")

  static let unauthorized = Problem(
    status: .unauthorized, code: "unauthorized",
    detail: "A valid API key or access token is needed: send the key as 'X-API-Key: <key>', or either as "
      + "'Authorization: Bearer <key or token>'.",
    headers: [("WWW-Authenticate", "Bearer")])

  static let needsSession = Problem(
    status: .forbidden, code: "forbidden",
    detail: "This is for somebody who has signed in (POST /auth/login); an API key is nobody's session.")

  static func forbidden(_ scope: Scope) -> Problem {
    Problem(
      status: .forbidden, code: "forbidden",
      detail: "You may not do that: this API key, or your role in the workspace, lacks the scope '\(scope.rawValue)'.")
  }

  static let internalError = Problem(
    status: .internalServerError, code: "internal_error",
    detail: "The server failed in a way that it did not expect. The request id leads to the log entry.")
}

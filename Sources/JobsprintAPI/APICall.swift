import Foundation
import HTTPTypes
import Hummingbird
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime
import NIOCore

/// One request to one route, with ways to read it that say what is wrong with it.
struct APICall: Sendable {
  let request: Request
  let context: APIContext
  let principal: Principal
  let api: APIDependencies

  var workspace: WorkspaceID { principal.workspace }

  /// For the audit log.
  var caller: Caller {
    Caller(
      workspace: principal.workspace, actor: principal.actor, requestID: context.requestID,
      address: context.address)
  }

  /// The program that asks, as it says.
  var agent: String? { request.headers[.userAgent] }

  // MARK: Path and query

  /// An id from the path. Text that is no id names nothing.
  func id<Kind>(_ name: String = "id", of what: String) throws -> Identifier<Kind> {
    let text = path(name)
    guard let id = Identifier<Kind>(text) else { throw Problem.notFound("There is no \(what) '\(text.prefix(64))'.") }
    return id
  }

  /// A parameter of the path as it stands there.
  func path(_ name: String) -> String { context.parameters.get(name) ?? "" }

  /// nil where it is absent or empty. `+` is a space, as in forms.
  func query(_ name: String) throws -> String? {
    for pair in (request.uri.query ?? "").split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, decoded(parts[0]) == name else { continue }
      // A filter that can't be read must not become none at all.
      guard let value = decoded(parts[1]) else {
        throw Problem.badParameter(name, "percent-encoded UTF-8", found: String(parts[1]))
      }
      return value
    }
    return nil
  }

  private func decoded(_ text: Substring) -> String? {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return String(text) }
    return String(text).replacing("+", with: " ").removingPercentEncoding
  }

  func queryID<Kind>(_ name: String) throws -> Identifier<Kind>? {
    guard let text = try query(name), !text.isEmpty else { return nil }
    guard let id = Identifier<Kind>(text) else { throw Problem.badParameter(name, "an id", found: text) }
    return id
  }

  func queryBool(_ name: String) throws -> Bool? {
    switch try query(name) {
    case nil, ""?: return nil
    case "true"?, "1"?: return true
    case "false"?, "0"?: return false
    case let text?: throw Problem.badParameter(name, "true or false", found: text)
    }
  }

  func queryNumber(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = try query(name), !text.isEmpty else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw Problem.badParameter(name, "a whole number from \(range.lowerBound) to \(range.upperBound)", found: text)
    }
    return number
  }

  func queryChoice<Choice: RawRepresentable<String>>(_ name: String, _ expected: String) throws -> Choice? {
    guard let text = try query(name), !text.isEmpty else { return nil }
    guard let choice = Choice(rawValue: text) else { throw Problem.badParameter(name, expected, found: text) }
    return choice
  }

  func queryTime(_ name: String) throws -> Timestamp? {
    guard let text = try query(name), !text.isEmpty else { return nil }
    guard let time = Timestamp(iso8601: text) else {
      throw Problem.badParameter(name, "a time in ISO 8601, like 2026-01-31T12:00:00Z", found: text)
    }
    return time
  }

  /// How long the caller wants to wait for an end.
  func wait() throws -> Duration? {
    try queryNumber("wait", in: 0...APILimits.wait).flatMap { $0 == 0 ? nil : .seconds($0) }
  }

  /// `limit` and `cursor`: the cursor is the id of the last element, as nobody needs to know.
  func page<Kind>() throws -> PageRequest<Identifier<Kind>> { try page(isOldestFirst: false) }

  /// The same of a list that can be had the other way round: with `sort`.
  func sortedPage<Kind>() throws -> PageRequest<Identifier<Kind>> {
    try page(isOldestFirst: isOldestFirst())
  }

  /// What `sort` says; newest first where it says nothing.
  func isOldestFirst() throws -> Bool {
    let order: ListOrder? = try queryChoice(
      "sort", "\(ListOrder.newestFirst.rawValue) or \(ListOrder.oldestFirst.rawValue)")
    return order == .oldestFirst
  }

  private enum ListOrder: String {
    case newestFirst = "createdAt:desc"
    case oldestFirst = "createdAt:asc"
  }

  private func page<Kind>(isOldestFirst: Bool) throws -> PageRequest<Identifier<Kind>> {
    let limit = try queryNumber("limit", in: APILimits.page) ?? APILimits.standardPage
    guard let cursor = try query("cursor"), !cursor.isEmpty else {
      return PageRequest(isOldestFirst: isOldestFirst, limit: limit)
    }
    guard let id = Identifier<Kind>(cursor) else {
      throw Problem.badParameter("cursor", "the nextCursor of an earlier page", found: cursor)
    }
    return PageRequest(after: id, isOldestFirst: isOldestFirst, limit: limit)
  }

  // MARK: Body

  func bytes() async throws -> [UInt8] {
    let length = request.headers[.contentLength].flatMap { Int($0) }
    if let length, length > APILimits.body { throw Problem.bodyTooLarge }
    if let type = request.headers[.contentType], !type.isEmpty, !Self.isJSON(type) {
      throw Problem(
        status: .unsupportedMediaType, code: "unsupported_media_type",
        detail: "The body must be JSON (Content-Type: application/json), not \(type.prefix(64)).")
    }
    if let encoding = request.headers[.contentEncoding], !encoding.isEmpty, encoding.lowercased() != "identity" {
      throw Problem(
        status: .unsupportedMediaType, code: "unsupported_media_type",
        detail: "The body must come as it is, without a Content-Encoding such as \(encoding.prefix(64)).",
        // RFC 9110, 12.5.3.
        headers: [("Accept-Encoding", "identity")])
    }
    let body: [UInt8]
    do { body = Array(buffer: try await request.body.collect(upTo: APILimits.body)) } catch is NIOTooManyBytesError {
      throw Problem.bodyTooLarge
    } catch {
      // Broken chunks, or the connection: either way it did not come whole.
      throw Problem.bodyIncomplete
    }
    guard length == nil || length == body.count else { throw Problem.bodyIncomplete }
    return body
  }

  /// `application/json`, or what ends in `+json`; also what curl says by itself for `-d`.
  private static func isJSON(_ type: String) -> Bool {
    let type = type.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
    return type == "application/json" || type == "text/json" || type.hasSuffix("+json")
      || type == "application/x-www-form-urlencoded"
  }

  /// The body as an object; an empty body is an empty object where `isOptional`.
  func object(isOptional: Bool = false) async throws -> (JSONObject, [UInt8]) {
    let bytes = try await bytes()
    if bytes.isEmpty, isOptional { return ([:], bytes) }
    let value: JSONValue
    do { value = try JSONValue(parsing: bytes) } catch { throw Problem.badBody("The body is no JSON: \(error).") }
    guard case .object(let members) = value else {
      throw Problem.badBody("The body must be a JSON object, not \(value.kindName).", pointer: "")
    }
    return (members, bytes)
  }

  /// A body of our own: unknown members are refused.
  func members(_ known: Set<String>, isOptional: Bool = false) async throws -> JSONObject {
    let (members, _) = try await object(isOptional: isOptional)
    let unknown = members.filter { !known.contains($0.key) }
    guard unknown.isEmpty else {
      throw Problem(
        status: .badRequest, code: "unknown_field",
        detail: "Unknown fields; known are: \(known.sorted().joined(separator: ", ")).",
        places: unknown.map {
          Problem.Place(pointer: "/" + $0.key.asPointerToken, code: "unknown_field", detail: "This field is not known.")
        })
    }
    return members
  }

  /// A member that names something.
  func name(_ name: String, in members: JSONObject) throws -> String {
    guard let text = members[name]?.stringValue,
      (1...APILimits.name).contains(text.unicodeScalars.count), !text.allSatisfy(\.isWhitespace)
    else {
      throw Problem.badBody(
        "'\(name)' must be a text of 1 to \(APILimits.name) characters, not only of spaces.", pointer: "/\(name)")
    }
    return text
  }

  // MARK: Preconditions

  /// The revision that `If-Match` names; nil where it is absent or `*`.
  func ifMatch() throws -> WorkflowRevision? {
    guard let text = request.headers[.ifMatch], text != "*" else { return nil }
    guard let revision = WorkflowRevision(etag: text) else {
      throw Problem(
        status: .preconditionFailed, code: "workflow_changed",
        detail: "If-Match names no revision: send the ETag of the workflow as you read it.")
    }
    return revision
  }
}

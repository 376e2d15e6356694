// The commands' way to a running server: its REST API, as anybody else's.

import AsyncHTTPClient
import Foundation
import JobsprintDomain
import NIOCore
import NIOHTTP1

struct APIAnswer: Sendable {
  let status: Int
  let bytes: [UInt8]

  /// - Throws: where the answer is no JSON.
  func json() throws -> JSONValue {
    do { return try JSONValue(parsing: bytes, depthLimit: 512) } catch {
      throw CommandFailure(
        "The server's answer is no JSON.", next: "Is there a Jobsprint server behind --server? Look with a browser.")
    }
  }
}

struct APIClient: Sendable {
  /// A person waits: where nobody listens, that is said at once.
  private static let http: HTTPClient = {
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.timeout.connect = .seconds(5)
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  /// Before the root of the API.
  let server: String
  private let key: String?
  private static let root = "/api/v1"

  init(server: String, key: String?) throws {
    guard let url = URL(string: server), let scheme = url.scheme, ["http", "https"].contains(scheme), url.host != nil
    else {
      throw CommandFailure("'\(server)' is no server's address.", next: "Use one like http://127.0.0.1:8080.")
    }
    // Also as a server prints it when it is ready.
    let address = server.hasSuffix("/") ? server.dropLast() : server[...]
    self.server = String(address.hasSuffix(Self.root) ? address.dropLast(Self.root.count) : address)
    self.key = key
  }

  /// - Parameters:
  ///   - path: below `/api/v1`.
  ///   - query: names and values, not yet encoded.
  func call(
    _ method: HTTPMethod, _ path: String, query: [(String, String?)] = [], body: [UInt8]? = nil
  ) async throws -> APIAnswer {
    let answer = try await send(method, Self.target(path, query), body)
    guard answer.status / 100 != 2 else { return answer }
    throw refusal(answer)
  }

  private static func target(_ path: String, _ query: [(String, String?)]) -> String {
    var address = URLComponents()
    let given = query.compactMap { name, value in value.map { URLQueryItem(name: name, value: $0) } }
    if !given.isEmpty { address.queryItems = given }
    return "\(root)\(path)\(address.string ?? "")"
  }

  /// What an answer says that is no success.
  private func refusal(_ answer: APIAnswer) -> CommandFailure {
    if answer.status == 401 {
      return CommandFailure(
        key == nil ? "The server wants an API key." : "The server does not accept this API key.",
        next: "Put the key that the server showed at its first start into JOBSPRINT_API_KEY, or name a --key-file.",
        code: .unauthorized)
    }
    let problem = try? answer.json()
    let detail = problem?["detail"]?.stringValue ?? "The server answered with \(answer.status)."
    let places = (problem?["errors"]?.arrayValue ?? []).compactMap { place in
      place["pointer"]?.stringValue.map { "\($0): \(place["detail"]?.stringValue ?? "")" }
    }
    return CommandFailure(
      ([detail] + places).joined(separator: "\n       "),
      next: problem?["code"]?.stringValue.map { "docs/errors/\($0).md says more." })
  }

  func get(_ path: String, query: [(String, String?)] = []) async throws -> JSONValue {
    try await call(.GET, path, query: query).json()
  }

  func post(_ path: String, query: [(String, String?)] = [], body: [UInt8]? = nil) async throws -> JSONValue {
    try await call(.POST, path, query: query, body: body).json()
  }

  func put(_ path: String, body: [UInt8]) async throws -> JSONValue {
    try await call(.PUT, path, body: body).json()
  }

  /// An answer that may be long, piece by piece.
  /// - Throws: where it does not come whole.
  func stream(_ path: String, query: [(String, String?)], to sink: (ByteBuffer) throws -> Void) async throws {
    let target = Self.target(path, query)
    var request = HTTPClientRequest(url: server + target)
    if let key { request.headers.add(name: "X-API-Key", value: key) }
    let response: HTTPClientResponse
    do { response = try await Self.http.execute(request, timeout: .hours(24)) } catch {
      throw unreachable(error)
    }
    guard response.status.code / 100 == 2 else {
      let bytes = Array(buffer: try await response.body.collect(upTo: 1 << 20))
      throw refusal(APIAnswer(status: Int(response.status.code), bytes: bytes))
    }
    do {
      for try await piece in response.body { try sink(piece) }
    } catch let failure as CommandFailure { throw failure } catch {
      throw CommandFailure(
        "The answer broke off: \(Self.words(for: error)).", next: "The server's log says why. Try again.")
    }
  }

  /// All elements of a list, page by page, up to `limit`.
  func list(_ path: String, query: [(String, String?)] = [], limit: Int = .max) async throws -> [JSONValue] {
    var elements: [JSONValue] = []
    var cursor: String?
    repeat {
      let size = min(250, limit - elements.count)
      let page = try await get(path, query: query + [("limit", String(size)), ("cursor", cursor)])
      elements += page["data"]?.arrayValue ?? []
      cursor = page["nextCursor"]?.stringValue
    } while cursor != nil && elements.count < limit
    return elements
  }

  /// Outside of the API, without a key: health.
  func health(_ path: String) async throws -> APIAnswer { try await send(.GET, path, nil) }

  private static func words(for error: any Error) -> String {
    switch error {
    case let error as IOError where error.errnoCode == ECONNREFUSED: "nobody listens there"
    case let error as HTTPClientError: error.shortDescription
    default: "\(error)"
    }
  }

  private func send(_ method: HTTPMethod, _ path: String, _ body: [UInt8]?) async throws -> APIAnswer {
    var request = HTTPClientRequest(url: server + path)
    request.method = method
    if let key { request.headers.add(name: "X-API-Key", value: key) }
    if let body {
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(body)
    }
    do {
      let response = try await Self.http.execute(request, timeout: .seconds(330))
      return APIAnswer(
        status: Int(response.status.code),
        bytes: Array(buffer: try await response.body.collect(upTo: 512 << 20)))
    } catch {
      throw unreachable(error)
    }
  }

  private func unreachable(_ error: any Error) -> CommandFailure {
    CommandFailure(
      "No server answers at \(server): \(Self.words(for: error)).",
      next: "Start one with 'jobsprint serve', or name another with --server.", code: .unreachable)
  }
}

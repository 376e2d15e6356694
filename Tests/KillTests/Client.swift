import AsyncHTTPClient
import Foundation
import JobsprintDomain
import JobsprintTesting
import NIOCore
import NIOHTTP1

/// A client of the API that survives a server that dies under it.
struct Client: Sendable {
  let http: HTTPClient
  let baseURL: String

  /// - Parameter key: an idempotency key.
  /// - Returns: status and body.
  func send(
    _ method: String, _ path: String, _ body: JSONValue? = nil, key: String? = nil
  ) async throws -> (status: Int, body: JSONValue) {
    var request = HTTPClientRequest(url: baseURL + "/api/v1" + path)
    request.method = .init(rawValue: method)
    request.headers.add(name: "X-API-Key", value: ServerProcess.apiKey)
    if let key { request.headers.add(name: "Idempotency-Key", value: key) }
    if let body {
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(body.jsonBytes)
    }
    let response = try await http.execute(request, timeout: .seconds(40))
    let bytes = Array(buffer: try await response.body.collect(upTo: 64 << 20))
    return (Int(response.status.code), bytes.isEmpty ? .null : try JSONValue(parsing: bytes, depthLimit: 256))
  }

  /// All of a list.
  func all(_ path: String) async throws -> [JSONValue] {
    var found: [JSONValue] = []
    var cursor = ""
    while true {
      let page = try await send("GET", "\(path)&limit=250\(cursor)")
      guard page.status == 200 else { throw ServerFailure(reason: "\(path): \(page)") }
      found += page.body["data"]?.arrayValue ?? []
      guard let next = page.body["nextCursor"]?.stringValue else { return found }
      cursor = "&cursor=\(next)"
    }
  }
}

// The embedded platform in this process, over a folder of its own and on a free port. Every answer that a test gets has
// been held against openapi.yaml.

import AsyncHTTPClient
import Foundation
import JobsprintAPI
import JobsprintBootstrap
import JobsprintDomain
import JobsprintPorts
import Logging
import NIOCore
import NIOHTTP1
import Testing

struct Answer {
  let status: Int
  let headers: HTTPHeaders
  let bytes: [UInt8]

  var json: JSONValue { (try? JSONValue(parsing: bytes, depthLimit: 256)) ?? .null }
  var code: String? { json["code"]?.stringValue }
  var id: String { get throws { try #require(json["id"]?.stringValue) } }
}

struct TestServer: Sendable {
  static let apiKey = "api-test-key-0123456789-0123456789-0123456789"

  let port: Int
  let metricsPort: Int
  /// As it was shown at the start.
  var setupToken: String?

  /// Serves while `body` runs.
  /// - Parameters:
  ///   - given: a folder that stays; nil for one of its own.
  ///   - base: what is not said otherwise.
  static func running<Result>(
    in given: String? = nil, base: ProcessConfiguration = ProcessConfiguration(), limits: [RateClass: RateQuota] = [:],
    origins: Set<String> = [],
    auditWebhook: AuditWebhookSetting? = nil, providers: [IdentityProviderSetting] = [],
    _ body: (TestServer) async throws -> Result
  ) async throws -> Result {
    let folder = given ?? Self.newFolder()
    defer { if given == nil { try? FileManager.default.removeItem(atPath: folder) } }
    var configuration = base
    configuration.port = 0
    configuration.metricsPort = 0
    configuration.storage = .folder(folder)
    configuration.bootstrapAPIKey = apiKey
    configuration.rateLimits = limits
    configuration.origins = origins
    configuration.auditWebhook = auditWebhook
    configuration.identityProviders = providers
    var log = Logger(label: "test")
    log.logLevel = .critical
    let platform = try await Platform(.embedded, configuration, log: log)
    let (ports, ready) = AsyncStream<Int>.makeStream()
    let (metricsPorts, metricsReady) = AsyncStream<Int>.makeStream()
    let serving = Task {
      try await platform.run(onReady: { ready.yield($0) }, onMetricsReady: { metricsReady.yield($0) })
    }
    var (first, firstOfMetrics) = (ports.makeAsyncIterator(), metricsPorts.makeAsyncIterator())
    let server = TestServer(
      port: try #require(await first.next()), metricsPort: try #require(await firstOfMetrics.next()),
      setupToken: platform.setupToken)
    let outcome: Swift.Result<Result, any Error>
    do { outcome = .success(try await body(server)) } catch { outcome = .failure(error) }
    serving.cancel()
    _ = await serving.result
    return try outcome.get()
  }

  /// The path of a folder that is not there yet.
  static func newFolder() -> String {
    FileManager.default.temporaryDirectory.appending(path: "jobsprint-\(UUID().uuidString)").path
  }

  func get(_ path: String, headers: HTTPHeaders = [:]) async throws -> Answer {
    try await send("GET", path, headers: headers)
  }

  func post(_ path: String, _ body: JSONValue? = nil, headers: HTTPHeaders = [:]) async throws -> Answer {
    try await send("POST", path, body.map(\.jsonBytes), headers: headers)
  }

  func put(_ path: String, _ body: JSONValue, headers: HTTPHeaders = [:]) async throws -> Answer {
    try await send("PUT", path, body.jsonBytes, headers: headers)
  }

  func patch(_ path: String, _ body: JSONValue) async throws -> Answer { try await send("PATCH", path, body.jsonBytes) }

  func delete(_ path: String) async throws -> Answer { try await send("DELETE", path) }

  /// - Parameter key: nil sends none.
  func send(
    _ method: String, _ path: String, _ body: [UInt8]? = nil, headers: HTTPHeaders = [:], key: String? = apiKey,
    base: String = "/api/v1"
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(base)\(path)")
    request.method = .init(rawValue: method)
    request.headers = headers
    if let key { request.headers.add(name: "X-API-Key", value: key) }
    if let body {
      if headers["Content-Type"].isEmpty { request.headers.add(name: "Content-Type", value: "application/json") }
      request.body = .bytes(body)
    }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(330))
    let bytes = Array(buffer: try await response.body.collect(upTo: 64 << 20))
    let answer = Answer(status: Int(response.status.code), headers: response.headers, bytes: bytes)
    let problems = try OpenAPIDocument.shared.get().problems(of: answer, to: method, base + path)
    #expect(problems == [], "\(method) \(path)")
    return answer
  }

  /// The status of an answer to a path that is sent as it is written, by nobody; 0 where the connection is closed.
  /// - Parameter other: another port of the server.
  func raw(_ method: String, _ target: String, at other: Int? = nil) async throws -> Int {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(other ?? port)\(target)")
    request.method = .init(rawValue: method)
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
    _ = try await response.body.collect(upTo: 1 << 20)
    return Int(response.status.code)
  }

  /// Stores nodes `(name, type, parameters)` in a chain.
  func store(
    _ nodes: [(String, String, JSONObject)], name: String = "Test", settings: JSONObject = [:]
  ) async throws -> String {
    let answer = try await post("/workflows", Self.document(nodes, name: name, settings: settings))
    try #require(answer.status == 200, "\(answer.json.jsonText)")
    return try answer.id
  }

  /// A workflow whose executions fail and leave a dead letter each.
  static func doomed(name: String) -> JSONValue {
    document(
      [
        ("Start", "n8n-nodes-base.manualTrigger", [:]), ("Stop", "n8n-nodes-base.stopAndError", ["errorMessage": "no"]),
      ],
      name: name, settings: ["retryPolicy": ["attempts": 1]])
  }

  static func document(
    _ nodes: [(String, String, JSONObject)], name: String = "Test", settings: JSONObject = [:]
  ) -> JSONValue {
    let values = nodes.map { name, type, parameters -> JSONValue in
      [
        "name": .string(name), "type": .string(type), "typeVersion": 1, "position": [0, 0],
        "parameters": .object(parameters),
      ]
    }
    let connections = zip(nodes, nodes.dropFirst()).map { source, target -> (String, JSONValue) in
      (source.0, ["main": [[["node": .string(target.0), "type": "main", "index": 0]]]])
    }
    return [
      "name": .string(name), "settings": .object(settings), "nodes": .array(values),
      "connections": .object(JSONObject(connections)),
    ]
  }
}

import AsyncHTTPClient
import JobsprintDomain
import JobsprintTesting
import NIOCore
import NIOHTTP1
import Testing

extension InstallationTests {
  /// What one API has accepted and a worker has done, a reader of another API hears: over Redis, and only over it.
  @Test(.timeLimit(.minutes(2))) func eventsReachReadersOfAnotherAPI() async throws {
    let redis = try await TestRedis()
    let prefix = "events-of-others"
    let installation = try await Installation(
      workers: 1, more: ["JOBSPRINT_REDIS_URL": redis.url, "JOBSPRINT_REDIS_PREFIX": prefix])
    let other = try await installation.startAnotherAPI()
    defer { other.kill() }
    let http = HTTPClient(eventLoopGroupProvider: .singleton)
    defer { http.shutdown { _ in } }
    let client = Client(http: http, baseURL: installation.baseURL)
    // Both listen: whoever reads too early would miss what he has not been told of.
    try await eventually(within: .seconds(30)) {
      try await redis.command("PUBSUB", "NUMSUB", "\(prefix):events").split(separator: "\n").last == "2"
    }
    let created = try await client.send(
      "POST", "/workflows",
      [
        "name": "Told", "settings": [:], "connections": [:],
        "nodes": [["name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1]],
      ])
    let workflow = try #require(created.body["id"]?.stringValue, "\(created)")

    var request = HTTPClientRequest(url: other.baseURL + "/api/v1/events")
    request.headers.add(name: "X-API-Key", value: ServerProcess.apiKey)
    let stream = try await http.execute(request, timeout: .seconds(90))
    #expect(stream.status == .ok)
    var pieces = stream.body.makeAsyncIterator()
    // It has begun with a comment.
    var text = String(buffer: try #require(try await pieces.next()))
    let started = try await client.send("POST", "/workflows/\(workflow)/execute")
    let execution = try #require(started.body["id"]?.stringValue, "\(started)")
    var states: [String] = []
    while states.last != "success" {
      while let end = text.firstRange(of: "\n\n") {
        let data = text[..<end.lowerBound].split(separator: "\n").first { $0.hasPrefix("data:") }
        text = String(text[end.upperBound...])
        guard let data else { continue }
        let event = try JSONValue(parsing: String(data.dropFirst("data:".count)))
        #expect(event["executionId"]?.stringValue == execution)
        states.append(event["status"]?.stringValue ?? "")
      }
      if states.last == "success" { break }
      text += String(buffer: try #require(try await pieces.next(), "the stream has ended behind \(states)"))
    }
    // The end was told by the worker.
    #expect(states.last == "success")
    #expect(other.stop() == 0)
    #expect(try await installation.end().allSatisfy { $0 == 0 })
  }
}

import AsyncHTTPClient
import JobsprintDomain
import Testing

extension InstallationTests {
  /// What a worker tells whoever waits at the API is what the API finds in the store.
  @Test(.timeLimit(.minutes(2))) func whoWaitsGetsWhatIsStored() async throws {
    let installation = try await Installation(workers: 1)
    let http = HTTPClient(eventLoopGroupProvider: .singleton)
    defer { http.shutdown { _ in } }
    let client = Client(http: http, baseURL: installation.baseURL)
    // By one append; by one that is too large for the broker; by several; not well.
    let nodes: [JSONObject] = [
      ["type": "n8n-nodes-base.noOp"],
      [
        "type": "n8n-nodes-base.set", "typeVersion": 3.4,
        "parameters": ["mode": "raw", "jsonOutput": "={{ { text: 'x'.repeat(100000) } }}"],
      ],
      ["type": "n8n-nodes-base.wait", "typeVersion": 1.1, "parameters": ["amount": 0.1, "unit": "seconds"]],
      ["type": "n8n-nodes-base.stopAndError", "parameters": ["errorMessage": "\u{E9}\n"]],
    ]
    var states: [String?] = []
    for (place, node) in nodes.enumerated() {
      var second: JSONObject = ["name": "Second \u{1F600}", "typeVersion": 1]
      second.merge(node)
      let start: JSONValue = ["name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1]
      let created = try await client.send(
        "POST", "/workflows",
        [
          "name": .string("Awaited \(place)"), "settings": [:], "nodes": [start, .object(second)],
          "connections": ["Start": ["main": [[["node": "Second \u{1F600}", "type": "main", "index": 0]]]]],
        ])
      let workflow = try #require(created.body["id"]?.stringValue, "\(created)")
      let awaited = try await client.send(
        "POST", "/workflows/\(workflow)/execute?wait=30", ["n": .integer(Int64(place))])
      let id = try #require(awaited.body["id"]?.stringValue, "\(awaited)")
      let stored = try await client.send("GET", "/executions/\(id)?includeData=true")
      #expect(awaited.status == 200 && awaited.body == stored.body)
      states.append(stored.body["status"]?.stringValue)
    }
    #expect(states == ["success", "success", "success", "error"])
    #expect(try await installation.end().allSatisfy { $0 == 0 })
  }
}

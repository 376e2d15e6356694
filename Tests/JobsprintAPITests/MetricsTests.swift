import JobsprintDomain
import NIOHTTP1
import Testing

/// What Prometheus is told.
struct MetricsTests {
  /// Each sample's value by its name and labels.
  private func samples(_ text: String) throws -> [String: Double] {
    var samples: [String: Double] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let match = try #require(line.wholeMatch(of: /([a-z_]+(?:\{(?:[a-z]+="[^"]*",?)+\})?) (\S+)/), "\(line)")
      let name = String(match.1)
      #expect(samples[name] == nil, "\(name) stands twice")
      let value: Double = try #require(Double(match.2), "\(line)")
      samples[name] = value
    }
    return samples
  }

  @Test func whatHappenedIsCounted() async throws {
    try await TestServer.running { server in
      let workflow: JSONValue = [
        "name": "Counted", "nodes": [["name": "A", "type": "n8n-nodes-base.manualTrigger"]], "connections": [:],
      ]
      let id = try await server.post("/workflows", workflow).id
      for _ in 0..<3 { #expect(try await server.post("/workflows/\(id)/execute?wait=30").status == 200) }
      let answer = try await server.send("GET", "/metrics", base: "")
      #expect(answer.status == 200)
      #expect(answer.headers["Content-Type"] == ["text/plain; version=0.0.4; charset=utf-8"])
      let text = String(decoding: answer.bytes, as: UTF8.self)
      let found = try samples(text)
      #expect(found["jobsprint_executions_accepted_total"] == 3)
      #expect(found["jobsprint_executions_started_total"] == 3)
      #expect(found[#"jobsprint_executions_ended_total{state="success"}"#] == 3)
      #expect(found[#"jobsprint_executions_ended_total{state="error"}"#] == 0)
      #expect(found["jobsprint_executor_slots"] == 256)
      #expect(found[#"jobsprint_sandbox_starts_total{result="failed"}"#] == 0)
      #expect(found["jobsprint_sandboxes"] ?? 0 > 0 && found["jobsprint_sandboxes_working"] == 0)
      let commits = try #require(found[#"jobsprint_journal_commits_total{result="committed"}"#])
      #expect(commits > 0 && found["jobsprint_journal_batch_writes_count"] == commits)
      #expect(found[#"jobsprint_journal_batch_writes_bucket{le="+Inf"}"#] == commits)
      #expect(found["process_resident_memory_bytes"] ?? 0 > 1_000_000)
      // Every name is explained once, and has its kind.
      let kinds = text.matches(of: /# TYPE ([a-z_]+) (counter|gauge|histogram)/).map { String($0.1) }
      #expect(Set(kinds).count == kinds.count)
      for name in found.keys { #expect(kinds.contains { name.hasPrefix($0) }, "\(name)") }
    }
  }

  @Test func aPortOfItsOwnHasNothingElse() async throws {
    try await TestServer.running { server in
      #expect(server.metricsPort != server.port)
      for (path, expected) in [
        ("/metrics", 200), ("/livez", 404), ("/openapi.yaml", 404), ("/api/v1/tags", 404), ("/api/v1/auth/login", 404),
      ] {
        let status = try await server.raw("GET", path, at: server.metricsPort)
        #expect(status == expected, "\(path)")
      }
    }
  }

  @Test func itTakesTheOperatorsKey() async throws {
    try await TestServer.running { server in
      #expect(try await server.send("GET", "/metrics", key: nil, base: "").status == 401)
      let key = try await server.post("/api-keys", ["label": "other", "scopes": ["workspace:list"]])
      let secret = try #require(key.json["key"]?.stringValue)
      #expect(try await server.send("GET", "/metrics", key: secret, base: "").status == 403)
      let workspace = try await server.post("/workspaces", ["name": "Other"])
      let theirs = try #require(workspace.json["apiKey"]?["key"]?.stringValue)
      #expect(try await server.send("GET", "/metrics", key: theirs, base: "").status == 403)
    }
  }
}

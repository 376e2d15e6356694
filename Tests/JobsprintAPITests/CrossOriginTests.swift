import JobsprintDomain
import NIOHTTP1
import Testing

/// What a browser asks for a page of another origin, and what it is told.
@Suite(.timeLimit(.minutes(1))) struct CrossOriginTests {
  private static let ours = "https://app.example.org"
  private static let preflight: HTTPHeaders = [
    "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-api-key,if-match",
  ]

  private func cors(_ answer: Answer) -> [String] {
    answer.headers.map(\.name).filter { $0.lowercased().hasPrefix("access-control-") }
  }

  @Test func aPageOfANamedOriginMayAskAndReadWhatClientsNeed() async throws {
    try await TestServer.running(origins: [Self.ours, "http://localhost:3000"]) { server in
      for origin in [Self.ours, "http://localhost:3000"] {
        let answer = try await server.get("/tags", headers: ["Origin": origin])
        #expect(answer.status == 200)
        #expect(answer.headers["Access-Control-Allow-Origin"] == [origin])
        #expect(answer.headers["Vary"] == ["Origin"])
        let readable = answer.headers[canonicalForm: "Access-Control-Expose-Headers"]
        for name in ["ETag", "RateLimit", "Retry-After", "X-Request-Id", "Location"] {
          #expect(readable.contains { $0 == name }, "\(name)")
        }
        // Tokens are fields, not cookies: nothing is to be sent by itself.
        #expect(answer.headers["Access-Control-Allow-Credentials"].isEmpty)
      }
    }
  }

  @Test func aPreflightIsAnsweredWithoutAKey() async throws {
    try await TestServer.running(origins: [Self.ours]) { server in
      var headers = Self.preflight
      headers.add(name: "Origin", value: Self.ours)
      let answer = try await server.send("OPTIONS", "/workflows/1", headers: headers, key: nil)
      #expect(answer.status == 204 && answer.bytes.isEmpty)
      #expect(answer.headers["Access-Control-Allow-Origin"] == [Self.ours])
      #expect(answer.headers[canonicalForm: "Access-Control-Allow-Methods"].contains("PUT"))
      let sent = answer.headers[canonicalForm: "Access-Control-Allow-Headers"].map { $0.lowercased() }
      for name in ["authorization", "x-api-key", "content-type", "idempotency-key", "if-match"] {
        #expect(sent.contains(name), "\(name)")
      }
      #expect(answer.headers["Access-Control-Max-Age"] == ["600"])
    }
  }

  @Test func refusalsCanBeReadToo() async throws {
    try await TestServer.running(origins: [Self.ours]) { server in
      let answer = try await server.send("GET", "/tags", headers: ["Origin": Self.ours], key: nil)
      #expect(answer.status == 401)
      #expect(answer.headers["Access-Control-Allow-Origin"] == [Self.ours])
      let nowhere = try await server.get("/nothing", headers: ["Origin": Self.ours])
      #expect(nowhere.status == 404 && nowhere.headers["Access-Control-Allow-Origin"] == [Self.ours])
    }
  }

  @Test(arguments: [
    "https://other.example.org", "https://app.example.org.evil.com", "http://app.example.org", "null",
    "https://app.example.org:444", "https://APP.example.org",
  ])
  func otherOriginsAreToldNothing(origin: String) async throws {
    try await TestServer.running(origins: [Self.ours]) { server in
      let answer = try await server.get("/tags", headers: ["Origin": origin])
      #expect(answer.status == 200 && cors(answer) == [] && answer.headers["Vary"] == ["Origin"])
      var headers = Self.preflight
      headers.add(name: "Origin", value: origin)
      let preflight = try await server.send("OPTIONS", "/tags", headers: headers, key: nil)
      #expect(preflight.status == 405 && cors(preflight) == [])
    }
  }

  @Test func itIsOffUnlessOriginsAreNamed() async throws {
    try await TestServer.running { server in
      let answer = try await server.get("/tags", headers: ["Origin": Self.ours])
      #expect(answer.status == 200 && cors(answer) == [] && answer.headers["Vary"].isEmpty)
    }
  }
}

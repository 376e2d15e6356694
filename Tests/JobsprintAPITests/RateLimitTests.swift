import JobsprintAPI
import JobsprintDomain
import JobsprintPorts
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1))) struct RateLimitTests {
  private static func quota(_ limit: Int) -> RateQuota { RateQuota(limit: limit, window: .seconds(3600)) }

  @Test func aKeyHasSoManyRequestsOfAClassAndHearsHowManyAreLeft() async throws {
    try await TestServer.running(limits: [.read: Self.quota(3), .write: Self.quota(5)]) { server in
      for left in [2, 1, 0] {
        let answer = try await server.get("/tags")
        #expect(answer.status == 200)
        #expect(answer.headers["RateLimit-Policy"].first == "\"read\";q=3;w=3600")
        #expect(answer.headers["RateLimit"].first?.hasPrefix("\"read\";r=\(left);t=") == true)
      }
      let refused = try await server.get("/tags")
      #expect(refused.status == 429 && refused.code == "rate_limited")
      let wait = try #require(refused.headers["Retry-After"].first.flatMap { Int($0) })
      #expect((1...7200).contains(wait))
      #expect(refused.headers["RateLimit"].first == "\"read\";r=0;t=\(wait)")
      // Another class, and another key.
      let made = try await server.post("/api-keys", ["label": "second", "scopes": ["tag:list"]])
      #expect(made.status == 201)
      let key = try #require(made.json["key"]?.stringValue)
      #expect(try await server.send("GET", "/tags", key: key).status == 200)
      #expect(try await server.get("/tags").status == 429)
    }
  }

  @Test func wrongKeysCountForTheAddressAndRightOnesGoOn() async throws {
    try await TestServer.running(limits: [.anonymous: Self.quota(3)]) { server in
      for _ in 0..<3 {
        #expect(try await server.send("GET", "/tags", key: String(repeating: "x", count: 40)).status == 401)
      }
      #expect(try await server.send("GET", "/tags", key: String(repeating: "x", count: 40)).status == 429)
      #expect(try await server.send("POST", "/auth/refresh", Array("{}".utf8), key: nil).status == 429)
      let answer = try await server.get("/tags")
      #expect(answer.status == 200 && answer.headers["RateLimit"].isEmpty)
    }
  }
}

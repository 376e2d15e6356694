import JobsprintDomain
import Testing

/// `Expect: 100-continue`: the client sends its body when it is told to, so that a test that is told nothing hangs.
@Suite(.timeLimit(.minutes(1))) struct ContinueTests {
  private func head(_ length: Int, _ expectation: String) -> String {
    "POST /api/v1/tags HTTP/1.1\r\nHost: test\r\nX-API-Key: \(TestServer.apiKey)\r\n"
      + "Content-Type: application/json\r\nContent-Length: \(length)\r\nExpect: \(expectation)\r\n\r\n"
  }

  @Test func whoAsksIsToldToGoOnAndAnsweredAfterwards() async throws {
    try await TestServer.running { server in
      try await RawConnection.open(to: server) { connection in
        for name in ["first", "second"] {
          let body = #"{"name":"\#(name)"}"#
          try await connection.send(head(body.utf8.count, "100-Continue"))
          // Behind the body of the answer before.
          #expect(try await connection.head().hasSuffix("HTTP/1.1 100 Continue"))
          try await connection.send(body)
          #expect(try await connection.head().hasPrefix("HTTP/1.1 201 Created\r\n"))
          #expect(try await server.get("/tags").json["data"]?.arrayValue?.last?["name"]?.stringValue == name)
        }
      }
    }
  }

  @Test func aBodyThatWouldBeRefusedIsNotAskedFor() async throws {
    try await TestServer.running { server in
      try await RawConnection.open(to: server) { connection in
        try await connection.send(head(20 << 20, "100-continue"))
        #expect(try await connection.head().hasPrefix("HTTP/1.1 413 "))
      }
    }
  }
}

import Crypto
import Foundation
import JobsprintBootstrap
import JobsprintDomain
import JobsprintTesting
import NIOHTTP1
import Testing

/// Entries of the audit log reach an endpoint. (Order, repetition, several processes: AuditStreamerTests.)
@Suite(.timeLimit(.minutes(2))) struct AuditStreamTests {
  private static let key = String(repeating: "k", count: 32)

  @Test func entriesArePostedSignedAndInOrderAlsoWhenTheReceiverWasAway() async throws {
    let receiver = try await Receiver.start()
    defer { receiver.stop() }
    // The first one is refused.
    receiver.answer(with: [503])
    let webhook = try #require(
      AuditWebhookSetting(address: "http://127.0.0.1:\(receiver.port)/audit?token=secret", key: Self.key))
    try await TestServer.running(auditWebhook: webhook) { server in
      for name in ["a", "b", "c"] { _ = try await server.post("/tags", ["name": .string(name)]) }
      try await eventually(within: .seconds(60)) { receiver.entries.count >= 4 }
      let requests = receiver.requests
      for request in requests {
        #expect(request.target == "/audit?token=secret" && request.method == "POST")
        let signature = try #require(request.headers["Jobsprint-Signature"].first)
        let parts = signature.split(separator: ",").map { $0.split(separator: "=", maxSplits: 1)[1] }
        let code = HMAC<SHA256>.authenticationCode(
          for: Data("\(parts[0]).".utf8) + Data(request.body), using: SymmetricKey(data: Data(Self.key.utf8)))
        #expect(Array(code).hexadecimalText == parts[1])
        #expect(request.headers["Jobsprint-Delivery"].first?.hasPrefix("\(WorkspaceID.initial)/") == true)
      }
      #expect(requests[0].status == 503 && requests[1].headers["Jobsprint-Delivery"].count == 1)
      // What was refused came again, and nothing else twice.
      #expect(receiver.entries.map { $0["sequence"] } == [1, 2, 3, 4])
      let listed = try await server.get("/audit-logs?sort=createdAt:asc").json["data"]?.arrayValue
      #expect(receiver.entries == listed)
      let metrics = try await server.send("GET", "/metrics", base: "").bytes
      #expect(String(decoding: metrics, as: UTF8.self).contains("jobsprint_audit_stream_holder 1"))
    }
  }

  @Test(arguments: [
    ("ftp://example.com", key), ("example.com", key), ("https://", key), ("https://example.com", "short"),
  ])
  func whatIsNoEndpointIsRefused(address: String, key: String) {
    #expect(AuditWebhookSetting(address: address, key: key) == nil)
  }
}

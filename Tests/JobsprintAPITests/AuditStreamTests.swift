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
      #expect(String(decoding: metrics, as: UTF8.self).contains("jobsprint_audit_stream_holder{stream=\"webhook\"} 1"))
    }
  }

  @Test func entriesArriveAsLogRecordsBesideTheWebhookAndAgainWhereTheyWereNotTaken() async throws {
    let (hook, collector) = (try await Receiver.start(), try await Receiver.start())
    defer {
      hook.stop()
      collector.stop()
    }
    let rejecting = #"{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"no"}}"#
    collector.answer(
      with: [503, 200, 200], bodies: ["", rejecting, #"{"partialSuccess":{"rejectedLogRecords":"0"}}"#])
    var base = ProcessConfiguration()
    base.auditOTLP = AuditOTLPSetting(
      address: "http://127.0.0.1:\(collector.port)/v1/logs", headers: "authorization=Bearer%20x%2Cy, x-tenant=a")
    let webhook = try #require(AuditWebhookSetting(address: "http://127.0.0.1:\(hook.port)/", key: Self.key))
    try await TestServer.running(base: base, auditWebhook: webhook) { server in
      for name in ["a", "b"] { _ = try await server.post("/tags", ["name": .string(name)]) }
      _ = try await server.signIn("nobody@example.com")
      // What was refused has come again, what was taken in part has not, and what was written since has come.
      let taken = { try collector.requests.filter { $0.status == 200 }.flatMap { try Self.records($0) } }
      try await eventually(within: .seconds(60)) { try taken().count >= 4 }
      let listed = try #require(
        try await server.get("/audit-logs?sort=createdAt:asc").json["data"]?.arrayValue)
      try await eventually(within: .seconds(60)) { hook.entries.count == listed.count }
      let records = try taken()
      #expect(try records.map { try JSONValue(parsing: $0["body"]?["stringValue"]?.stringValue ?? "") } == listed)
      for request in collector.requests {
        #expect(request.method == "POST" && request.target == "/v1/logs")
        #expect(request.headers["Content-Type"] == ["application/json"] && request.headers["x-tenant"] == ["a"])
        #expect(request.headers["Authorization"] == ["Bearer x,y"])
      }
      let first = try #require(records.first)
      let attributes = first["attributes"]?.arrayValue ?? []
      func attribute(_ key: String) -> JSONValue? { attributes.first { $0["key"] == .string(key) }?["value"] }
      #expect(attribute("jobsprint.audit.sequence") == ["intValue": "1"])
      #expect(attribute("jobsprint.workspace.id") == ["stringValue": .string("\(WorkspaceID.initial)")])
      #expect(attribute("jobsprint.audit.hash")?["stringValue"] == listed[0]["hash"])
      let time = try #require(listed[0]["createdAt"]?.stringValue.flatMap { Timestamp(iso8601: $0) })
      #expect(first["timeUnixNano"] == .string("\(time.milliseconds)000000"))
      #expect(records.map { $0["severityText"] } == ["INFO", "INFO", "INFO", "WARN"])
      // What was refused before was the same.
      let refused = try #require(collector.requests.first)
      #expect(try refused.status == 503 && Self.records(refused).first?["body"] == first["body"])
      // It counts when it has heard the answer. A connection that could not be made has failed, too.
      var counts: [String: Int] = [:]
      try await eventually(within: .seconds(30)) {
        counts = Self.counts(try await server.send("GET", "/metrics", base: "").bytes)
        return counts["delivered"] == 3
      }
      #expect(counts["rejected"] == 1 && counts["failures", default: 0] >= 1)
    }
  }

  /// `jobsprint_audit_stream_<name>_total` of the stream to the collector, by name.
  private static func counts(_ metrics: [UInt8]) -> [String: Int] {
    let pattern = /jobsprint_audit_stream_([a-z]+)_total\{stream="otlp"\} ([0-9]+)/
    return Dictionary(
      uniqueKeysWithValues: String(decoding: metrics, as: UTF8.self).matches(of: pattern).map {
        (String($0.1), Int($0.2) ?? 0)
      })
  }

  private static func records(_ request: Receiver.Received) throws -> [JSONValue] {
    let resource = try JSONValue(parsing: request.body)["resourceLogs"]?[0]
    #expect(
      resource?["resource"]?["attributes"] == [["key": "service.name", "value": ["stringValue": "jobsprint"]]])
    return resource?["scopeLogs"]?[0]?["logRecords"]?.arrayValue ?? []
  }

  @Test(arguments: [
    ("ftp://example.com", ""), ("", ""), ("https://", ""), ("https://example.com", "a"),
    ("https://example.com", "=a"), ("https://example.com", "a b=c"), ("https://example.com", "a=%0d%0ab"),
    ("https://example.com", "a=%zz"),
  ])
  func whatIsNoCollectorIsRefused(address: String, headers: String) {
    #expect(AuditOTLPSetting(address: address, headers: headers) == nil)
  }

  @Test(arguments: [
    ("ftp://example.com", key), ("example.com", key), ("https://", key), ("https://example.com", "short"),
  ])
  func whatIsNoEndpointIsRefused(address: String, key: String) {
    #expect(AuditWebhookSetting(address: address, key: key) == nil)
  }
}

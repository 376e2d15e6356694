// Where entries of the audit log are posted.

import AsyncHTTPClient
import Foundation
import JobsprintPorts
import NIOCore
import NIOHTTP1

struct AuditEndpoint: Sendable {
  /// May hold a secret: it is in no log.
  private let address: String
  /// The setting that names it.
  private let variable: String

  /// - Returns: nil for an address that is not http:// or https:// with a host.
  init?(_ address: String, of variable: String) {
    guard let url = URL(string: address), let scheme = url.scheme, ["http", "https"].contains(scheme),
      let host = url.host(), !host.isEmpty
    else { return nil }
    self.address = address
    self.variable = variable
  }

  /// - Returns: what it says, where it has taken the body; at most 1 MiB.
  /// - Throws: ``AuditDeliveryError`` where it has not, or nobody can say.
  func post(_ body: [UInt8], headers: HTTPHeaders) async throws(AuditDeliveryError) -> [UInt8] {
    var request = HTTPClientRequest(url: address)
    request.method = .POST
    request.headers = headers
    request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
    request.body = .bytes(body)
    let status: Int
    let answer: ByteBuffer
    do {
      let response = try await OutgoingHTTP.client.execute(request, timeout: .seconds(20))
      status = Int(response.status.code)
      // Also so that the connection can be used again.
      answer = try await response.body.collect(upTo: 1 << 20)
    } catch { throw failure(OutgoingHTTP.words(for: error)) }
    guard (200..<300).contains(status) else { throw failure("it answered with \(status)") }
    return Array(buffer: answer)
  }

  func failure(_ reason: String) -> AuditDeliveryError { AuditDeliveryError(variable: variable, reason: reason) }
}

struct AuditDeliveryError: Error, CustomStringConvertible {
  let variable: String
  let reason: String

  var description: String { "The receiver of \(variable) did not take audit entries: \(reason)." }
}

extension ProcessConfiguration {
  /// Where the entries go.
  var auditStreams: [AuditStream] {
    [auditWebhook.map { _ in .webhook }, auditOTLP.map { _ in .otlp }].compactMap { $0 }
  }

  /// - Throws: ``SettingError`` over a database without Redis: of several processes one is to send them.
  func auditSinks(
    for role: ProcessRole, clock: any WallClock
  ) throws(SettingError) -> [(stream: AuditStream, sink: any AuditSink)] {
    guard role != .worker, !auditStreams.isEmpty else { return [] }
    if case .postgres = storage, redisAddress == nil {
      throw SettingError(missing: "jobsprint.redis.url", for: role, example: "redis://127.0.0.1:6379")
    }
    var sinks: [(stream: AuditStream, sink: any AuditSink)] = []
    if let auditWebhook { sinks.append((.webhook, AuditWebhook(auditWebhook, clock: clock))) }
    if let auditOTLP { sinks.append((.otlp, AuditOTLP(auditOTLP, clock: clock))) }
    return sinks
  }
}

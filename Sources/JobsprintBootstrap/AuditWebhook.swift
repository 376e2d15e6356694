// Entries of the audit log, posted to the one address that the operator has named. It asks no other host: redirects are
// not followed. The body is signed, so that the receiver knows who sent it and when.

import AsyncHTTPClient
import Crypto
import Foundation
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import NIOCore
import NIOHTTP1

/// Where entries are posted, and what signs them.
public struct AuditWebhookSetting: Sendable {
  /// May hold a secret: it is in no log.
  let address: String
  let key: String

  static let shortestKey = 32

  /// - Returns: nil for an address that is not http:// or https:// with a host, or a key that could be guessed.
  public init?(address: String, key: String) {
    guard let url = URL(string: address), let scheme = url.scheme, ["http", "https"].contains(scheme),
      let host = url.host(), !host.isEmpty, key.utf8.count >= Self.shortestKey
    else { return nil }
    self.address = address
    self.key = key
  }
}

struct AuditWebhook: AuditSink {
  private static let http: HTTPClient = {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.timeout.connect = .seconds(5)
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  private let setting: AuditWebhookSetting
  private let clock: any WallClock

  init(_ setting: AuditWebhookSetting, clock: any WallClock) {
    self.setting = setting
    self.clock = clock
  }

  func deliver(_ records: [AuditRecord], of workspace: WorkspaceID) async throws {
    let body = JSONValue.object([
      "workspaceId": .string("\(workspace)"), "entries": .array(records.map(\.json)),
    ]).jsonBytes
    let time = "\(clock.now.milliseconds / 1000)"
    var signed = HMAC<SHA256>(key: SymmetricKey(data: Array(setting.key.utf8)))
    signed.update(data: Array("\(time).".utf8))
    signed.update(data: body)
    var request = HTTPClientRequest(url: setting.address)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.headers.add(name: "Jobsprint-Signature", value: "t=\(time),v1=\(Array(signed.finalize()).hexadecimalText)")
    // The same each time that these entries come.
    let (first, last) = (records.first?.seal?.sequence ?? 0, records.last?.seal?.sequence ?? 0)
    request.headers.add(name: "Jobsprint-Delivery", value: "\(workspace)/\(first)-\(last)")
    request.body = .bytes(body)
    let status: Int
    do {
      let response = try await Self.http.execute(request, timeout: .seconds(20))
      status = Int(response.status.code)
      // So that the connection can be used again; what it says is of no interest.
      _ = try await response.body.collect(upTo: 1 << 20)
    } catch { throw AuditDeliveryError(reason: Self.words(for: error)) }
    guard (200..<300).contains(status) else { throw AuditDeliveryError(reason: "it answered with \(status)") }
  }

  /// Never the address.
  private static func words(for error: any Error) -> String {
    (error as? HTTPClientError)?.shortDescription ?? "\(type(of: error))"
  }
}

struct AuditDeliveryError: Error, CustomStringConvertible {
  let reason: String

  var description: String { "The receiver of JOBSPRINT_AUDIT_WEBHOOK_URL did not take audit entries: \(reason)." }
}

extension ProcessConfiguration {
  /// nil where nothing is streamed.
  /// - Throws: ``SettingError`` over a database without Redis: of several processes one is to send them.
  func auditSink(for role: ProcessRole, clock: any WallClock) throws(SettingError) -> AuditWebhook? {
    guard role != .worker, let auditWebhook else { return nil }
    if case .postgres = storage, redisAddress == nil {
      throw SettingError(missing: "jobsprint.redis.url", for: role, example: "redis://127.0.0.1:6379")
    }
    return AuditWebhook(auditWebhook, clock: clock)
  }
}

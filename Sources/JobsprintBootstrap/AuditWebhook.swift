// Entries of the audit log, posted to the one address that the operator has named. The body is signed, so that the
// receiver knows who sent it and when.

import Crypto
import Foundation
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import NIOHTTP1

/// Where entries are posted, and what signs them.
public struct AuditWebhookSetting: Sendable {
  let endpoint: AuditEndpoint
  let key: String

  static let shortestKey = 32

  /// - Returns: nil for an address that is not http:// or https:// with a host, or a key that could be guessed.
  public init?(address: String, key: String) {
    guard let endpoint = AuditEndpoint(address, of: "JOBSPRINT_AUDIT_WEBHOOK_URL"), key.utf8.count >= Self.shortestKey
    else { return nil }
    self.endpoint = endpoint
    self.key = key
  }
}

struct AuditWebhook: AuditSink {
  private let setting: AuditWebhookSetting
  private let clock: any WallClock

  init(_ setting: AuditWebhookSetting, clock: any WallClock) {
    self.setting = setting
    self.clock = clock
  }

  func deliver(_ records: [AuditRecord], of workspace: WorkspaceID) async throws -> AuditRejection? {
    let body = JSONValue.object([
      "workspaceId": .string("\(workspace)"), "entries": .array(records.map(\.json)),
    ]).jsonBytes
    let time = "\(clock.now.milliseconds / 1000)"
    var signed = HMAC<SHA256>(key: SymmetricKey(data: Array(setting.key.utf8)))
    signed.update(data: Array("\(time).".utf8))
    signed.update(data: body)
    // The same each time that these entries come.
    let (first, last) = (records.first?.seal?.sequence ?? 0, records.last?.seal?.sequence ?? 0)
    _ = try await setting.endpoint.post(
      body,
      headers: [
        "Jobsprint-Signature": "t=\(time),v1=\(Array(signed.finalize()).hexadecimalText)",
        "Jobsprint-Delivery": "\(workspace)/\(first)-\(last)",
      ])
    return nil
  }
}

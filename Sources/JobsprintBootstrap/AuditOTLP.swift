// Entries of the audit log as log records of OpenTelemetry (OTLP 1.0 over HTTP, JSON Protobuf encoding:
// https://opentelemetry.io/docs/specs/otlp/#otlphttp). An entry is a record: its body is the entry as the API gives it;
// attributes are what one looks for.

import Foundation
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import NIOHTTP1

/// Where records are posted.
public struct AuditOTLPSetting: Sendable {
  let endpoint: AuditEndpoint
  /// May hold a secret.
  let headers: [(name: String, value: String)]

  static let expectation =
    "an address with http:// or https:// (often it ends in /v1/logs), and JOBSPRINT_AUDIT_OTLP_HEADERS "
    + "name=value,name=value"

  /// - Parameter headers: `name=value`, with commas between, values percent-encoded where they hold one; as
  ///   OTEL_EXPORTER_OTLP_HEADERS has them. Empty: none.
  /// - Returns: nil for an address that is not http:// or https:// with a host, and for headers that are none.
  public init?(address: String, headers: String = "") {
    guard let endpoint = AuditEndpoint(address, of: "JOBSPRINT_AUDIT_OTLP_URL"), let fields = Self.fields(headers)
    else {
      return nil
    }
    self.endpoint = endpoint
    self.headers = fields
  }

  private static func fields(_ text: String) -> [(name: String, value: String)]? {
    var fields: [(name: String, value: String)] = []
    for part in text.split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2, let value = String(pair[1]).removingPercentEncoding else { return nil }
      let name = pair[0].trimmingCharacters(in: .whitespaces)
      guard !name.isEmpty, name.utf8.allSatisfy(isNamePart),
        value.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
      else { return nil }
      fields.append((name, value.trimmingCharacters(in: .whitespaces)))
    }
    return fields
  }

  private static func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
    default: false
    }
  }
}

struct AuditOTLP: AuditSink {
  /// INFO (https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber).
  private static let information: JSONValue = 9
  /// WARN, of what was refused.
  private static let warning: JSONValue = 13
  private static let refusals: Set<AuditAction> = [.sessionRefused, .accessRefused, .refreshTokenReused]

  private let setting: AuditOTLPSetting
  private let clock: any WallClock

  init(_ setting: AuditOTLPSetting, clock: any WallClock) {
    self.setting = setting
    self.clock = clock
  }

  func deliver(_ records: [AuditRecord], of workspace: WorkspaceID) async throws -> AuditRejection? {
    let observed = Self.nanoseconds(clock.now)
    let body: JSONValue = [
      "resourceLogs": [
        [
          "resource": ["attributes": [Self.attribute("service.name", "jobsprint")]],
          "scopeLogs": [
            [
              "scope": ["name": "jobsprint.audit"],
              "logRecords": .array(records.map { Self.logRecord($0, of: workspace, observed: observed) }),
            ]
          ],
        ]
      ]
    ]
    let answer = try await setting.endpoint.post(
      body.jsonBytes, headers: HTTPHeaders(setting.headers.map { ($0.name, $0.value) }))
    return Self.rejection(answer, of: records)
  }

  private static func logRecord(_ record: AuditRecord, of workspace: WorkspaceID, observed: JSONValue) -> JSONValue {
    let (entry, actor) = (record.entry, record.entry.caller.actor)
    var attributes = [
      attribute("jobsprint.workspace.id", "\(workspace)"), attribute("jobsprint.audit.id", "\(entry.id)"),
      attribute("jobsprint.audit.action", entry.action.rawValue), attribute("jobsprint.audit.subject", entry.subject),
      attribute("jobsprint.audit.actor.kind", actor.kind),
    ]
    if !actor.id.isEmpty { attributes.append(attribute("jobsprint.audit.actor.id", actor.id)) }
    if let seal = record.seal {
      // 64-bit numbers are texts in JSON.
      attributes.append(["key": "jobsprint.audit.sequence", "value": ["intValue": .string("\(seal.sequence)")]])
      attributes.append(attribute("jobsprint.audit.hash", seal.hash.hexadecimalText))
    }
    if let id = entry.caller.requestID { attributes.append(attribute("jobsprint.request.id", id)) }
    if let address = entry.caller.address { attributes.append(attribute("client.address", address)) }
    let isRefusal = refusals.contains(entry.action)
    return [
      "timeUnixNano": nanoseconds(entry.at), "observedTimeUnixNano": observed,
      "severityNumber": isRefusal ? warning : information, "severityText": isRefusal ? "WARN" : "INFO",
      "body": ["stringValue": .string(record.json.jsonText)], "attributes": .array(attributes),
    ]
  }

  private static func attribute(_ key: String, _ value: String) -> JSONValue {
    ["key": .string(key), "value": ["stringValue": .string(value)]]
  }

  private static func nanoseconds(_ time: Timestamp) -> JSONValue { .string("\(time.milliseconds)000000") }

  /// What was taken in part must not be sent again, whose records could be doubled, and would be rejected again
  /// (https://opentelemetry.io/docs/specs/otlp/#partial-success-1).
  private static func rejection(_ answer: [UInt8], of records: [AuditRecord]) -> AuditRejection? {
    guard let part = (try? JSONValue(parsing: answer))?["partialSuccess"],
      let number = part["rejectedLogRecords"],
      // 64-bit numbers are texts in JSON.
      let rejected = number.integerValue ?? number.stringValue.flatMap({ Int($0) }), rejected > 0
    else { return nil }
    let count = min(rejected, records.count)
    let (first, last) = (records.first?.seal?.sequence ?? 0, records.last?.seal?.sequence ?? 0)
    let reason = part["errorMessage"]?.stringValue ?? ""
    return AuditRejection(
      count: count,
      description: "The receiver of JOBSPRINT_AUDIT_OTLP_URL rejected \(count) of \(records.count) entries "
        + "(sequence \(first) to \(last))"
        + (reason.isEmpty ? "." : ": \(reason.prefix(200))")
        + " Such entries are not sent again; GET /audit-logs/export has them.")
  }
}

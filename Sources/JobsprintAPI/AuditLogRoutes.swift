import HTTPTypes
import JobsprintDomain
import JobsprintPorts

/// Who changed what in a workspace.
enum AuditLogRoutes {
  static let all = [APIRoute(.get, "/audit-logs", .auditLogList, list)]

  @Sendable private static func list(_ call: APICall) async throws -> Reply {
    var filter = AuditFilter()
    filter.action = try call.queryChoice(
      "action", "one of \(AuditAction.allCases.map(\.rawValue).joined(separator: ", "))")
    filter.subject = try call.query("subjectId")
    filter.after = try call.queryTime("after")
    filter.before = try call.queryTime("before")
    filter.text = try call.query("q")
    let page = try await call.api.audit.entries(matching: filter, in: call.workspace, page: call.page())
    return Reply(
      .list(page.elements.map(\.representation), next: page.hasMore ? page.elements.last?.entry.id : nil))
  }
}

extension AuditRecord {
  fileprivate var representation: JSONValue {
    let actor = entry.caller.actor
    return [
      "id": .string("\(entry.id)"), "sequence": seal.map { .integer(Int64($0.sequence)) } ?? .null,
      "hash": seal.map { .string($0.hash.hexadecimalText) } ?? .null, "createdAt": .string("\(entry.at)"),
      "action": .string(entry.action.rawValue), "subjectId": .string(entry.subject),
      "actor": ["kind": .string(actor.kind), "id": actor.id.isEmpty ? .null : .string(actor.id)],
      "details": (try? JSONValue(parsing: entry.details)) ?? [:],
      "requestId": entry.caller.requestID.map { .string($0) } ?? .null,
      "address": entry.caller.address.map { .string($0) } ?? .null,
    ]
  }
}

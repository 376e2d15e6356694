import HTTPTypes
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts

/// Who changed what in a workspace.
enum AuditLogRoutes {
  static let all = [
    APIRoute(.get, "/audit-logs", .auditLogList, list),
    APIRoute(.get, "/audit-logs/export", .auditLogList, export),
  ]

  private static func list(_ call: APICall) async throws -> Reply {
    let page = try await call.api.audit.entries(
      matching: filter(call), in: call.workspace, page: call.sortedPage())
    return Reply(
      .list(page.elements.map(\.json), next: page.hasMore ? page.elements.last?.entry.id : nil))
  }

  /// What there is by now, page by page, as fast as it is taken.
  private static func export(_ call: APICall) async throws -> Reply {
    guard let format: AuditExport.Format = try call.queryChoice("format", AuditExport.Format.expectation) else {
      throw Problem.badParameter("format", AuditExport.Format.expectation, found: "")
    }
    var filter = try filter(call)
    // Entries of this moment included; without an end, an export that is oldest first could go on for ever.
    let end = call.api.clock.now + .milliseconds(1)
    filter.before = min(filter.before ?? end, end)
    let isOldestFirst = try call.isOldestFirst()
    return try await AuditExport(call, filter: filter, isOldestFirst: isOldestFirst, format: format).reply()
  }

  private static func filter(_ call: APICall) throws -> AuditFilter {
    var filter = AuditFilter()
    filter.action = try call.queryChoice(
      "action", "one of \(AuditAction.allCases.map(\.rawValue).joined(separator: ", "))")
    filter.actor = try call.filled("actorId")
    filter.subject = try call.filled("subjectId")
    filter.requestID = try call.filled("requestId")
    filter.address = try call.filled("address")
    filter.after = try call.queryTime("after")
    filter.before = try call.queryTime("before")
    filter.text = try call.query("q")
    return filter
  }
}

extension APICall {
  /// nil where it is absent or empty.
  fileprivate func filled(_ name: String) throws -> String? {
    try query(name).flatMap { $0.isEmpty ? nil : $0 }
  }
}

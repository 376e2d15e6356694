// The audit log as a file: one line for each entry, written while it is read. What is in memory is one page.
//
// A reader sees that an export is whole by its end: where the store fails or the right to read is lost on the way, the
// connection is closed and the last chunk never comes.

import HTTPTypes
import Hummingbird
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import NIOCore

struct AuditExport: Sendable {
  enum Format: String, CaseIterable {
    case ndjson, csv

    static let expectation = allCases.map(\.rawValue).joined(separator: " or ")

    var contentType: String {
      switch self {
      case .ndjson: "application/x-ndjson"
      case .csv: "text/csv; charset=utf-8; header=present"
      }
    }
  }

  private static let pageSize = 250

  private let call: APICall
  private let filter: AuditFilter
  private let isOldestFirst: Bool
  private let format: Format

  init(_ call: APICall, filter: AuditFilter, isOldestFirst: Bool, format: Format) {
    self.call = call
    self.filter = filter
    self.isOldestFirst = isOldestFirst
    self.format = format
  }

  /// The first page is read before anything is answered, so that what is wrong with the request or the store is told.
  func reply() async throws -> Reply {
    let first = try await page(after: nil)
    var reply = Reply(bytes: [], contentType: format.contentType)
      .with("Content-Disposition", "attachment; filename=\"audit-logs.\(format.rawValue)\"")
    reply.live = ResponseBody { writer in
      if format == .csv { try await writer.write(ByteBuffer(string: CSVLine.text(AuditRecord.columns))) }
      var page = first
      while true {
        try await writer.write(text(of: page.elements))
        guard page.hasMore, let last = page.elements.last else { break }
        guard try await call.isStill(allowed: .auditLogList) else { throw Problem.forbidden(.auditLogList) }
        page = try await self.page(after: last.entry.id)
      }
      try await writer.finish(nil)
    }
    return reply
  }

  private func page(after last: AuditEntryID?) async throws(PortError) -> Page<AuditRecord> {
    try await call.api.audit.entries(
      matching: filter, in: call.workspace,
      page: PageRequest(after: last, isOldestFirst: isOldestFirst, limit: Self.pageSize, payloadLimit: 1 << 20))
  }

  private func text(of records: [AuditRecord]) -> ByteBuffer {
    var buffer = ByteBuffer()
    for record in records {
      switch format {
      case .ndjson:
        buffer.writeBytes(record.json.jsonBytes)
        buffer.writeString("\n")
      case .csv: buffer.writeString(CSVLine.text(record.fields))
      }
    }
    return buffer
  }
}

/// A line of CSV (RFC 4180) that a spreadsheet takes for text only.
enum CSVLine {
  /// A field that begins with one of these is a formula to some spreadsheets, quotes or not; an apostrophe in front
  /// makes it text (https://owasp.org/www-community/attacks/CSV_Injection).
  private static let formulas: Set<UInt8> = Set("=+-@\t\r\n".utf8)

  static func text(_ fields: [String]) -> String {
    let quoted = fields.map { field in
      let isFormula = field.utf8.first.map(formulas.contains) ?? false
      return "\"\(isFormula ? "'" : "")\(field.replacing("\"", with: "\"\""))\""
    }
    return quoted.joined(separator: ",") + "\r\n"
  }
}

extension AuditRecord {
  fileprivate static let columns = [
    "id", "sequence", "hash", "createdAt", "action", "subjectId", "actorKind", "actorId", "details", "requestId",
    "address",
  ]

  /// In the order of the columns.
  fileprivate var fields: [String] {
    [
      "\(entry.id)", seal.map { "\($0.sequence)" } ?? "", seal.map { $0.hash.hexadecimalText } ?? "", "\(entry.at)",
      entry.action.rawValue, entry.subject, entry.caller.actor.kind, entry.caller.actor.id,
      String(decoding: entry.details, as: UTF8.self), entry.caller.requestID ?? "", entry.caller.address ?? "",
    ]
  }
}

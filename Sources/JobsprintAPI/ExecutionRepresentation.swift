// An execution on the API, in n8n's shape. The journal's payloads are n8n's task data already: they are put in as
// bytes.

import JobsprintDomain
public import JobsprintPorts

/// n8n's shape of an execution.
public enum ExecutionRepresentation {
  static func members(_ record: ExecutionRecord) -> JSONObject {
    [
      "id": .string("\(record.id)"), "finished": .bool(record.state == .success),
      "status": .string(record.state.rawValue),
      "mode": .string(record.mode.rawValue), "createdAt": .string("\(record.acceptedAt)"),
      "startedAt": text(record.startedAt), "stoppedAt": text(record.finishedAt), "waitTill": text(record.waitUntil),
      "workflowId": .string("\(record.workflow)"), "workflowVersionId": .string("\(record.version)"),
      "retryOf": record.retryOf.map { .string("\($0)") } ?? .null, "lane": .string(record.lane.rawValue),
      "term": .integer(Int64(record.term)), "lastNodeExecuted": record.lastNode.map { .string($0) } ?? .null,
      "error": error(record),
    ]
  }

  static func value(_ record: ExecutionRecord) -> JSONValue { .object(members(record)) }

  /// With `customData`, `data.resultData.runData` and the workflow's document.
  public static func bytes(_ details: ExecutionDetails) -> [UInt8] {
    let (record, journal, document) = (details.record, details.journal, details.document)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(1024 + journal.reduce(0) { $0 + $1.payload.count + 128 } + (document?.count ?? 0))
    members(record).write(to: &bytes)
    // Reopened, to go on behind its last member.
    bytes.removeLast()
    bytes.append(",\"customData\":")
    (journal.lazy.reversed().compactMap(\.customData).first?.texts ?? [:]).write(to: &bytes)
    bytes.append(",\"data\":{\"resultData\":{\"runData\":{")
    writeRuns(journal, to: &bytes)
    bytes.append("},\"lastNodeExecuted\":")
    (record.lastNode.map { JSONValue.string($0) } ?? .null).write(to: &bytes)
    if record.error != nil {
      bytes.append(",\"error\":")
      error(record).write(to: &bytes)
    }
    bytes.append("}}")
    if let document {
      bytes.append(",\"workflowData\":")
      bytes += document
    }
    bytes.append("}")
    return bytes
  }

  /// `"node":[run, …], …`: nodes in the order in which they first ran.
  private static func writeRuns(_ journal: [JournalEntry], to bytes: inout [UInt8]) {
    var order: [String] = []
    var runs: [ExactString: [JournalEntry]] = [:]
    for entry in journal where entry.kind == .finished {
      if runs[entry.node] == nil { order.append(entry.node) }
      runs[entry.node, default: []].append(entry)
    }
    for (place, node) in order.enumerated() {
      if place > 0 { bytes.append(",") }
      bytes.append(quoted: node)
      bytes.append(":[")
      for (run, entry) in (runs[node] ?? []).enumerated() {
        if run > 0 { bytes.append(",") }
        write(entry, to: &bytes)
      }
      bytes.append("]")
    }
  }

  private static func write(_ entry: JournalEntry, to bytes: inout [UInt8]) {
    // The run's object stays open for what only the journal knows of it.
    bytes += entry.payload[..<max(0, entry.payload.count - 1)]
    bytes.append(",\"executionIndex\":")
    bytes.append(decimal: Int64(entry.position))
    bytes.append(",\"journal\":{\"position\":")
    bytes.append(decimal: Int64(entry.position))
    bytes.append(",\"attempt\":")
    bytes.append(decimal: Int64(entry.attempt))
    bytes.append(",\"term\":")
    bytes.append(decimal: Int64(entry.term))
    bytes.append("}}")
  }

  private static func text(_ time: Timestamp?) -> JSONValue { time.map { .string("\($0)") } ?? .null }

  private static func error(_ record: ExecutionRecord) -> JSONValue {
    record.error.flatMap { try? JSONValue(parsing: $0) } ?? .null
  }
}

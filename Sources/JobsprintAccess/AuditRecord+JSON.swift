public import JobsprintDomain
public import JobsprintPorts

extension AuditRecord {
  /// As the outside gets it, from the API and from the stream.
  public var json: JSONValue {
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

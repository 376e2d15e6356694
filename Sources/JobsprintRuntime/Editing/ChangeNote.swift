import JobsprintDomain
import JobsprintPorts

/// Makes the record that a change leaves in the audit log.
struct ChangeNote: Sendable {
  let clock: any WallClock
  let ids: IdentifierSource

  /// - Parameter details: what a reader of the log wants to know besides; never a secret.
  func record<Kind>(
    _ action: AuditAction, of subject: Identifier<Kind>, by caller: Caller, _ details: JSONObject = [:],
    idempotency: IdempotencyRecord? = nil
  ) -> ChangeRecord {
    ChangeRecord(
      AuditEntry(
        id: ids.next(), caller: caller, action: action, subject: "\(subject)",
        details: JSONValue.object(details).jsonBytes, at: clock.now),
      idempotency: idempotency)
  }
}

// Entries of the audit log, and reading them. Sealing is in AuditChainStatements.

import JobsprintDomain
import JobsprintPorts

/// The columns of an ``AuditRecord``, in the order in which it is read.
let auditColumns = """
  id, workspace_id, at, actor_kind, actor_id, action, subject, details, request_id, address, sequence, hash
  """

private func record(_ row: inout RowReader) throws -> AuditRecord {
  let id: AuditEntryID = try row.id()
  let workspace: WorkspaceID = try row.id()
  let time = row.time()
  guard let actor = Actor(kind: row.text(), id: row.text()) else { throw row.nonsense("an actor") }
  let (action, subject, details): (AuditAction, String, [UInt8]) = (try row.word(), row.text(), row.bytes())
  let caller = Caller(workspace: workspace, actor: actor, requestID: row.optionalText(), address: row.optionalText())
  let entry = AuditEntry(id: id, caller: caller, action: action, subject: subject, details: details, at: time)
  let (sequence, hash) = (row.int(), row.bytes())
  return AuditRecord(entry: entry, seal: sequence == 0 ? nil : AuditSeal(sequence: sequence, hash: hash))
}

struct InsertAuditEntry: FixedSQLStatement {
  static let sql = """
    INSERT INTO audit_entries
      (id, workspace_id, at, actor_kind, actor_id, action, subject, details, request_id, address)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """

  let entry: AuditEntry

  func bind(to values: inout Binder) {
    values.add(entry.id)
    values.add(entry.caller.workspace)
    values.add(entry.at)
    values.add(entry.caller.actor.kind)
    values.add(entry.caller.actor.id)
    values.add(entry.action.rawValue)
    values.add(entry.subject)
    values.add(entry.details)
    values.add(entry.caller.requestID)
    values.add(entry.caller.address)
  }
}

/// Adds the words of an entry.
struct IndexAuditEntry: FixedSQLStatement {
  static let sql = """
    INSERT INTO audit_words (rowid, action, actor, subject, details)
    SELECT number, action, actor_kind || ' ' || actor_id, subject, CAST(details AS TEXT)
    FROM audit_entries WHERE id = ?
    """

  let id: AuditEntryID

  func bind(to values: inout Binder) { values.add(id) }
}

/// Entries of a workspace, newest first, or the other way round.
struct ListAuditEntries: SQLStatement {
  let filter: AuditFilter
  let workspace: WorkspaceID
  let page: PageRequest<AuditEntryID>

  var sql: String {
    var conditions = ["workspace_id = ?"]
    if filter.action != nil { conditions.append("action = ?") }
    if filter.actor != nil { conditions.append("actor_id = ?") }
    if filter.subject != nil { conditions.append("subject = ?") }
    if filter.requestID != nil { conditions.append("request_id = ?") }
    if filter.address != nil { conditions.append("address = ?") }
    if filter.after != nil { conditions.append("at > ?") }
    if filter.before != nil { conditions.append("at < ?") }
    if words != nil { conditions.append("number IN (SELECT rowid FROM audit_words WHERE audit_words MATCH ?)") }
    if page.after != nil { conditions.append("id \(page.behind) ?") }
    return """
      SELECT \(auditColumns) FROM audit_entries WHERE \(conditions.joined(separator: " AND "))
      ORDER BY id \(page.direction) LIMIT ?
      """
  }

  func bind(to values: inout Binder) {
    values.add(workspace)
    if let action = filter.action { values.add(action.rawValue) }
    if let actor = filter.actor { values.add(actor) }
    if let subject = filter.subject { values.add(subject) }
    if let request = filter.requestID { values.add(request) }
    if let address = filter.address { values.add(address) }
    if let after = filter.after { values.add(after) }
    if let before = filter.before { values.add(before) }
    if let words { values.add(words) }
    if let after = page.after { values.add(after) }
    values.add(page.limitAndOne)
  }

  static func decode(_ row: inout RowReader) throws -> AuditRecord { try record(&row) }

  private var words: String? { wordQuery(filter.text) }
}

/// Entries of all workspaces without a seal, oldest first.
struct ListUnsealed: FixedSQLStatement {
  static let sql = "SELECT \(auditColumns) FROM audit_entries WHERE sequence IS NULL ORDER BY id LIMIT ?"

  let limit: Int

  func bind(to values: inout Binder) { values.add(limit) }

  static func decode(_ row: inout RowReader) throws -> AuditEntry { try record(&row).entry }
}

/// Sealed entries of a workspace behind a sequence, in their order.
struct ListChain: FixedSQLStatement {
  static let sql = """
    SELECT \(auditColumns) FROM audit_entries WHERE workspace_id = ? AND sequence > ? ORDER BY sequence LIMIT ?
    """

  let workspace: WorkspaceID
  let sequence: Int
  let limit: Int

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(sequence)
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> AuditRecord { try record(&row) }
}

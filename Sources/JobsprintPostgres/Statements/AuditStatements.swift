// The audit log: entries are written by the changes that they tell of, sealed later, and read newest first.

import JobsprintDomain
import JobsprintPorts
import Postgres

/// The columns of an ``AuditRecord``, in the order in which it is read.
let auditColumns = """
  a.id, a.workspace_id, a.actor_kind, a.actor_id, a.request_id, a.address, a.action, a.subject, a.details, a.at,
  a.sequence, a.hash
  """

extension AuditRecord {
  fileprivate init(_ row: inout PostgresRow) throws {
    let id: AuditEntryID = try row.id()
    let workspace: WorkspaceID = try row.id()
    let kind: String = try row.next()
    guard let actor = Actor(kind: kind, id: try row.next()) else {
      throw PortError(.newer, "The audit log names an actor of a kind that this program does not know: '\(kind)'.")
    }
    let caller = Caller(
      workspace: workspace, actor: actor, requestID: try row.optionalText(), address: try row.optionalText())
    let entry = AuditEntry(
      id: id, caller: caller, action: try row.word(), subject: try row.text(), details: try row.next(),
      at: try row.time())
    let sequence = try row.nextOptional(Int.self)
    let hash = try row.nextOptional([UInt8].self)
    self.init(entry: entry, seal: sequence.map { AuditSeal(sequence: $0, hash: hash ?? []) })
  }
}

/// Sealers are told when the transaction is committed.
struct InsertAuditEntry: PostgresStatement {
  static let name = "audit.insert"
  static let sql = """
    INSERT INTO jobsprint.audit_logs
      (id, workspace_id, actor_kind, actor_id, request_id, address, action, subject, details, at, words)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, array_to_tsvector($11::text[]))
    RETURNING pg_notify('\(PostgresNews.auditWritten.rawValue)', '')
    """

  let entry: AuditEntry

  func bind(into values: inout PostgresBindings) throws {
    let caller = entry.caller
    try values.bind(entry.id)
    try values.bind(caller.workspace)
    try values.bind(caller.actor.kind)
    try values.bind(caller.actor.id)
    try values.bind(text: caller.requestID)
    try values.bind(text: caller.address)
    try values.bind(entry.action.rawValue)
    try values.bind(text: entry.subject)
    try values.bind(entry.details)
    try values.bind(entry.at)
    try values.bind(
      array: SearchWords.index(
        [
          entry.action.rawValue, caller.actor.kind, caller.actor.id, entry.subject,
          String(decoding: entry.details, as: UTF8.self),
        ], of: caller.workspace))
  }
}

/// Entries of a workspace, newest first, or the other way round. The text depends on which filters are set, not on
/// their values.
struct ListAuditEntries {
  let filter: AuditFilter
  let workspace: WorkspaceID
  let page: PageRequest<AuditEntryID>

  /// Ids carry the time at which they were made, the same as the entry's up to this.
  private static let slack = Duration.seconds(86_400)

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(workspace)
    try page.bindLimits(into: &values)
    let end = "ORDER BY a.id \(page.direction) LIMIT \(page.rowsToRead)"
    let rows: String
    if let words = SearchWords.query(filter.text) {
      try values.bind(words)
      try values.bind(filter.action?.rawValue)
      try values.bind(filter.actor)
      try values.bind(text: filter.subject)
      try values.bind(text: filter.requestID)
      try values.bind(text: filter.address)
      try values.bind(filter.after)
      try values.bind(filter.before)
      try values.bind(page.after)
      rows = """
        SELECT \(auditColumns)
        FROM jobsprint.find_audit_entries(
          $1, $4, $5, $6, $7, $8, $9, $10, $11, $12, \(page.isOldestFirst), \(page.rowsToRead)) AS f (id)
        JOIN jobsprint.audit_logs AS a ON a.workspace_id = $1 AND a.id = f.id \(end)
        """
    } else {
      rows = "SELECT \(auditColumns) FROM jobsprint.audit_logs AS a WHERE \(try conditions(&values)) \(end)"
    }
    let sql = page.cut(rows, order: "id \(page.direction)", weight: "octet_length(details)", place: 2)
    return PostgresCommand(name: "audit.list", sql: sql, values: values)
  }

  private func conditions(_ values: inout PostgresBindings) throws -> String {
    var conditions = ["a.workspace_id = $1"]
    if let action = filter.action {
      try values.bind(action.rawValue)
      conditions.append("a.action = $\(values.count)")
    }
    if let actor = filter.actor {
      try values.bind(actor)
      conditions.append("a.actor_id = $\(values.count)")
    }
    if let request = filter.requestID {
      try values.bind(text: request)
      conditions.append("a.request_id = $\(values.count)")
    }
    if let address = filter.address {
      try values.bind(text: address)
      conditions.append("a.address = $\(values.count)")
    }
    if let subject = filter.subject {
      try values.bind(text: subject)
      conditions.append("a.subject = $\(values.count)")
    }
    if let time = filter.after {
      try values.bind(time)
      try values.bind(AuditEntryID(first: time - Self.slack))
      conditions.append("a.at > $\(values.count - 1) AND a.id >= $\(values.count)")
    }
    if let time = filter.before {
      try values.bind(time)
      try values.bind(AuditEntryID(first: time + Self.slack))
      conditions.append("a.at < $\(values.count - 1) AND a.id < $\(values.count)")
    }
    if let after = page.after {
      try values.bind(after)
      conditions.append("a.id \(page.behind) $\(values.count)")
    }
    return conditions.joined(separator: " AND ")
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: AuditRecord, read: Int) {
    (try AuditRecord(&row), try row.next())
  }
}

/// Entries without a seal, of all workspaces, oldest first.
struct ListUnsealed: PostgresStatement {
  static let name = "audit.unsealed"
  static let sql = """
    SELECT \(auditColumns) FROM jobsprint.audit_logs AS a WHERE a.sequence IS NULL ORDER BY a.id LIMIT $1
    """

  let limit: Int

  func bind(into values: inout PostgresBindings) throws { try values.bind(limit) }

  static func decode(_ row: inout PostgresRow) throws -> AuditEntry { try AuditRecord(&row).entry }
}

struct FindAuditHead: PostgresStatement {
  static let name = "audit.head"
  static let sql = "SELECT sequence, hash FROM jobsprint.audit_heads WHERE workspace_id = $1"

  let workspace: WorkspaceID

  func bind(into values: inout PostgresBindings) throws { try values.bind(workspace) }

  static func decode(_ row: inout PostgresRow) throws -> AuditSeal {
    AuditSeal(sequence: try row.next(), hash: try row.next())
  }
}

/// Moves the head of a workspace's chain; changes nothing where it is another by now.
struct MoveAuditHead: PostgresStatement {
  static let name = "audit.move-head"
  static let sql = """
    INSERT INTO jobsprint.audit_heads AS h (workspace_id, sequence, hash)
    SELECT $1, $2, $3 WHERE $4::int8 IS NULL OR EXISTS (
      SELECT 1 FROM jobsprint.audit_heads WHERE workspace_id = $1)
    ON CONFLICT (workspace_id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash
    WHERE h.sequence = $4 AND h.hash = $5
    """

  let workspace: WorkspaceID
  let head: AuditSeal
  let previous: AuditSeal?

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(head.sequence)
    try values.bind(head.hash)
    try values.bind(previous?.sequence)
    try values.bind(previous?.hash)
  }
}

/// Gives entries of a workspace their seals; entries that have one are left out.
struct SealEntries: PostgresStatement {
  static let name = "audit.seal"
  static let sql = """
    UPDATE jobsprint.audit_logs AS a SET sequence = s.sequence, hash = s.hash
    FROM unnest($2::uuid[], $3::int8[], $4::bytea[]) AS s (id, sequence, hash)
    WHERE a.workspace_id = $1 AND a.id = s.id AND a.sequence IS NULL
    """

  let workspace: WorkspaceID
  let seals: [(entry: AuditEntryID, seal: AuditSeal)]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(ids: seals.lazy.map(\.entry))
    try values.bind(array: seals.lazy.map(\.seal.sequence))
    try values.bind(array: seals.lazy.map(\.seal.hash))
  }
}

/// Sealed entries of a workspace, by their sequence.
struct ListChain: PostgresStatement {
  static let name = "audit.chain"
  static let sql = """
    SELECT \(auditColumns) FROM jobsprint.audit_logs AS a
    WHERE a.workspace_id = $1 AND a.sequence > $2 ORDER BY a.sequence LIMIT $3
    """

  let workspace: WorkspaceID
  let after: Int
  let limit: Int

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(after)
    try values.bind(limit)
  }

  static func decode(_ row: inout PostgresRow) throws -> AuditRecord { try AuditRecord(&row) }
}

struct FindCheckpoint: PostgresStatement {
  static let name = "audit.checkpoint"
  static let sql = """
    SELECT workspace_id, sequence, hash, at, signature FROM jobsprint.audit_checkpoints WHERE workspace_id = $1
    """

  let workspace: WorkspaceID

  func bind(into values: inout PostgresBindings) throws { try values.bind(workspace) }

  static func decode(_ row: inout PostgresRow) throws -> AuditCheckpoint {
    AuditCheckpoint(
      workspace: try row.id(), seal: AuditSeal(sequence: try row.next(), hash: try row.next()), at: try row.time(),
      signature: try row.next())
  }
}

/// Writes a checkpoint, unless there is a newer one.
struct WriteCheckpoint: PostgresStatement {
  static let name = "audit.write-checkpoint"
  static let sql = """
    INSERT INTO jobsprint.audit_checkpoints AS c (workspace_id, sequence, hash, at, signature)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (workspace_id) DO UPDATE
    SET sequence = excluded.sequence, hash = excluded.hash, at = excluded.at, signature = excluded.signature
    WHERE c.sequence < excluded.sequence
    """

  let checkpoint: AuditCheckpoint

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(checkpoint.workspace)
    try values.bind(checkpoint.seal.sequence)
    try values.bind(checkpoint.seal.hash)
    try values.bind(checkpoint.at)
    try values.bind(checkpoint.signature)
  }
}

/// The oldest sealed entries up to a sequence.
struct RemoveEntries: PostgresStatement {
  static let name = "audit.remove"
  static let sql = """
    DELETE FROM jobsprint.audit_logs WHERE workspace_id = $1 AND id = ANY (ARRAY(
      SELECT id FROM jobsprint.audit_logs WHERE workspace_id = $1 AND sequence <= $2 ORDER BY sequence LIMIT $3))
    """

  let checkpoint: AuditCheckpoint
  let limit: Int

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(checkpoint.workspace)
    try values.bind(checkpoint.seal.sequence)
    try values.bind(limit)
  }
}

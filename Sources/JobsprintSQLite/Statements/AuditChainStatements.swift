// The chain of a workspace's audit entries: seals, and the checkpoints that retention leaves.

import JobsprintDomain
import JobsprintPorts

struct LastSeal: FixedSQLStatement {
  static let sql = """
    SELECT sequence, hash FROM audit_entries
    WHERE workspace_id = ? AND sequence IS NOT NULL ORDER BY sequence DESC LIMIT 1
    """

  let workspace: WorkspaceID

  func bind(to values: inout Binder) { values.add(workspace) }

  static func decode(_ row: inout RowReader) throws -> AuditSeal { AuditSeal(sequence: row.int(), hash: row.bytes()) }
}

/// Gives an entry its seal, unless it has one.
struct SealEntry: FixedSQLStatement {
  static let sql = """
    UPDATE audit_entries SET sequence = ?, hash = ? WHERE id = ? AND workspace_id = ? AND sequence IS NULL
    """

  let entry: AuditEntryID
  let seal: AuditSeal
  let workspace: WorkspaceID

  func bind(to values: inout Binder) {
    values.add(seal.sequence)
    values.add(seal.hash)
    values.add(entry)
    values.add(workspace)
  }
}

struct IsUnsealed: FixedSQLStatement {
  static let sql = "SELECT 1 FROM audit_entries WHERE id = ? AND workspace_id = ? AND sequence IS NULL"

  let entry: AuditEntryID
  let workspace: WorkspaceID

  func bind(to values: inout Binder) {
    values.add(entry)
    values.add(workspace)
  }

  static func decode(_ row: inout RowReader) -> Int { row.int() }
}

struct FindCheckpoint: FixedSQLStatement {
  static let sql = "SELECT workspace_id, sequence, hash, at, signature FROM audit_checkpoints WHERE workspace_id = ?"

  let workspace: WorkspaceID

  func bind(to values: inout Binder) { values.add(workspace) }

  static func decode(_ row: inout RowReader) throws -> AuditCheckpoint {
    AuditCheckpoint(
      workspace: try row.id(), seal: AuditSeal(sequence: row.int(), hash: row.bytes()), at: row.time(),
      signature: row.bytes())
  }
}

/// An older checkpoint does not replace a newer one.
struct WriteCheckpoint: FixedSQLStatement {
  static let sql = """
    INSERT INTO audit_checkpoints (workspace_id, sequence, hash, at, signature) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (workspace_id) DO UPDATE
    SET sequence = excluded.sequence, hash = excluded.hash, at = excluded.at, signature = excluded.signature
    WHERE excluded.sequence > audit_checkpoints.sequence
    """

  let checkpoint: AuditCheckpoint

  func bind(to values: inout Binder) {
    values.add(checkpoint.workspace)
    values.add(checkpoint.seal.sequence)
    values.add(checkpoint.seal.hash)
    values.add(checkpoint.at)
    values.add(checkpoint.signature)
  }
}

/// The row numbers of the first sealed entries up to a sequence.
struct ListRemovable: FixedSQLStatement {
  static let sql = """
    SELECT number FROM audit_entries WHERE workspace_id = ? AND sequence <= ? ORDER BY sequence LIMIT ?
    """

  let workspace: WorkspaceID
  let sequence: Int
  let limit: Int

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(sequence)
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) -> Int { row.int() }
}

/// Takes out the words of an entry: the index has to be told what it holds.
struct UnindexAuditEntry: FixedSQLStatement {
  static let sql = """
    INSERT INTO audit_words (audit_words, rowid, action, actor, subject, details)
    SELECT 'delete', number, action, actor_kind || ' ' || actor_id, subject, CAST(details AS TEXT)
    FROM audit_entries WHERE number = ?
    """

  let number: Int

  func bind(to values: inout Binder) { values.add(number) }
}

struct DeleteAuditEntry: FixedSQLStatement {
  static let sql = "DELETE FROM audit_entries WHERE number = ?"

  let number: Int

  func bind(to values: inout Binder) { values.add(number) }
}

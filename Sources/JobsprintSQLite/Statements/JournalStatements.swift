import JobsprintDomain
import JobsprintPorts

/// Stores a finished run; a second one at its position violates the key.
struct InsertFinishedEntry: FixedSQLStatement {
  static let sql = """
    INSERT INTO journal
      (execution_id, workspace_id, position, kind, slot, node, run, attempt, term, recorded_at, payload)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """

  let execution: ExecutionID
  let workspace: WorkspaceID
  let entry: JournalEntry

  func bind(to values: inout Binder) {
    values.add(execution)
    values.add(workspace)
    values.add(entry.position)
    values.add(Int(entry.kind.number))
    values.add(entry.kind == .finished ? 0 : entry.attempt)
    values.add(entry.node)
    values.add(entry.run)
    values.add(entry.attempt)
    values.add(entry.term)
    values.add(entry.recordedAt)
    values.add(entry.payload)
  }
}

/// Stores a started or suspended run. One that is noted again for the same attempt (a node that waits twice) replaces
/// the earlier note.
struct NoteUnfinishedEntry: FixedSQLStatement {
  static let sql = """
    INSERT OR REPLACE INTO journal
      (execution_id, workspace_id, position, kind, slot, node, run, attempt, term, recorded_at, payload)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """

  let insertion: InsertFinishedEntry

  func bind(to values: inout Binder) { insertion.bind(to: &values) }
}

/// The journal of an execution, in its order.
struct ReadJournal: FixedSQLStatement {
  static let sql = """
    SELECT position, kind, node, run, attempt, term, recorded_at, payload
    FROM journal WHERE execution_id = ? AND workspace_id = ? ORDER BY position, kind, slot
    """

  let execution: ExecutionID
  let workspace: WorkspaceID

  func bind(to values: inout Binder) {
    values.add(execution)
    values.add(workspace)
  }

  static func decode(_ row: inout RowReader) throws -> JournalEntry {
    let position = row.int()
    guard let kind = JournalEntry.Kind(number: row.int()) else { throw row.nonsense("the kind of a journal entry") }
    return JournalEntry(
      position: position, kind: kind, node: row.text(), run: row.int(), attempt: row.int(), term: row.int(),
      recordedAt: row.time(), payload: row.bytes())
  }
}

struct DeleteJournal: FixedSQLStatement {
  static let sql = "DELETE FROM journal WHERE execution_id = ?"

  let execution: ExecutionID

  func bind(to values: inout Binder) { values.add(execution) }
}

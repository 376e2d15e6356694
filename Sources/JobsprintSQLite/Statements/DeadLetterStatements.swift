import JobsprintDomain
import JobsprintPorts

/// The columns of a ``DeadLetter``, in the order in which it is read.
private let columns = """
  execution_id, workspace_id, workflow_id, version_id, reason, error, last_node, died_at, status, redriven_as, settled_at
  """

/// Writes the letter of an execution that has just ended.
struct BuryExecution: FixedSQLStatement {
  static let sql = """
    INSERT INTO dead_letters
      (execution_id, workspace_id, workflow_id, version_id, reason, error, last_node, died_at, status)
    SELECT e.id, e.workspace_id, e.workflow_id, e.version_id, ?, f.error, e.last_node, e.finished_at, 'open'
    FROM executions AS e LEFT JOIN execution_errors AS f ON f.execution_id = e.id WHERE e.id = ?
    """

  let append: JournalAppend
  let reason: DeadLetterReason

  func bind(to values: inout Binder) {
    values.add(reason.rawValue)
    values.add(append.execution)
  }
}

struct FindDeadLetter: FixedSQLStatement {
  static let sql = "SELECT \(columns) FROM dead_letters WHERE workspace_id = ? AND execution_id = ?"

  let execution: ExecutionID
  let workspace: WorkspaceID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(execution)
  }

  static func decode(_ row: inout RowReader) throws -> DeadLetter {
    DeadLetter(
      execution: try row.id(), workspace: try row.id(), workflow: try row.id(), version: try row.id(),
      reason: try row.word(), error: row.optionalBytes(), lastNode: row.optionalText(), diedAt: row.time(),
      status: try row.word(), redrivenAs: try row.optionalID(), settledAt: row.optionalTime())
  }
}

/// Letters of a workspace, the newest execution first, or the other way round.
struct ListDeadLetters: SQLStatement {
  let filter: DeadLetterFilter
  let workspace: WorkspaceID
  let page: PageRequest<ExecutionID>

  var sql: String {
    var conditions = ["workspace_id = ?"]
    if filter.workflow != nil { conditions.append("workflow_id = ?") }
    if filter.status != nil { conditions.append("status = ?") }
    if filter.reason != nil { conditions.append("reason = ?") }
    if page.after != nil { conditions.append("execution_id \(page.behind) ?") }
    return """
      SELECT \(columns) FROM dead_letters WHERE \(conditions.joined(separator: " AND "))
      ORDER BY execution_id \(page.direction) LIMIT ?
      """
  }

  func bind(to values: inout Binder) {
    values.add(workspace)
    if let workflow = filter.workflow { values.add(workflow) }
    if let status = filter.status { values.add(status.rawValue) }
    if let reason = filter.reason { values.add(reason.rawValue) }
    if let after = page.after { values.add(after) }
    values.add(page.limitAndOne)
  }

  static func decode(_ row: inout RowReader) throws -> DeadLetter { try FindDeadLetter.decode(&row) }
}

/// All letters, the oldest execution first: for an archive.
struct ListDeadLettersInOrder: SQLStatement {
  let workspace: WorkspaceID
  let after: UUIDv7?
  let limit: Int

  var sql: String {
    """
    SELECT \(columns) FROM dead_letters
    WHERE workspace_id = ?\(after == nil ? "" : " AND execution_id > ?") ORDER BY execution_id LIMIT ?
    """
  }

  func bind(to values: inout Binder) {
    values.add(workspace)
    if let after { values.add(ExecutionID(after)) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> DeadLetter { try FindDeadLetter.decode(&row) }
}

struct SettleDeadLetter: FixedSQLStatement {
  static let sql = """
    UPDATE dead_letters SET status = ?, redriven_as = ?, settled_at = ?
    WHERE workspace_id = ? AND execution_id = ? AND status = 'open'
    """

  let execution: ExecutionID
  let workspace: WorkspaceID
  let settlement: DeadLetterSettlement
  let time: Timestamp

  func bind(to values: inout Binder) {
    values.add(settlement.status.rawValue)
    values.add(settlement.execution)
    values.add(time)
    values.add(workspace)
    values.add(execution)
  }
}

struct DeleteDeadLetter: FixedSQLStatement {
  static let sql = "DELETE FROM dead_letters WHERE workspace_id = ? AND execution_id = ?"

  let execution: ExecutionID
  let workspace: WorkspaceID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(execution)
  }
}

/// A letter as it was elsewhere.
struct RestoreDeadLetter: FixedSQLStatement {
  static let sql = "INSERT INTO dead_letters (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

  let letter: DeadLetter

  func bind(to values: inout Binder) {
    values.add(letter.execution)
    values.add(letter.workspace)
    values.add(letter.workflow)
    values.add(letter.version)
    values.add(letter.reason.rawValue)
    if let error = letter.error { values.add(error) } else { values.addNull() }
    values.add(letter.lastNode)
    values.add(letter.diedAt)
    values.add(letter.status.rawValue)
    values.add(letter.redrivenAs)
    values.add(letter.settledAt)
  }
}

/// Letters of a workspace that were settled before a time.
struct ListExpiredLetters: FixedSQLStatement {
  static let sql = """
    SELECT execution_id FROM dead_letters
    WHERE workspace_id = ? AND status IN ('redriven', 'discarded') AND settled_at < ? LIMIT ?
    """

  let workspace: WorkspaceID
  let before: Timestamp
  let limit: Int

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(before)
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> ExecutionID { try row.id() }
}

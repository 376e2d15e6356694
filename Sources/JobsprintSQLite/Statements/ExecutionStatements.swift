// Reading and removing executions.

import JobsprintDomain
import JobsprintPorts

/// The columns of an ``ExecutionRecord``, in the order in which it is read. The payloads are joined last, for the rows
/// that are left.
private let columns = """
  e.id, e.workspace_id, e.workflow_id, e.version_id, e.state, e.mode, e.lane,
  CASE WHEN e.state IN ('new', 'running', 'waiting') THEN e.tag ELSE '' END, e.term, e.accepted_at, e.started_at,
  e.finished_at, e.wait_until, e.retry_of, f.error, e.last_node, i.input
  """

private let payloads = """
  LEFT JOIN execution_errors AS f ON f.execution_id = e.id
  LEFT JOIN execution_inputs AS i ON i.execution_id = e.id
  """

private func record(_ row: inout RowReader) throws -> ExecutionRecord {
  ExecutionRecord(
    id: try row.id(), workspace: try row.id(), workflow: try row.id(), version: try row.id(), state: try row.word(),
    mode: try row.word(), lane: try row.word(), tag: WorkerTag(row.text()), term: row.int(), acceptedAt: row.time(),
    startedAt: row.optionalTime(),
    finishedAt: row.optionalTime(), waitUntil: row.optionalTime(), retryOf: try row.optionalID(),
    error: row.optionalBytes(), lastNode: row.optionalText(), input: row.bytes())
}

struct FindExecution: FixedSQLStatement {
  static let sql = "SELECT \(columns) FROM executions AS e \(payloads) WHERE e.id = ? AND e.workspace_id = ?"

  let id: ExecutionID
  let workspace: WorkspaceID

  func bind(to values: inout Binder) {
    values.add(id)
    values.add(workspace)
  }

  static func decode(_ row: inout RowReader) throws -> ExecutionRecord { try record(&row) }
}

/// Executions of a workspace, newest first or the other way round.
///
/// States stand in the text, one query for each, because SQLite uses a partial index only for a state that it can see.
struct ListExecutions: SQLStatement {
  let filter: ExecutionFilter
  let workspace: WorkspaceID
  let page: PageRequest<ExecutionID>

  private var states: [ExecutionState?] {
    filter.states.isEmpty ? [nil] : ExecutionState.allCases.filter { filter.states.contains($0) }
  }

  var sql: String {
    let branches = states.map { state in
      var conditions = ["workspace_id = ?"]
      if let state { conditions.append("state = '\(state.rawValue)'") }
      if filter.workflow != nil { conditions.append("workflow_id = ?") }
      if filter.acceptedAfter != nil { conditions.append("accepted_at > ?") }
      if filter.acceptedBefore != nil { conditions.append("accepted_at < ?") }
      if page.after != nil { conditions.append("id \(page.behind) ?") }
      return """
        SELECT * FROM (
          SELECT * FROM executions WHERE \(conditions.joined(separator: " AND ")) ORDER BY id \(page.direction) LIMIT ?)
        """
    }
    return """
      SELECT \(columns)
      FROM (SELECT * FROM (\(branches.joined(separator: " UNION ALL "))) ORDER BY id \(page.direction) LIMIT ?) AS e
      \(payloads) ORDER BY e.id \(page.direction)
      """
  }

  func bind(to values: inout Binder) {
    for _ in states {
      values.add(workspace)
      if let workflow = filter.workflow { values.add(workflow) }
      if let time = filter.acceptedAfter { values.add(time) }
      if let time = filter.acceptedBefore { values.add(time) }
      if let after = page.after { values.add(after) }
      values.add(page.limitAndOne)
    }
    values.add(page.limitAndOne)
  }

  static func decode(_ row: inout RowReader) throws -> ExecutionRecord { try record(&row) }
}

/// Gives a row when the execution has ended.
struct CheckEnded: FixedSQLStatement {
  static let sql = "SELECT 1 FROM executions WHERE id = ? AND state NOT IN ('new', 'running', 'waiting')"

  let id: ExecutionID

  func bind(to values: inout Binder) { values.add(id) }
}

/// The oldest executions of a workspace that have ended; ids carry the time at which they were made.
struct ListExpired: FixedSQLStatement {
  static let sql = """
    SELECT id FROM executions
    WHERE workspace_id = ? AND id < ? AND accepted_at < ? AND state NOT IN ('new', 'running', 'waiting')
    ORDER BY id LIMIT ?
    """

  let workspace: WorkspaceID
  let before: Timestamp
  let limit: Int

  func bind(to values: inout Binder) {
    values.add(workspace)
    let milliseconds = UInt64(clamping: min(before.milliseconds, 0xFFFF_FFFF_FFFF))
    values.add(ExecutionID(UUIDv7(high: milliseconds << 16, low: 0)))
    values.add(before)
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> ExecutionID { try row.id() }
}

struct DeleteExecution: FixedSQLStatement {
  static let sql = "DELETE FROM executions WHERE id = ?"

  let id: ExecutionID

  func bind(to values: inout Binder) { values.add(id) }
}

struct DeleteInput: FixedSQLStatement {
  static let sql = "DELETE FROM execution_inputs WHERE execution_id = ?"

  let execution: ExecutionID

  func bind(to values: inout Binder) { values.add(execution) }
}

struct DeleteError: FixedSQLStatement {
  static let sql = "DELETE FROM execution_errors WHERE execution_id = ?"

  let execution: ExecutionID

  func bind(to values: inout Binder) { values.add(execution) }
}

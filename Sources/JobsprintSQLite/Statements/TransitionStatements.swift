// How the state of an execution changes. Each statement carries its guard, so that a terminal state is final and a
// holder that lost its fence changes nothing.

import JobsprintDomain
import JobsprintPorts

struct InsertExecution: FixedSQLStatement {
  static let sql = """
    INSERT INTO executions
      (id, workspace_id, workflow_id, version_id, state, mode, lane, term, executor_id, accepted_at, started_at,
       dispatched_at, retry_of, concurrency, tag, last_node, finished_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """

  let execution: NewExecution
  /// Of one that has ended with success by now.
  var end: (lastNode: String?, at: Timestamp)?

  private var state: ExecutionState {
    if end != nil { return .success }
    return execution.claimedBy == nil ? .new : .running
  }

  func bind(to values: inout Binder) {
    let isClaimed = execution.claimedBy != nil
    values.add(execution.id)
    values.add(execution.workspace)
    values.add(execution.workflow)
    values.add(execution.version)
    values.add(state.rawValue)
    values.add(execution.mode.rawValue)
    values.add(execution.lane.rawValue)
    values.add(isClaimed ? 1 : 0)
    values.add(end == nil ? execution.claimedBy : nil)
    values.add(execution.acceptedAt)
    values.add(isClaimed ? execution.acceptedAt : nil)
    values.add(execution.dispatchedAt)
    values.add(execution.retryOf)
    values.add(execution.concurrency)
    values.add(execution.tag?.name ?? "")
    values.add(end?.lastNode)
    values.add(end?.at)
  }
}

struct InsertInput: FixedSQLStatement {
  static let sql = "INSERT INTO execution_inputs (execution_id, workspace_id, input) VALUES (?, ?, ?)"

  let execution: ExecutionID
  let workspace: WorkspaceID
  let input: [UInt8]

  func bind(to values: inout Binder) {
    values.add(execution)
    values.add(workspace)
    values.add(input)
  }
}

struct InsertError: FixedSQLStatement {
  static let sql = "INSERT INTO execution_errors (execution_id, workspace_id, error) VALUES (?, ?, ?)"

  let execution: ExecutionID
  let workspace: WorkspaceID
  let error: [UInt8]

  func bind(to values: inout Binder) {
    values.add(execution)
    values.add(workspace)
    values.add(error)
  }
}

/// The three values of a fence and of whose execution it is.
private func bind(_ append: JournalAppend, to values: inout Binder) {
  values.add(append.execution)
  values.add(append.workspace)
  values.add(append.fence.term)
  values.add(append.fence.executor)
}

/// Of an execution that nobody has ever held.
struct ClaimByAppend: FixedSQLStatement {
  static let sql = """
    UPDATE executions SET state = 'running', term = 1, executor_id = ?, started_at = ?, dispatched_at = NULL
    WHERE id = ? AND workspace_id = ? AND state = 'new' AND term = 0
    """

  let append: JournalAppend
  let time: Timestamp

  func bind(to values: inout Binder) {
    values.add(append.fence.executor)
    values.add(time)
    values.add(append.execution)
    values.add(append.workspace)
  }
}

/// Gives a row when the append may be written.
struct CheckFence: FixedSQLStatement {
  static let sql = """
    SELECT 1 FROM executions
    WHERE id = ? AND workspace_id = ? AND state = 'running' AND term = ? AND executor_id = ?
    """

  let append: JournalAppend

  func bind(to values: inout Binder) { JobsprintSQLite.bind(append, to: &values) }
}

struct WaitExecution: FixedSQLStatement {
  static let sql = """
    UPDATE executions SET state = 'waiting', executor_id = NULL, wait_until = ?, dispatched_at = NULL
    WHERE id = ? AND workspace_id = ? AND state = 'running' AND term = ? AND executor_id = ?
    """

  let append: JournalAppend
  let until: Timestamp

  func bind(to values: inout Binder) {
    values.add(until)
    JobsprintSQLite.bind(append, to: &values)
  }
}

struct HandBackExecution: FixedSQLStatement {
  static let sql = """
    UPDATE executions SET state = 'new', executor_id = NULL, dispatched_at = NULL
    WHERE id = ? AND workspace_id = ? AND state = 'running' AND term = ? AND executor_id = ?
    """

  let append: JournalAppend

  func bind(to values: inout Binder) { JobsprintSQLite.bind(append, to: &values) }
}

struct FinishExecution: FixedSQLStatement {
  static let sql = """
    UPDATE executions SET state = ?, executor_id = NULL, last_node = ?, finished_at = ?
    WHERE id = ? AND workspace_id = ? AND state = 'running' AND term = ? AND executor_id = ?
    """

  let append: JournalAppend
  let state: ExecutionState
  let lastNode: String?
  let time: Timestamp

  func bind(to values: inout Binder) {
    values.add(state.rawValue)
    values.add(lastNode)
    values.add(time)
    JobsprintSQLite.bind(append, to: &values)
  }
}

/// The raised term is what its holder's appends break on.
struct CancelExecution: FixedSQLStatement {
  static let sql = """
    UPDATE executions
    SET state = 'canceled', term = term + 1, executor_id = NULL, wait_until = NULL, finished_at = ?
    WHERE id = ? AND workspace_id = ? AND state IN ('new', 'running', 'waiting')
    """

  let cancellation: Cancellation

  func bind(to values: inout Binder) {
    values.add(cancellation.at)
    values.add(cancellation.execution)
    values.add(cancellation.workspace)
  }
}

struct StateOfExecution: FixedSQLStatement {
  static let sql = "SELECT state FROM executions WHERE id = ? AND workspace_id = ?"

  let execution: ExecutionID
  let workspace: WorkspaceID

  func bind(to values: inout Binder) {
    values.add(execution)
    values.add(workspace)
  }

  static func decode(_ row: inout RowReader) throws -> ExecutionState { try row.word() }
}

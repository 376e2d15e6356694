// How the state of executions changes. Each statement carries its guard, so that a terminal state is final (its row is
// gone) and a holder that lost its fence changes nothing. All give the ids of what they changed, and lock rows in the
// order in which they are given: that of the ids.

import JobsprintDomain
import JobsprintPorts
import Postgres

/// The fence of an append, and whose execution it is. Rows are found by their ids and by nothing else: no index can
/// serve a CASE, so no plan that was made while the table was nearly empty walks through all that is running, or was
/// lately.
private let fence = """
  l.id = ANY ($1::uuid[]) AND l.id = a.id AND CASE l.state WHEN 'running' THEN
    l.workspace_id = a.workspace_id AND l.term = a.term AND l.executor_id = a.executor_id END
  """

/// The fence of what ends an execution, which may claim it with that.
private let claimingFence = """
  l.id = ANY ($1::uuid[]) AND l.id = a.id AND CASE l.state
    WHEN 'running' THEN l.workspace_id = a.workspace_id AND l.term = a.term AND l.executor_id = a.executor_id
    WHEN 'new' THEN l.workspace_id = a.workspace_id AND a.claimed_at IS NOT NULL AND l.term = 0 AND a.term = 1 END
  """

private let columns = "id, workspace_id, term, executor_id, entries, positions"
private let arrays = "$1::uuid[], $2::uuid[], $3::int4[], $4::uuid[], $5::bytea[], $6::text[]"

private func bind(_ appends: [JournalAppend], to values: inout PostgresBindings) throws {
  try values.bind(ids: appends.lazy.map(\.execution))
  try values.bind(ids: appends.lazy.map(\.workspace))
  var terms: [Int32] = []
  // A term beyond the column is nobody's.
  for append in appends { terms.append(Int32(exactly: append.fence.term) ?? -1) }
  try values.bind(array: terms)
  try values.bind(ids: appends.lazy.map(\.fence.executor))
  try values.bind(array: appends.lazy.map { JournalPack.bytes(of: $0.entries) })
  var positions: [String?] = []
  for append in appends { positions.append(try JournalPack.positions(of: append.entries)) }
  try values.bind(array: positions)
}

/// What appends that go on have to claim first (``JournalAppend/claimedAt``); an end does that itself, and spares its row
/// the change. Where somebody was faster, the fence of the append says so.
struct ClaimByAppends: PostgresStatement {
  static let name = "executions.claim-by-append"
  static let sql = """
    UPDATE jobsprint.live_executions AS l
    SET state = 'running', term = 1, executor_id = a.executor_id, started_at = a.claimed_at, dispatched_at = NULL
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int8[]) AS a (id, workspace_id, executor_id, claimed_at)
    WHERE l.id = ANY ($1::uuid[]) AND l.id = a.id
      AND CASE l.state WHEN 'new' THEN l.workspace_id = a.workspace_id AND l.term = 0 END
    """

  /// Each in term 1.
  let appends: [JournalAppend]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(ids: appends.lazy.map(\.execution))
    try values.bind(ids: appends.lazy.map(\.workspace))
    try values.bind(ids: appends.lazy.map(\.fence.executor))
    try values.bind(array: appends.lazy.map { $0.claimedAt?.milliseconds })
  }
}

/// Appends that leave their execution running, let it wait, or give it back.
struct ContinueExecutions: PostgresStatement {
  static let name = "executions.continue"
  static let sql = """
    WITH appended AS MATERIALIZED (
      SELECT * FROM unnest(\(arrays), $7::text[], $8::int8[]) AS a (\(columns), state, wait_until)
    ), held AS (
      UPDATE jobsprint.live_executions AS l
      SET state = a.state, wait_until = a.wait_until,
        executor_id = CASE WHEN a.state = 'running' THEN l.executor_id END,
        dispatched_at = CASE WHEN a.state = 'running' THEN l.dispatched_at END,
        packs = l.packs + (a.entries IS NOT NULL)::int4,
        finished = CASE WHEN a.positions IS NULL THEN l.finished
          ELSE jobsprint.add_positions(l.finished, a.positions::int4multirange) END
      FROM appended AS a WHERE \(fence)
      RETURNING l.id, l.workspace_id, l.packs, a.entries
    ), journaled AS (
      INSERT INTO jobsprint.journal (execution_id, number, workspace_id, entries)
      SELECT id, packs - 1, workspace_id, entries FROM held WHERE entries IS NOT NULL
    )
    SELECT id FROM held
    """

  let appends: [JournalAppend]

  func bind(into values: inout PostgresBindings) throws {
    try JobsprintPostgres.bind(appends, to: &values)
    try values.bind(array: appends.lazy.map(\.transition.state.rawValue))
    try values.bind(
      array: appends.lazy.map { append in
        if case .wait(let until) = append.transition { until.milliseconds } else { nil as Int64? }
      })
  }

  static func decode(_ row: inout PostgresRow) throws -> ExecutionID { try row.id() }
}

/// What ends an execution, with the workflow that its end is listed under.
/// - Parameter more: what else follows from `gone`.
private func finishing(workflow: String, more: String = "") -> String {
  """
  WITH appended AS MATERIALIZED (
    SELECT * FROM unnest(\(arrays), $7::text[], $8::int8[], $9::bytea[], $10::bytea[], $11::int8[])
      AS a (\(columns), state, finished_at, error, last_node, claimed_at)
  ), gone AS (
    DELETE FROM jobsprint.live_executions AS l USING appended AS a WHERE \(claimingFence)
    RETURNING a.*, coalesce(l.started_at, a.claimed_at) AS started_at, l.finished
  ), ended AS (
    INSERT INTO jobsprint.execution_ends
      (id, workspace_id, workflow_id, started_at, finished_at, term, state, last_node, error, entries)
    SELECT id, workspace_id, \(workflow), started_at, finished_at, term, state, last_node, error,
      CASE WHEN finished = '{}' OR positions IS NULL
        OR jobsprint.add_positions(finished, positions::int4multirange) IS NOT NULL THEN entries END
    FROM gone
  )\(more)
  SELECT id FROM gone
  """
}

/// The workflow of an execution that `gone` has the row of.
private let workflowOfGone = """
  (SELECT e.workflow_id FROM jobsprint.executions AS e WHERE e.workspace_id = gone.workspace_id AND e.id = gone.id)
  """

private func bindEnds(_ appends: [JournalAppend], to values: inout PostgresBindings) throws {
  try bind(appends, to: &values)
  try values.bind(array: appends.lazy.map(\.transition.state.rawValue))
  try values.bind(array: appends.lazy.map { $0.end?.at.milliseconds ?? 0 })
  try values.bind(array: appends.lazy.map { $0.end?.error })
  try values.bind(array: appends.lazy.map { $0.end?.lastNode?.stored })
  try values.bind(array: appends.lazy.map { $0.claimedAt?.milliseconds })
}

/// Appends that end their execution with success: a workflow's are found through its executions, which most of them
/// are, so that an end on the hot path costs no look at them.
struct FinishExecutions: PostgresStatement {
  static let name = "executions.finish"
  static let sql = finishing(workflow: "NULL::uuid")

  let appends: [JournalAppend]

  func bind(into values: inout PostgresBindings) throws { try bindEnds(appends, to: &values) }

  static func decode(_ row: inout PostgresRow) throws -> ExecutionID { try row.id() }
}

/// Appends that end their execution otherwise.
struct FailExecutions: PostgresStatement {
  static let name = "executions.fail"
  static let sql = finishing(workflow: workflowOfGone)

  let appends: [JournalAppend]

  func bind(into values: inout PostgresBindings) throws { try bindEnds(appends, to: &values) }

  static func decode(_ row: inout PostgresRow) throws -> ExecutionID { try row.id() }
}

/// Appends that end their execution, however, and leave something to its workflow: a statement of their own, since
/// nearly none do. It is written by who ends the execution and by nobody who repeats that. Of several in one commit the
/// last one counts. (A workflow that is deleted at the same moment may leave a row that nobody can read.)
struct EndKeepingStaticData: PostgresStatement {
  static let name = "executions.end-keeping"
  static let sql = finishing(
    workflow: "CASE WHEN state <> 'success' THEN \(workflowOfGone) END",
    more: """
      , kept AS (
        INSERT INTO jobsprint.static_data (workspace_id, workflow_id, slot, value)
        SELECT DISTINCT ON (g.workspace_id, s.workflow_id, s.slot) g.workspace_id, s.workflow_id, s.slot, s.value
        FROM unnest($12::uuid[], $13::uuid[], $14::bytea[], $15::bytea[]) WITH ORDINALITY
          AS s (execution_id, workflow_id, slot, value, place)
        JOIN gone AS g ON g.id = s.execution_id
        JOIN jobsprint.workflows AS w ON w.workspace_id = g.workspace_id AND w.id = s.workflow_id
        ORDER BY g.workspace_id, s.workflow_id, s.slot, s.place DESC
        ON CONFLICT (workspace_id, workflow_id, slot) DO UPDATE SET value = excluded.value
      )
      """)

  let appends: [JournalAppend]
  /// What they leave, in the order in which they came.
  let changes: [(execution: ExecutionID, change: StaticDataChange)]

  func bind(into values: inout PostgresBindings) throws {
    try bindEnds(appends, to: &values)
    var (executions, workflows): ([ExecutionID], [WorkflowID]) = ([], [])
    var data: [StaticDatum] = []
    for (execution, change) in changes {
      for datum in change.values {
        executions.append(execution)
        workflows.append(change.workflow)
        data.append(datum)
      }
    }
    try values.bind(ids: executions)
    try values.bind(ids: workflows)
    try values.bind(array: data.map(\.slot.stored))
    try values.bind(array: data.map(\.value))
  }

  static func decode(_ row: inout PostgresRow) throws -> ExecutionID { try row.id() }
}

/// The raised term is what an execution's holder reads; its appends break on the row that is gone.
struct CancelExecutions: PostgresStatement {
  static let name = "executions.cancel"
  static let sql = """
    WITH wanted AS MATERIALIZED (
      SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int8[], $4::bytea[]) AS a (id, workspace_id, finished_at, error)
    ), gone AS (
      DELETE FROM jobsprint.live_executions AS l USING wanted AS a
      WHERE l.id = ANY ($1::uuid[]) AND l.id = a.id AND (l.workspace_id = a.workspace_id) IS TRUE
      RETURNING a.*, l.started_at, l.term
    ), ended AS (
      INSERT INTO jobsprint.execution_ends (id, workspace_id, workflow_id, started_at, finished_at, term, state, error)
      SELECT id, workspace_id, \(workflowOfGone), started_at, finished_at, term + 1, 'canceled', error FROM gone
    )
    SELECT id FROM gone
    """

  let cancellations: [Cancellation]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(ids: cancellations.lazy.map(\.execution))
    try values.bind(ids: cancellations.lazy.map(\.workspace))
    try values.bind(array: cancellations.lazy.map(\.at.milliseconds))
    try values.bind(array: cancellations.lazy.map(\.error))
  }

  static func decode(_ row: inout PostgresRow) throws -> ExecutionID { try row.id() }
}

extension ExecutionTransition {
  /// The state behind it.
  var state: ExecutionState {
    switch self {
    case .none: .running
    case .wait: .waiting
    case .handBack: .new
    case .finish(let state, _, _, _, _): state
    }
  }
}

extension JournalAppend {
  /// The facts of an end; nil where it goes on.
  var end: (error: [UInt8]?, lastNode: String?, at: Timestamp, deadLetter: DeadLetterReason?)? {
    guard case .finish(_, let error, let lastNode, let time, let deadLetter) = transition else { return nil }
    return (error, lastNode, time, deadLetter)
  }
}

// Claims, heartbeats, and what nobody holds. Until a heartbeat is written for it, a holder counts as gone.

import JobsprintDomain
import JobsprintPorts

extension WorkerTags {
  /// As an array of JSON, with '' for what has no tag; nil: all.
  fileprivate var stored: String? {
    guard self != .all else { return nil }
    let names = (tags ?? []).map(\.name).sorted() + (takesUntagged ? [""] : [])
    return JSONValue.array(names.map { .string($0) }).jsonText
  }
}

extension WakeUp {
  /// Of the columns `id, workspace_id, lane, tag`.
  fileprivate init(_ row: inout RowReader) throws {
    self.init(execution: try row.id(), workspace: try row.id(), lane: try row.word(), tag: WorkerTag(row.text()))
  }
}

struct ClaimExecution: FixedSQLStatement {
  static let sql = """
    UPDATE executions
    SET state = 'running', term = term + 1, executor_id = ?1, started_at = coalesce(started_at, ?2), wait_until = NULL,
      dispatched_at = NULL
    WHERE id = ?3 AND (?6 IS NULL OR tag IN (SELECT value FROM json_each(?6))) AND (
      (state = 'new' OR state = 'waiting' AND wait_until <= ?4) AND (
        dispatched_at IS NOT NULL OR concurrency IS NULL AND NOT EXISTS (
          SELECT 1 FROM workspaces AS w WHERE w.id = executions.workspace_id AND w.max_concurrency IS NOT NULL))
      OR state = 'running'
        AND NOT EXISTS (SELECT 1 FROM executors AS e WHERE e.id = executions.executor_id AND e.beat_at >= ?5))
    RETURNING id, workspace_id, workflow_id, version_id, mode, lane, accepted_at, started_at, term, executor_id
    """

  let id: ExecutionID
  let executor: ExecutorID
  let now: Timestamp
  let leaseExpiry: Timestamp
  let tags: WorkerTags

  func bind(to values: inout Binder) {
    values.add(executor)
    values.add(now)
    values.add(id)
    values.add(now)
    values.add(leaseExpiry)
    values.add(tags.stored)
  }

  /// Without input and entries.
  static func decode(_ row: inout RowReader) throws -> ClaimedExecution {
    ClaimedExecution(
      id: try row.id(), workspace: try row.id(), workflow: try row.id(), version: try row.id(), mode: try row.word(),
      lane: try row.word(), acceptedAt: row.time(), startedAt: row.time(),
      fence: Fence(term: row.int(), executor: try row.id()), input: [], entries: [])
  }
}

struct ReadInput: FixedSQLStatement {
  static let sql = "SELECT input FROM execution_inputs WHERE execution_id = ?"

  let execution: ExecutionID

  func bind(to values: inout Binder) { values.add(execution) }

  static func decode(_ row: inout RowReader) -> [UInt8] { row.bytes() }
}

struct Beat: FixedSQLStatement {
  static let sql = """
    INSERT INTO executors (id, beat_at) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at
    """

  let executor: ExecutorID
  let now: Timestamp

  func bind(to values: inout Binder) {
    values.add(executor)
    values.add(now)
  }
}

/// Gives a row when the executor holds the execution.
struct CheckHolder: FixedSQLStatement {
  static let sql = "SELECT 1 FROM executions WHERE id = ? AND state = 'running' AND executor_id = ?"

  let execution: ExecutionID
  let executor: ExecutorID

  func bind(to values: inout Binder) {
    values.add(execution)
    values.add(executor)
  }
}

struct RetireExecutor: FixedSQLStatement {
  static let sql = "DELETE FROM executors WHERE id = ?"

  let executor: ExecutorID

  func bind(to values: inout Binder) { values.add(executor) }
}

struct RetireAllExecutors: FixedSQLStatement {
  static let sql = "DELETE FROM executors"
}

/// Nothing is on its way to anybody. Each state is read from its own partial index.
struct ForgetDispatched: FixedSQLStatement {
  static let sql = """
    UPDATE executions SET dispatched_at = NULL WHERE id IN (
      SELECT id FROM executions WHERE state = 'new' AND dispatched_at IS NOT NULL
      UNION ALL SELECT id FROM executions WHERE state = 'waiting' AND dispatched_at IS NOT NULL
      UNION ALL SELECT id FROM executions WHERE state = 'running' AND dispatched_at IS NOT NULL)
    """
}

/// What was dispatched before, or has begun, and should be dispatched again. Each branch reads its own partial index in
/// its order and stops at the limit, so that a backlog that has just been dispatched is never walked through.
struct ListLate: FixedSQLStatement {
  static let sql = """
    SELECT id, workspace_id, lane, tag FROM (
      SELECT * FROM (
        SELECT id, workspace_id, lane, tag FROM executions
        WHERE state = 'new' AND dispatched_at < ?2 AND (?5 IS NULL OR tag IN (SELECT value FROM json_each(?5)))
        ORDER BY dispatched_at LIMIT ?1)
      UNION ALL SELECT * FROM (
        SELECT id, workspace_id, lane, tag FROM executions
        WHERE state = 'waiting' AND wait_until <= ?3 AND (?5 IS NULL OR tag IN (SELECT value FROM json_each(?5)))
          AND (dispatched_at IS NULL AND concurrency IS NULL
            AND workspace_id NOT IN (SELECT id FROM workspaces WHERE max_concurrency IS NOT NULL)
            OR dispatched_at < ?2)
        ORDER BY wait_until LIMIT ?1)
      UNION ALL SELECT * FROM (
        SELECT id, workspace_id, lane, tag FROM executions
        WHERE state = 'running' AND executor_id NOT IN (SELECT id FROM executors WHERE beat_at >= ?4)
          AND (?5 IS NULL OR tag IN (SELECT value FROM json_each(?5)))
          AND (dispatched_at IS NULL OR dispatched_at < ?2)
        LIMIT ?1))
    ORDER BY id LIMIT ?1
    """

  let now: Timestamp
  let dispatchedBefore: Timestamp
  let leaseExpiry: Timestamp
  let limit: Int
  let tags: WorkerTags

  func bind(to values: inout Binder) {
    values.add(limit)
    values.add(dispatchedBefore)
    values.add(now)
    values.add(leaseExpiry)
    values.add(tags.stored)
  }

  static func decode(_ row: inout RowReader) throws -> WakeUp {
    try WakeUp(&row)
  }
}

/// Lines with something that is held, by jumping from one to the next. The index is named: the planner takes the one of
/// all that is new for as good.
struct ListHeldLines: FixedSQLStatement {
  static let sql = """
    WITH RECURSIVE line (workspace_id, lane, tag) AS (
      SELECT * FROM (SELECT workspace_id, lane, tag FROM executions INDEXED BY executions_held
        WHERE state = 'new' AND dispatched_at IS NULL AND concurrency IS NULL ORDER BY workspace_id, lane, tag LIMIT 1)
      UNION ALL
      SELECT next.workspace_id, next.lane, next.tag FROM line JOIN executions AS next ON next.id = (
        SELECT id FROM executions INDEXED BY executions_held
        WHERE state = 'new' AND dispatched_at IS NULL AND concurrency IS NULL
          AND (workspace_id, lane, tag) > (line.workspace_id, line.lane, line.tag)
        ORDER BY workspace_id, lane, tag LIMIT 1)
    )
    SELECT workspace_id, lane, tag FROM line
    """

  static func decode(_ row: inout RowReader) throws -> DispatchLine {
    DispatchLine(workspace: try row.id(), lane: try row.word(), tag: WorkerTag(row.text()))
  }
}

/// What is held in a line, oldest first.
struct ListHeld: FixedSQLStatement {
  static let sql = """
    SELECT id, workspace_id, lane, tag FROM executions INDEXED BY executions_held
    WHERE state = 'new' AND dispatched_at IS NULL AND concurrency IS NULL AND workspace_id = ? AND lane = ? AND tag = ?
    ORDER BY id LIMIT ?
    """

  let line: DispatchLine
  let limit: Int

  func bind(to values: inout Binder) {
    values.add(line.workspace)
    values.add(line.lane.rawValue)
    values.add(line.tag?.name ?? "")
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> WakeUp {
    try WakeUp(&row)
  }
}

/// How many new executions of each line are on their way: as many as the lines' limits allow.
struct CountDispatched: FixedSQLStatement {
  static let sql = """
    SELECT workspace_id, lane, tag, count(*) FROM executions
    WHERE state = 'new' AND dispatched_at >= ? AND concurrency IS NULL GROUP BY workspace_id, lane, tag
    """

  let since: Timestamp

  func bind(to values: inout Binder) { values.add(since) }

  static func decode(_ row: inout RowReader) throws -> (line: DispatchLine, count: Int) {
    (DispatchLine(workspace: try row.id(), lane: try row.word(), tag: WorkerTag(row.text())), row.int())
  }
}

/// Workflows with a limit that have executions.
struct ListLimitedWorkflows: FixedSQLStatement {
  static let sql = """
    WITH RECURSIVE line (workflow_id) AS (
      SELECT min(workflow_id) FROM executions
      WHERE concurrency IS NOT NULL AND state IN ('new', 'waiting', 'running')
      UNION ALL
      SELECT (SELECT min(e.workflow_id) FROM executions AS e
        WHERE e.concurrency IS NOT NULL AND e.state IN ('new', 'waiting', 'running')
          AND e.workflow_id > line.workflow_id)
      FROM line WHERE line.workflow_id IS NOT NULL
    )
    SELECT workflow_id FROM line WHERE workflow_id IS NOT NULL
    """

  static func decode(_ row: inout RowReader) throws -> WorkflowID { try row.id() }
}

/// What waits for its workflow's limit and may go on, oldest first: so many that with what is running or on its way the
/// limit is kept.
struct ListLimited: FixedSQLStatement {
  static let sql = """
    SELECT id, workspace_id, lane, tag FROM (
      SELECT id, workspace_id, lane, tag, concurrency, row_number() OVER (ORDER BY id) AS place FROM executions
      WHERE concurrency IS NOT NULL AND state IN ('new', 'waiting', 'running') AND workflow_id = ?1
        AND dispatched_at IS NULL
        AND (state = 'new' OR state = 'waiting' AND wait_until <= ?2)
    ) WHERE place + (
      SELECT count(*) FROM executions
      WHERE concurrency IS NOT NULL AND state IN ('new', 'waiting', 'running') AND workflow_id = ?1
        AND (state = 'running' OR state IN ('new', 'waiting') AND dispatched_at IS NOT NULL)
    ) <= concurrency AND (?4 IS NULL OR tag IN (SELECT value FROM json_each(?4))) ORDER BY id LIMIT ?3
    """

  let workflow: WorkflowID
  let now: Timestamp
  let limit: Int
  let tags: WorkerTags

  func bind(to values: inout Binder) {
    values.add(workflow)
    values.add(now)
    values.add(limit)
    values.add(tags.stored)
  }

  static func decode(_ row: inout RowReader) throws -> WakeUp {
    try WakeUp(&row)
  }
}

/// Executions of each workspace that are running or on their way. The indexes are named: the planner takes one that
/// leads through all that was ever executed for as good.
struct CountBusy: FixedSQLStatement {
  static let sql = """
    SELECT workspace_id, count(*) FROM (
      SELECT workspace_id FROM executions INDEXED BY executions_running WHERE state = 'running'
      UNION ALL
      SELECT workspace_id FROM executions INDEXED BY executions_new WHERE state = 'new' AND dispatched_at IS NOT NULL
      UNION ALL
      SELECT workspace_id FROM executions INDEXED BY executions_waiting
      WHERE state = 'waiting' AND wait_until <= ? AND dispatched_at IS NOT NULL
    ) GROUP BY workspace_id
    """

  let now: Timestamp

  func bind(to values: inout Binder) { values.add(now) }

  static func decode(_ row: inout RowReader) throws -> (workspace: WorkspaceID, count: Int) {
    (try row.id(), row.int())
  }
}

/// Waits whose time has come and that need a place in their workspace's limit, in the order of their times.
struct ListDueInLimit: FixedSQLStatement {
  static let sql = """
    SELECT id, workspace_id, lane, tag FROM executions INDEXED BY executions_waiting
    WHERE state = 'waiting' AND wait_until <= ?1 AND dispatched_at IS NULL AND concurrency IS NULL AND workspace_id = ?2
      AND (?4 IS NULL OR tag IN (SELECT value FROM json_each(?4)))
    ORDER BY wait_until, id LIMIT ?3
    """

  let workspace: WorkspaceID
  let now: Timestamp
  let limit: Int
  let tags: WorkerTags

  func bind(to values: inout Binder) {
    values.add(now)
    values.add(workspace)
    values.add(limit)
    values.add(tags.stored)
  }

  static func decode(_ row: inout RowReader) throws -> WakeUp {
    try WakeUp(&row)
  }
}

struct StampDispatched: FixedSQLStatement {
  static let sql = "UPDATE executions SET dispatched_at = ? WHERE id = ?"

  let execution: ExecutionID
  let now: Timestamp

  func bind(to values: inout Binder) {
    values.add(now)
    values.add(execution)
  }
}

struct NextDue: FixedSQLStatement {
  static let sql = """
    SELECT min(due) FROM (
      SELECT min(wait_until) AS due FROM executions
      WHERE state = 'waiting' AND wait_until > ?1 AND (?5 IS NULL OR tag IN (SELECT value FROM json_each(?5)))
      UNION ALL
      SELECT min(beat_at) + ?2 FROM executors WHERE beat_at > ?3
      UNION ALL
      SELECT * FROM (SELECT ?4 FROM executions
        WHERE state = 'new' AND dispatched_at IS NULL AND (?5 IS NULL OR tag IN (SELECT value FROM json_each(?5)))
        LIMIT 1)
      UNION ALL
      SELECT * FROM (SELECT ?4 FROM executions
        WHERE state = 'waiting' AND wait_until <= ?1 AND dispatched_at IS NULL
          AND (?5 IS NULL OR tag IN (SELECT value FROM json_each(?5)))
          AND (concurrency IS NOT NULL
            OR workspace_id IN (SELECT id FROM workspaces WHERE max_concurrency IS NOT NULL)) LIMIT 1))
    """

  let after: Timestamp
  let lease: Duration
  let turn: Duration
  let tags: WorkerTags

  func bind(to values: inout Binder) {
    // A beat counts for the whole last millisecond of its lease.
    let span = lease + .milliseconds(1)
    values.add(after)
    values.add(Int(span / .milliseconds(1)))
    values.add(after - span)
    values.add(after + turn)
    values.add(tags.stored)
  }

  static func decode(_ row: inout RowReader) -> Timestamp? { row.optionalTime() }
}

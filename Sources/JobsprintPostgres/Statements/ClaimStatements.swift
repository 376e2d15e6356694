// Claims, heartbeats, and what nobody holds. Until a heartbeat is written for it, a holder counts as gone.

import JobsprintDomain
import JobsprintPorts
import Postgres

/// Rows that another transaction holds are left to it. The states stand in a CASE, which no partial index can serve: rows
/// are found by their ids (see the fence of the appends).
struct ClaimExecutions: PostgresStatement {
  static let name = "claims.claim"
  static let sql = """
    WITH free AS MATERIALIZED (
      SELECT l.id FROM jobsprint.live_executions AS l
      WHERE l.id = ANY ($1::uuid[]) AND CASE l.state
        WHEN 'new' THEN l.limited_by IS NULL OR l.dispatched_at IS NOT NULL
        WHEN 'waiting' THEN l.wait_until <= $3 AND (l.limited_by IS NULL OR l.dispatched_at IS NOT NULL)
        WHEN 'running' THEN
          NOT EXISTS (SELECT 1 FROM jobsprint.executors AS e WHERE e.id = l.executor_id AND e.beat_at >= $4) END
      ORDER BY l.id FOR UPDATE OF l SKIP LOCKED
    )
    UPDATE jobsprint.live_executions AS l
    SET state = 'running', term = l.term + 1, executor_id = $2, started_at = coalesce(l.started_at, $3),
      wait_until = NULL, dispatched_at = NULL
    WHERE l.id = ANY (ARRAY(SELECT id FROM free)) RETURNING l.id, l.workspace_id, l.term
    """

  struct Claim: Sendable {
    let id: ExecutionID
    let workspace: WorkspaceID
    let term: Int
  }

  let ids: [ExecutionID]
  let executor: ExecutorID
  let now: Timestamp
  let leaseExpiry: Timestamp

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(ids: ids)
    try values.bind(executor)
    try values.bind(now)
    try values.bind(leaseExpiry)
  }

  static func decode(_ row: inout PostgresRow) throws -> Claim {
    Claim(id: try row.id(), workspace: try row.id(), term: try row.next())
  }
}

/// Takes the rights and the workspaces of whoever reads what was claimed, for the rest of the transaction.
struct ReadOn: PostgresStatement {
  static let name = "claims.read-on"
  static let sql = "SELECT set_config('role', $1, true), set_config('jobsprint.workspaces', $2, true)"

  let role: PostgresRole
  let workspaces: Set<WorkspaceID>

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(role.rawValue)
    try values.bind(role.settings(workspaces)["jobsprint.workspaces"] ?? "")
  }
}

/// What was accepted, of executions that were just claimed. OFFSET 0 has each looked up by its key, in its partition alone;
/// a join may be planned as reading all of a workspace (ten times as long after a minute under load).
struct ReadAccepted: PostgresStatement {
  static let name = "claims.accepted"
  static let sql = """
    SELECT e.id, e.workflow_id, e.version_id, e.mode, e.lane, e.accepted_at, e.input
    FROM unnest($1::uuid[], $2::uuid[]) AS w (workspace_id, id) CROSS JOIN LATERAL (
      SELECT * FROM jobsprint.executions AS e WHERE e.workspace_id = w.workspace_id AND e.id = w.id OFFSET 0
    ) AS e
    """

  struct Accepted: Sendable {
    let id: ExecutionID
    let workflow: WorkflowID
    let version: VersionID
    let mode: ExecutionMode
    let lane: Lane
    let acceptedAt: Timestamp
    let input: [UInt8]
  }

  let claims: [ClaimExecutions.Claim]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(ids: claims.lazy.map(\.workspace))
    try values.bind(ids: claims.lazy.map(\.id))
  }

  static func decode(_ row: inout PostgresRow) throws -> Accepted {
    Accepted(
      id: try row.id(), workflow: try row.id(), version: try row.id(), mode: try row.word(), lane: try row.word(),
      acceptedAt: try row.time(), input: try row.next())
  }
}

/// Journals, each pack behind those before it.
struct ReadJournals: PostgresStatement {
  static let name = "claims.journals"
  static let sql = """
    SELECT j.execution_id, j.entries
    FROM unnest($1::uuid[]) AS w (id) JOIN jobsprint.journal AS j ON j.execution_id = w.id
    ORDER BY j.execution_id, j.number
    """

  let ids: [ExecutionID]

  func bind(into values: inout PostgresBindings) throws { try values.bind(ids: ids) }

  static func decode(_ row: inout PostgresRow) throws -> (id: ExecutionID, pack: [UInt8]) {
    (id: try row.id(), pack: try row.next())
  }
}

/// Those claims that stand, after whoever else writes them has finished. Locked by their ids alone, and looked at then:
/// a row that is only about to become the claim would not be waited for.
struct ConfirmClaims: PostgresStatement {
  static let name = "claims.confirm"
  static let sql = """
    WITH locked AS MATERIALIZED (
      SELECT l.id, l.term, l.executor_id, l.state, w.term AS claimed_term
      FROM unnest($1::uuid[], $2::int4[]) AS w (id, term)
      JOIN jobsprint.live_executions AS l ON l.id = w.id
      ORDER BY l.id FOR UPDATE OF l
    )
    SELECT id FROM locked WHERE term = claimed_term AND executor_id = $3 AND state = 'running' ORDER BY id
    """

  let claims: [ClaimExecutions.Claim]
  let executor: ExecutorID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(ids: claims.lazy.map(\.id))
    var terms: [Int32] = []
    for claim in claims { terms.append(try claim.term.stored) }
    try values.bind(array: terms)
    try values.bind(executor)
  }

  static func decode(_ row: inout PostgresRow) throws -> ExecutionID { try row.id() }
}

/// Writes a heartbeat; gives those of `holding` that the executor does not hold.
struct Beat: PostgresStatement {
  static let name = "claims.beat"
  static let sql = """
    WITH beat AS (
      INSERT INTO jobsprint.executors (id, beat_at) VALUES ($1, $2)
      ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at
    )
    SELECT h.id FROM unnest($3::uuid[]) AS h (id) WHERE NOT EXISTS (
      SELECT 1 FROM jobsprint.live_executions AS l
      WHERE l.id = h.id AND l.state = 'running' AND l.executor_id = $1)
    """

  let executor: ExecutorID
  let now: Timestamp
  let holding: [ExecutionID]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(executor)
    try values.bind(now)
    try values.bind(ids: holding)
  }

  static func decode(_ row: inout PostgresRow) throws -> ExecutionID { try row.id() }
}

/// Recoverers are told: what such an executor has handed back is there for others.
struct RetireExecutors: PostgresStatement {
  static let name = "claims.retire"
  static let sql = """
    DELETE FROM jobsprint.executors WHERE id = ANY ($1::uuid[])
    RETURNING pg_notify('\(PostgresNews.executorLeft.rawValue)', '')
    """

  let executors: [ExecutorID]

  func bind(into values: inout PostgresBindings) throws { try values.bind(ids: executors) }
}

/// Of all executors, and of the stamps of what was dispatched to them.
struct RetireAll: PostgresStatement {
  static let name = "claims.retire-all"
  static let sql = """
    WITH gone AS (DELETE FROM jobsprint.executors)
    UPDATE jobsprint.live_executions SET dispatched_at = NULL WHERE dispatched_at IS NOT NULL
    """
}

/// The workspace and lane of each line with something that is held, by jumping from one to the next.
private let heldLines = """
  held AS (
    (SELECT workspace_id, lane FROM jobsprint.live_executions
      WHERE state = 'new' AND dispatched_at IS NULL AND limited_by IS NULL
      ORDER BY workspace_id DESC, lane DESC, id DESC LIMIT 1)
    UNION ALL
    SELECT n.workspace_id, n.lane FROM held AS h CROSS JOIN LATERAL (
      SELECT l.workspace_id, l.lane FROM jobsprint.live_executions AS l
      WHERE l.state = 'new' AND l.dispatched_at IS NULL AND l.limited_by IS NULL
        AND (l.workspace_id, l.lane) < (h.workspace_id, h.lane)
      ORDER BY l.workspace_id DESC, l.lane DESC, l.id DESC LIMIT 1) AS n
  )
  """

/// What should be dispatched, stamped. Each branch reads its own partial index in its order and stops at the limit, so
/// that a backlog that has just been dispatched is never walked through; what was found is looked at again when it is
/// locked, because another recoverer may have stamped it meanwhile.
///
/// Holders are found by jumping from one to the next, each at its newest execution: whatever has ended lately is still
/// in the index while an old transaction keeps its rows, and would be walked through otherwise.
struct StampRecoverable: PostgresStatement {
  static let name = "claims.recoverable"
  static let sql = """
    WITH RECURSIVE holders AS (
      (SELECT executor_id FROM jobsprint.live_executions
        WHERE state = 'running' ORDER BY executor_id DESC, id DESC LIMIT 1)
      UNION ALL
      SELECT (SELECT l.executor_id FROM jobsprint.live_executions AS l
        WHERE l.state = 'running' AND l.executor_id < h.executor_id ORDER BY l.executor_id DESC, l.id DESC LIMIT 1)
      FROM holders AS h WHERE h.executor_id IS NOT NULL
    ), gone AS MATERIALIZED (
      SELECT executor_id FROM holders AS h WHERE executor_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM jobsprint.executors AS e WHERE e.id = h.executor_id AND e.beat_at >= $3)
    ), limited AS (
      (SELECT limited_by FROM jobsprint.live_executions
        WHERE limited_by IS NOT NULL ORDER BY limited_by DESC, state DESC, dispatched_at DESC, id DESC LIMIT 1)
      UNION ALL
      SELECT (SELECT l.limited_by FROM jobsprint.live_executions AS l WHERE l.limited_by < m.limited_by
        ORDER BY l.limited_by DESC, l.state DESC, l.dispatched_at DESC, l.id DESC LIMIT 1)
      FROM limited AS m WHERE m.limited_by IS NOT NULL
    ), \(heldLines), dispatched AS MATERIALIZED (
      SELECT workspace_id, lane, count(*) AS count FROM jobsprint.live_executions
      WHERE state = 'new' AND dispatched_at >= $2 AND limited_by IS NULL AND EXISTS (SELECT 1 FROM held)
      GROUP BY workspace_id, lane
    ), found AS MATERIALIZED (
      SELECT id FROM (
        (SELECT id, 0 AS turn FROM jobsprint.live_executions
          WHERE state = 'new' AND dispatched_at < $2 ORDER BY dispatched_at LIMIT $4)
        UNION ALL
        (SELECT id, 0 FROM jobsprint.live_executions
          WHERE state = 'waiting' AND wait_until <= $1
            AND (dispatched_at IS NULL AND limited_by IS NULL OR dispatched_at < $2)
          ORDER BY wait_until LIMIT $4)
        UNION ALL
        (SELECT h.id, 0 FROM gone CROSS JOIN LATERAL (
          SELECT id FROM jobsprint.live_executions AS l
          WHERE l.state = 'running' AND l.executor_id = gone.executor_id
            AND (l.dispatched_at IS NULL OR l.dispatched_at < $2)
          ORDER BY id LIMIT $4) AS h ORDER BY h.id LIMIT $4)
        UNION ALL
        (SELECT n.id, row_number() OVER (PARTITION BY h.workspace_id, h.lane ORDER BY n.id)
          FROM held AS h LEFT JOIN dispatched AS d USING (workspace_id, lane) CROSS JOIN LATERAL (
            SELECT id FROM jobsprint.live_executions AS l
            WHERE l.state = 'new' AND l.dispatched_at IS NULL AND l.limited_by IS NULL
              AND l.workspace_id = h.workspace_id AND l.lane = h.lane
            ORDER BY id LIMIT least($4, greatest(0, $5 - coalesce(d.count, 0)))) AS n)
        UNION ALL
        (SELECT n.id, n.place FROM limited AS m CROSS JOIN LATERAL (
            SELECT count(*) AS busy FROM jobsprint.live_executions AS l
            WHERE l.limited_by = m.limited_by
              AND (l.state = 'running' OR l.state IN ('new', 'waiting') AND l.dispatched_at IS NOT NULL)
          ) AS b CROSS JOIN LATERAL (
            SELECT c.id, c.concurrency, row_number() OVER (ORDER BY c.id) AS place FROM (
              (SELECT l.id, l.concurrency FROM jobsprint.live_executions AS l
                WHERE l.limited_by = m.limited_by AND l.state = 'new' AND l.dispatched_at IS NULL ORDER BY l.id LIMIT $4)
              UNION ALL
              (SELECT l.id, l.concurrency FROM jobsprint.live_executions AS l
                WHERE l.limited_by = m.limited_by AND l.state = 'waiting' AND l.dispatched_at IS NULL
                  AND l.wait_until <= $1 ORDER BY l.id LIMIT $4)) AS c
          ) AS n WHERE n.place + b.busy <= n.concurrency)
      ) AS f ORDER BY turn, id LIMIT $4
    ), locked AS MATERIALIZED (
      SELECT l.id FROM found JOIN jobsprint.live_executions AS l ON l.id = found.id
      WHERE (l.dispatched_at IS NULL OR l.dispatched_at < $2)
        AND (l.state = 'new' OR l.state = 'waiting' AND l.wait_until <= $1 OR l.state = 'running'
          AND NOT EXISTS (SELECT 1 FROM jobsprint.executors AS e WHERE e.id = l.executor_id AND e.beat_at >= $3))
      ORDER BY l.id FOR UPDATE OF l SKIP LOCKED
    )
    UPDATE jobsprint.live_executions AS l SET dispatched_at = $1
    WHERE l.id = ANY (ARRAY(SELECT id FROM locked)) RETURNING l.id, l.workspace_id, l.lane
    """

  let now: Timestamp
  let dispatchedBefore: Timestamp
  let leaseExpiry: Timestamp
  let limit: Int
  let lineLimit: Int

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(now)
    try values.bind(dispatchedBefore)
    try values.bind(leaseExpiry)
    try values.bind(limit)
    try values.bind(lineLimit)
  }

  static func decode(_ row: inout PostgresRow) throws -> WakeUp {
    WakeUp(execution: try row.id(), workspace: try row.id(), lane: try row.word())
  }
}

/// How many new executions of each line are on their way, -1 where some are held.
struct CountBacklog: PostgresStatement {
  static let name = "claims.backlog"
  static let sql = """
    WITH RECURSIVE \(heldLines)
    SELECT workspace_id, lane, min(count) FROM (
      SELECT workspace_id, lane, count(*) FROM jobsprint.live_executions
      WHERE state = 'new' AND dispatched_at >= $1 AND limited_by IS NULL GROUP BY workspace_id, lane
      UNION ALL
      SELECT workspace_id, lane, -1 FROM held
    ) AS l GROUP BY workspace_id, lane
    """

  let since: Timestamp

  func bind(into values: inout PostgresBindings) throws { try values.bind(since) }

  static func decode(_ row: inout PostgresRow) throws -> (line: DispatchLine, count: Int) {
    let line = DispatchLine(workspace: try row.id(), lane: try row.word())
    let count: Int = try row.next()
    return (line, count < 0 ? .max : count)
  }
}

/// The table of executors has a row for each process. What is held is asked for in the order of its index, or where there is
/// nothing of it the whole table could be read.
struct NextDue: PostgresStatement {
  static let name = "claims.next-due"
  static let sql = """
    SELECT least(
      (SELECT wait_until FROM jobsprint.live_executions
        WHERE state = 'waiting' AND wait_until > $1 ORDER BY wait_until LIMIT 1),
      (SELECT min(beat_at) + $2 FROM jobsprint.executors WHERE beat_at > $1 - $2),
      (SELECT $1 + $3 FROM jobsprint.live_executions WHERE state = 'new' AND dispatched_at IS NULL ORDER BY id LIMIT 1),
      (SELECT $1 + $3 FROM jobsprint.live_executions
        WHERE state = 'waiting' AND wait_until <= $1 AND dispatched_at IS NULL AND limited_by IS NOT NULL LIMIT 1))
    """

  let after: Timestamp
  let lease: Duration
  let turn: Duration

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(after)
    // A beat counts for the whole last millisecond of its lease.
    try values.bind(Int(lease / .milliseconds(1)) + 1)
    try values.bind(Int(turn / .milliseconds(1)))
  }

  static func decode(_ row: inout PostgresRow) throws -> Timestamp? { try row.optionalTime() }
}

// Claims and heartbeats. Until a heartbeat is written for it, a holder counts as gone.

import JobsprintDomain
import JobsprintPorts
import Postgres

/// Neither its workflow nor its workspace has a limit.
private let needsNoTurn = """
  (l.limited_by IS NULL AND NOT EXISTS (
    SELECT 1 FROM jobsprint.workspaces AS w WHERE w.id = l.workspace_id AND w.max_concurrency IS NOT NULL))
  """

/// Rows that another transaction holds are left to it. The states stand in a CASE, which no partial index can serve:
/// rows are found by their ids (see the fence of the appends). Whether a workspace has a limit is asked only of what
/// was not dispatched, which is next to nothing.
struct ClaimExecutions: PostgresStatement {
  static let name = "claims.claim"
  static let sql = """
    WITH free AS MATERIALIZED (
      SELECT l.id FROM jobsprint.live_executions AS l
      WHERE l.id = ANY ($1::uuid[]) AND ($5 OR l.tag = ANY ($6::text[])) AND CASE l.state
        WHEN 'new' THEN l.dispatched_at IS NOT NULL OR \(needsNoTurn)
        WHEN 'waiting' THEN l.wait_until <= $3 AND (l.dispatched_at IS NOT NULL OR \(needsNoTurn))
        WHEN 'running' THEN
          NOT EXISTS (SELECT 1 FROM jobsprint.executors AS e WHERE e.id = l.executor_id AND e.beat_at >= $4) END
      ORDER BY l.id FOR UPDATE OF l SKIP LOCKED
    )
    UPDATE jobsprint.live_executions AS l
    SET state = 'running', term = l.term + 1, executor_id = $2, started_at = coalesce(l.started_at, $3),
      wait_until = NULL, dispatched_at = NULL
    WHERE l.id = ANY (ARRAY(SELECT id FROM free)) RETURNING l.id, l.workspace_id, l.term, l.started_at, l.packs
    """

  struct Claim: Sendable {
    let id: ExecutionID
    let workspace: WorkspaceID
    let term: Int
    let startedAt: Timestamp
    /// What stands in its journal.
    let packs: Int
  }

  let ids: [ExecutionID]
  let executor: ExecutorID
  let now: Timestamp
  let leaseExpiry: Timestamp
  let tags: WorkerTags

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(ids: ids)
    try values.bind(executor)
    try values.bind(now)
    try values.bind(leaseExpiry)
    try values.bind(tags)
  }

  static func decode(_ row: inout PostgresRow) throws -> Claim {
    Claim(
      id: try row.id(), workspace: try row.id(), term: try row.next(), startedAt: try row.time(), packs: try row.next())
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

/// What was accepted, of executions that are being claimed. OFFSET 0 has each looked up by its key, in its partition
/// alone; a join may be planned as reading all of a workspace (ten times as long after a minute under load).
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

  let wakeUps: [WakeUp]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(ids: wakeUps.lazy.map(\.workspace))
    try values.bind(ids: wakeUps.lazy.map(\.execution))
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

/// What the executor holds of some executions, after whoever else writes them has finished. Locked by their ids alone,
/// and looked at then: a row that is only about to become a claim would not be waited for.
struct ConfirmClaims: PostgresStatement {
  static let name = "claims.confirm"
  static let sql = """
    WITH locked AS MATERIALIZED (
      SELECT l.id, l.workspace_id, l.term, l.started_at, l.packs, l.executor_id, l.state
      FROM jobsprint.live_executions AS l WHERE l.id = ANY ($1::uuid[])
      ORDER BY l.id FOR UPDATE OF l
    )
    SELECT id, workspace_id, term, started_at, packs FROM locked
    WHERE executor_id = $2 AND state = 'running' ORDER BY id
    """

  let ids: [ExecutionID]
  let executor: ExecutorID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(ids: ids)
    try values.bind(executor)
  }

  static func decode(_ row: inout PostgresRow) throws -> ClaimExecutions.Claim { try ClaimExecutions.decode(&row) }
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

// What nobody holds and somebody should: what was not dispatched yet, or for too long, what waited long enough, and
// what its holder lost. When to look for it, and how much of it there is.

import JobsprintDomain
import JobsprintPorts
import Postgres

/// The workspace, lane and tag of each line with something that is held, by jumping from one to the next.
private let heldLines = """
  held AS (
    (SELECT workspace_id, lane, tag FROM jobsprint.live_executions
      WHERE state = 'new' AND dispatched_at IS NULL AND limited_by IS NULL
      ORDER BY workspace_id DESC, lane DESC, tag DESC, id DESC LIMIT 1)
    UNION ALL
    SELECT n.workspace_id, n.lane, n.tag FROM held AS h CROSS JOIN LATERAL (
      SELECT l.workspace_id, l.lane, l.tag FROM jobsprint.live_executions AS l
      WHERE l.state = 'new' AND l.dispatched_at IS NULL AND l.limited_by IS NULL
        AND (l.workspace_id, l.lane, l.tag) < (h.workspace_id, h.lane, h.tag)
      ORDER BY l.workspace_id DESC, l.lane DESC, l.tag DESC, l.id DESC LIMIT 1) AS n
  )
  """

/// Workflows with a limit that have executions, in the same way.
private let limitedWorkflows = """
  limited AS (
    (SELECT limited_by FROM jobsprint.live_executions
      WHERE limited_by IS NOT NULL ORDER BY limited_by DESC, state DESC, dispatched_at DESC, id DESC LIMIT 1)
    UNION ALL
    SELECT (SELECT l.limited_by FROM jobsprint.live_executions AS l WHERE l.limited_by < m.limited_by
      ORDER BY l.limited_by DESC, l.state DESC, l.dispatched_at DESC, l.id DESC LIMIT 1)
    FROM limited AS m WHERE m.limited_by IS NOT NULL
  )
  """

/// What should be dispatched, stamped. Each branch reads its own partial index in its order and stops at the limit, so
/// that a backlog that has just been dispatched is never walked through; what was found is looked at again when it is
/// locked, because another recoverer may have stamped it meanwhile. It is locked by its ids alone (see
/// ``ClaimExecutions``): a join was planned as walking through all that is new once for each that was found, a second
/// for 500 of 10,000.
///
/// A workspace with a limit has room for what the limit leaves over of all that is running or on its way. What its
/// lines would send is counted through in their turns, and what is beyond the room stays. Where no workspace has a
/// limit, its counts are not made.
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
    ), \(limitedWorkflows), \(heldLines), dispatched AS MATERIALIZED (
      SELECT workspace_id, lane, tag, count(*) AS count FROM jobsprint.live_executions
      WHERE state = 'new' AND dispatched_at >= $2 AND limited_by IS NULL AND EXISTS (SELECT 1 FROM held)
      GROUP BY workspace_id, lane, tag
    ), bounded AS MATERIALIZED (
      SELECT id AS workspace_id, max_concurrency FROM jobsprint.workspaces WHERE max_concurrency IS NOT NULL
    ), told AS MATERIALIZED (
      SELECT workspace_id, count(*) AS count FROM (
        SELECT workspace_id FROM jobsprint.live_executions
        WHERE state = 'new' AND dispatched_at IS NOT NULL AND EXISTS (SELECT 1 FROM bounded)
        UNION ALL
        SELECT workspace_id FROM jobsprint.live_executions
        WHERE state = 'waiting' AND wait_until <= $1 AND dispatched_at IS NOT NULL AND EXISTS (SELECT 1 FROM bounded)
      ) AS t GROUP BY workspace_id
    ), rooms AS MATERIALIZED (
      SELECT b.workspace_id, greatest(0, b.max_concurrency - coalesce(t.count, 0) - (
        SELECT count(*) FROM jobsprint.live_executions AS l
        WHERE l.workspace_id = b.workspace_id AND l.state = 'running')) AS room
      FROM bounded AS b LEFT JOIN told AS t USING (workspace_id)
    ), due AS MATERIALIZED (
      SELECT f.id, f.turn, r.room, CASE WHEN r.room IS NOT NULL AND f.turn > 0 THEN
        row_number() OVER (PARTITION BY f.workspace_id, f.turn > 0 ORDER BY f.turn, f.id) END AS place
      FROM (
        (SELECT id, workspace_id, 0 AS turn FROM jobsprint.live_executions
          WHERE state = 'new' AND dispatched_at < $2 AND ($6 OR tag = ANY ($7::text[]))
          ORDER BY dispatched_at LIMIT $4)
        UNION ALL
        (SELECT id, workspace_id, 0 FROM jobsprint.live_executions
          WHERE state = 'waiting' AND wait_until <= $1 AND ($6 OR tag = ANY ($7))
            AND (dispatched_at IS NULL AND limited_by IS NULL
              AND workspace_id NOT IN (SELECT workspace_id FROM bounded) OR dispatched_at < $2)
          ORDER BY wait_until LIMIT $4)
        UNION ALL
        (SELECT h.id, h.workspace_id, 0 FROM gone CROSS JOIN LATERAL (
          SELECT id, workspace_id FROM jobsprint.live_executions AS l
          WHERE l.state = 'running' AND l.executor_id = gone.executor_id
            AND (l.dispatched_at IS NULL OR l.dispatched_at < $2) AND ($6 OR l.tag = ANY ($7))
          ORDER BY id LIMIT $4) AS h ORDER BY h.id LIMIT $4)
        UNION ALL
        (SELECT id, workspace_id, row_number() OVER (PARTITION BY workspace_id ORDER BY wait_until, id)
          FROM jobsprint.live_executions
          WHERE state = 'waiting' AND wait_until <= $1 AND dispatched_at IS NULL AND limited_by IS NULL
            AND ($6 OR tag = ANY ($7)) AND workspace_id IN (SELECT workspace_id FROM bounded))
        UNION ALL
        (SELECT n.id, h.workspace_id, row_number() OVER (PARTITION BY h.workspace_id, h.lane, h.tag ORDER BY n.id)
          FROM held AS h LEFT JOIN dispatched AS d USING (workspace_id, lane, tag)
          LEFT JOIN rooms AS r USING (workspace_id) CROSS JOIN LATERAL (
            SELECT id FROM jobsprint.live_executions AS l
            WHERE l.state = 'new' AND l.dispatched_at IS NULL AND l.limited_by IS NULL
              AND l.workspace_id = h.workspace_id AND l.lane = h.lane AND l.tag = h.tag
            ORDER BY id LIMIT least($4, greatest(0, $5 - coalesce(d.count, 0)), r.room)) AS n
          WHERE $6 OR h.tag = ANY ($7))
        UNION ALL
        (SELECT n.id, n.workspace_id, n.place FROM limited AS m CROSS JOIN LATERAL (
            SELECT count(*) AS busy FROM jobsprint.live_executions AS l
            WHERE l.limited_by = m.limited_by
              AND (l.state = 'running' OR l.state IN ('new', 'waiting') AND l.dispatched_at IS NOT NULL)
          ) AS b CROSS JOIN LATERAL (
            SELECT c.*, row_number() OVER (ORDER BY c.id) AS place FROM (
              (SELECT l.id, l.workspace_id, l.tag, l.concurrency FROM jobsprint.live_executions AS l
                WHERE l.limited_by = m.limited_by AND l.state = 'new' AND l.dispatched_at IS NULL ORDER BY l.id LIMIT $4)
              UNION ALL
              (SELECT l.id, l.workspace_id, l.tag, l.concurrency FROM jobsprint.live_executions AS l
                WHERE l.limited_by = m.limited_by AND l.state = 'waiting' AND l.dispatched_at IS NULL
                  AND l.wait_until <= $1 ORDER BY l.id LIMIT $4)) AS c
          ) AS n WHERE n.place + b.busy <= n.concurrency AND ($6 OR n.tag = ANY ($7)))
      ) AS f LEFT JOIN rooms AS r USING (workspace_id)
    ), found AS MATERIALIZED (
      SELECT id FROM due WHERE place <= room OR place IS NULL ORDER BY turn, id LIMIT $4
    ), locked AS MATERIALIZED (
      SELECT l.id FROM jobsprint.live_executions AS l
      WHERE l.id = ANY (ARRAY(SELECT id FROM found)) AND (l.dispatched_at IS NULL OR l.dispatched_at < $2)
        AND CASE l.state WHEN 'new' THEN true WHEN 'waiting' THEN l.wait_until <= $1 WHEN 'running' THEN
          NOT EXISTS (SELECT 1 FROM jobsprint.executors AS e WHERE e.id = l.executor_id AND e.beat_at >= $3) END
      ORDER BY l.id FOR UPDATE OF l SKIP LOCKED
    )
    UPDATE jobsprint.live_executions AS l SET dispatched_at = $1
    WHERE l.id = ANY (ARRAY(SELECT id FROM locked)) RETURNING l.id, l.workspace_id, l.lane, l.tag
    """

  let now: Timestamp
  let dispatchedBefore: Timestamp
  let leaseExpiry: Timestamp
  let limit: Int
  let lineLimit: Int
  let tags: WorkerTags

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(now)
    try values.bind(dispatchedBefore)
    try values.bind(leaseExpiry)
    try values.bind(limit)
    try values.bind(lineLimit)
    try values.bind(tags)
  }

  static func decode(_ row: inout PostgresRow) throws -> WakeUp {
    WakeUp(execution: try row.id(), workspace: try row.id(), lane: try row.word(), tag: try row.tag())
  }
}

/// How many new executions of each line are on their way, or held: of these, no more than a limit.
struct CountBacklog: PostgresStatement {
  static let name = "claims.backlog"
  static let sql = """
    WITH RECURSIVE \(heldLines)
    SELECT workspace_id, lane, tag, sum(count)::int8 FROM (
      SELECT workspace_id, lane, tag, count(*) FROM jobsprint.live_executions
      WHERE state = 'new' AND dispatched_at >= $1 AND limited_by IS NULL GROUP BY workspace_id, lane, tag
      UNION ALL
      SELECT h.workspace_id, h.lane, h.tag, n.count FROM held AS h CROSS JOIN LATERAL (
        SELECT count(*) FROM (
          SELECT 1 FROM jobsprint.live_executions AS l
          WHERE l.state = 'new' AND l.dispatched_at IS NULL AND l.limited_by IS NULL
            AND l.workspace_id = h.workspace_id AND l.lane = h.lane AND l.tag = h.tag
          ORDER BY l.workspace_id DESC, l.lane DESC, l.tag DESC, l.id DESC LIMIT $2) AS f) AS n
    ) AS l GROUP BY workspace_id, lane, tag
    """

  let since: Timestamp
  let limit: Int

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(since)
    try values.bind(limit)
  }

  static func decode(_ row: inout PostgresRow) throws -> (line: DispatchLine, count: Int) {
    (DispatchLine(workspace: try row.id(), lane: try row.word(), tag: try row.tag()), try row.next())
  }
}

/// The table of executors has a row for each process. What is held is looked for line by line, so that a backlog of a
/// tag that nobody here carries is not walked through.
struct NextDue: PostgresStatement {
  static let name = "claims.next-due"
  static let sql = """
    WITH RECURSIVE \(limitedWorkflows), \(heldLines)
    SELECT least(
      (SELECT wait_until FROM jobsprint.live_executions
        WHERE state = 'waiting' AND wait_until > $1 AND ($4 OR tag = ANY ($5::text[])) ORDER BY wait_until LIMIT 1),
      (SELECT min(beat_at) + $2 FROM jobsprint.executors WHERE beat_at > $1 - $2),
      (SELECT $1 + $3 FROM held WHERE $4 OR tag = ANY ($5) LIMIT 1),
      (SELECT $1 + $3 FROM limited AS m CROSS JOIN LATERAL (
          SELECT l.tag FROM jobsprint.live_executions AS l
          WHERE l.limited_by = m.limited_by AND l.state = 'new' AND l.dispatched_at IS NULL ORDER BY l.id LIMIT 1) AS n
        WHERE $4 OR n.tag = ANY ($5) LIMIT 1),
      (SELECT $1 + $3 FROM jobsprint.live_executions
        WHERE state = 'waiting' AND wait_until <= $1 AND dispatched_at IS NULL AND ($4 OR tag = ANY ($5))
          AND (limited_by IS NOT NULL
            OR workspace_id IN (SELECT id FROM jobsprint.workspaces WHERE max_concurrency IS NOT NULL)) LIMIT 1))
    """

  let after: Timestamp
  let lease: Duration
  let turn: Duration
  let tags: WorkerTags

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(after)
    // A beat counts for the whole last millisecond of its lease.
    try values.bind(Int(lease / .milliseconds(1)) + 1)
    try values.bind(Int(turn / .milliseconds(1)))
    try values.bind(tags)
  }

  static func decode(_ row: inout PostgresRow) throws -> Timestamp? { try row.optionalTime() }
}

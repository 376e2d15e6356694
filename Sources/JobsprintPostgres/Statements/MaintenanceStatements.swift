import JobsprintDomain
import Postgres

/// nil: another process is at it.
struct MakePartitions: PostgresStatement {
  static let name = "maintenance.make-partitions"
  static let sql = "SELECT jobsprint.make_partitions($1)"

  let now: Timestamp

  func bind(into values: inout PostgresBindings) throws { try values.bind(now) }

  static func decode(_ row: inout PostgresRow) throws -> Int? { try row.nextOptional() }
}

struct DropPartitions: PostgresStatement {
  static let name = "maintenance.drop-partitions"
  static let sql = "SELECT jobsprint.drop_partitions($1)"

  let before: Timestamp

  func bind(into values: inout PostgresBindings) throws { try values.bind(before) }

  static func decode(_ row: inout PostgresRow) throws -> String { try row.next() }
}

/// The oldest ended executions of a workspace; gives a row for each.
struct ExpireExecutions: PostgresStatement {
  static let name = "maintenance.expire"
  static let sql = """
    WITH old AS MATERIALIZED (
      SELECT e.id FROM jobsprint.executions AS e
      WHERE e.workspace_id = $1 AND e.id < $2 AND (SELECT true FROM jobsprint.execution_ends AS x WHERE x.id = e.id)
      ORDER BY e.id LIMIT $3
    ), journals AS (
      DELETE FROM jobsprint.journal WHERE workspace_id = $1 AND execution_id = ANY (ARRAY(SELECT id FROM old))
    ), ends AS (
      DELETE FROM jobsprint.execution_ends WHERE workspace_id = $1 AND id = ANY (ARRAY(SELECT id FROM old))
    ), tags AS (
      DELETE FROM jobsprint.execution_tags WHERE workspace_id = $1 AND execution_id = ANY (ARRAY(SELECT id FROM old))
    )
    DELETE FROM jobsprint.executions WHERE workspace_id = $1 AND id = ANY (ARRAY(SELECT id FROM old)) RETURNING 1
    """

  let workspace: WorkspaceID
  let before: ExecutionID
  let limit: Int

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(before)
    try values.bind(limit)
  }

  static func decode(_ row: inout PostgresRow) throws -> Int { try row.next() }
}

/// Ended executions of all workspaces; gives a row for each. Only partitions that begin before the end are looked at:
/// there are few, and mostly they are empty.
struct ExpireLeftovers: PostgresStatement {
  static let name = "maintenance.expire-leftovers"
  static let sql = """
    WITH old AS MATERIALIZED (
      SELECT e.workspace_id, e.id FROM jobsprint.executions AS e
      WHERE e.id < $1 AND (SELECT true FROM jobsprint.execution_ends AS x WHERE x.id = e.id)
      ORDER BY e.workspace_id, e.id LIMIT $2
    ), journals AS (
      DELETE FROM jobsprint.journal WHERE execution_id = ANY (ARRAY(SELECT id FROM old))
    ), ends AS (
      DELETE FROM jobsprint.execution_ends WHERE id = ANY (ARRAY(SELECT id FROM old))
    ), tags AS (
      DELETE FROM jobsprint.execution_tags WHERE execution_id = ANY (ARRAY(SELECT id FROM old))
    )
    DELETE FROM jobsprint.executions
    WHERE workspace_id = ANY (ARRAY(SELECT DISTINCT workspace_id FROM old)) AND id = ANY (ARRAY(SELECT id FROM old))
    RETURNING 1
    """

  let before: ExecutionID
  let limit: Int

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(before)
    try values.bind(limit)
  }

  static func decode(_ row: inout PostgresRow) throws -> Int { try row.next() }
}

/// Letters of a workspace that were settled before a time; gives a row for each.
struct ExpireLetters: PostgresStatement {
  static let name = "maintenance.expire-letters"
  static let sql = """
    DELETE FROM jobsprint.dead_letters WHERE workspace_id = $1 AND execution_id = ANY (ARRAY(
      SELECT execution_id FROM jobsprint.dead_letters
      WHERE workspace_id = $1 AND status IN ('redriven', 'discarded') AND settled_at < $2 LIMIT $3)) RETURNING 1
    """

  let workspace: WorkspaceID
  let before: Timestamp
  let limit: Int

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(before)
    try values.bind(limit)
  }

  static func decode(_ row: inout PostgresRow) throws -> Int { try row.next() }
}

/// Ends that a program from before V0011 wrote, or that were there then, get what lists look for; gives a row for each.
struct CompleteEnds: PostgresStatement {
  static let name = "maintenance.complete-ends"
  static let sql = """
    UPDATE jobsprint.execution_ends AS x SET workflow_id = e.workflow_id
    FROM jobsprint.executions AS e
    WHERE x.id = ANY (ARRAY(
        SELECT id FROM jobsprint.execution_ends WHERE workflow_id IS NULL AND state <> 'success' LIMIT $1))
      AND e.workspace_id = x.workspace_id AND e.id = x.id
    RETURNING 1
    """

  let limit: Int

  func bind(into values: inout PostgresBindings) throws { try values.bind(limit) }

  static func decode(_ row: inout PostgresRow) throws -> Int { try row.next() }
}

/// Executors that are gone for good.
struct ForgetExecutors: PostgresStatement {
  static let name = "maintenance.forget-executors"
  static let sql = "DELETE FROM jobsprint.executors WHERE beat_at < $1"

  let time: Timestamp

  func bind(into values: inout PostgresBindings) throws { try values.bind(time) }
}

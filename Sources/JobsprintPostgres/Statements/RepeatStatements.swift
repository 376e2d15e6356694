// What is stored of writes whose commit may or may not have happened.

import JobsprintDomain
import JobsprintPorts
import Postgres

/// How executions have ended: for cancellations that came too late, and for ends that were sent twice.
struct FindEnds: PostgresStatement {
  static let name = "executions.ends"
  static let sql = """
    SELECT x.id, x.workspace_id, x.state, x.term, x.finished_at, x.entries
    FROM unnest($1::uuid[], $2::uuid[]) AS w (id, workspace_id)
    JOIN jobsprint.execution_ends AS x ON x.id = w.id AND x.workspace_id = w.workspace_id
    """

  struct End: Equatable {
    let id: ExecutionID
    let workspace: WorkspaceID
    let state: ExecutionState
    let term: Int
    let finishedAt: Timestamp
    let entries: [UInt8]?
  }

  let writes: [JournalWrite]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(ids: writes.lazy.map(\.execution))
    try values.bind(ids: writes.lazy.map(\.workspace))
  }

  static func decode(_ row: inout PostgresRow) throws -> End {
    End(
      id: try row.id(), workspace: try row.id(), state: try row.word(), term: try row.next(),
      finishedAt: try row.time(), entries: try row.nextOptional())
  }
}

/// Executions that are stored just as they were to be accepted.
struct FindAccepted: PostgresStatement {
  static let name = "executions.accepted"
  static let sql = """
    SELECT e.id
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int8[], $5::bytea[])
      AS w (workspace_id, id, version_id, accepted_at, input)
    JOIN jobsprint.executions AS e ON e.workspace_id = w.workspace_id AND e.id = w.id
    WHERE e.version_id = w.version_id AND e.accepted_at = w.accepted_at AND e.input = w.input
    """

  let executions: [NewExecution]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(ids: executions.lazy.map(\.workspace))
    try values.bind(ids: executions.lazy.map(\.id))
    try values.bind(ids: executions.lazy.map(\.version))
    try values.bind(array: executions.lazy.map(\.acceptedAt.milliseconds))
    try values.bind(array: executions.lazy.map(\.input))
  }

  static func decode(_ row: inout PostgresRow) throws -> ExecutionID { try row.id() }
}

/// Places, from 0, of appends whose entries the journal holds, or after whose term nobody holds their execution.
struct FindContinued: PostgresStatement {
  static let name = "executions.continued"
  static let sql = """
    SELECT w.place - 1
    FROM unnest($1::uuid[], $2::bytea[], $3::int4[], $4::text[]) WITH ORDINALITY AS w (id, entries, term, state, place)
    WHERE EXISTS (SELECT 1 FROM jobsprint.journal AS j WHERE j.execution_id = w.id AND j.entries = w.entries)
      OR EXISTS (
        SELECT 1 FROM jobsprint.live_executions AS l
        WHERE l.id = w.id AND l.term = w.term AND l.state = w.state AND l.executor_id IS NULL)
    """

  let appends: [JournalAppend]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(ids: appends.lazy.map(\.execution))
    try values.bind(array: appends.lazy.map { JournalPack.bytes(of: $0.entries) })
    try values.bind(array: appends.lazy.map { Int32(exactly: $0.fence.term) ?? -1 })
    try values.bind(array: appends.lazy.map(\.transition.state.rawValue))
  }

  static func decode(_ row: inout PostgresRow) throws -> Int { try row.next() }
}

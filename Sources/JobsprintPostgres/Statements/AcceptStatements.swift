// Accepting many executions at once. One text without and one with idempotency keys: the first is on the hot path.

import JobsprintDomain
import JobsprintPorts
import Postgres

/// What both are given: one element for each execution, in the order of their ids.
private let columns = """
  id, workspace_id, workflow_id, version_id, accepted_at, retry_of, executor_id, mode, lane, input, entries, positions,
  dispatched_at, concurrency, tag
  """

private let arrays = """
  $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int8[], $6::uuid[], $7::uuid[], $8::text[], $9::text[],
  $10::bytea[], $11::bytea[], $12::text[], $13::int8[], $14::int4[], $15::text[]
  """

/// Stores what `accepted` gives.
private let inserts = """
  stored AS (
    INSERT INTO jobsprint.executions
      (workspace_id, id, workflow_id, version_id, accepted_at, retry_of, mode, lane, input)
    SELECT workspace_id, id, workflow_id, version_id, accepted_at, retry_of, mode, lane, input FROM accepted
  ), journaled AS (
    INSERT INTO jobsprint.journal (execution_id, number, workspace_id, entries)
    SELECT id, 0, workspace_id, entries FROM accepted WHERE entries IS NOT NULL
  )
  INSERT INTO jobsprint.live_executions
    (id, workspace_id, executor_id, started_at, dispatched_at, term, packs, state, lane, finished, limited_by,
      concurrency, tag)
  SELECT id, workspace_id, executor_id, CASE WHEN executor_id IS NOT NULL THEN accepted_at END,
    dispatched_at, (executor_id IS NOT NULL)::int4, (entries IS NOT NULL)::int4,
    CASE WHEN executor_id IS NULL THEN 'new' ELSE 'running' END, lane, coalesce(positions::int4multirange, '{}'),
    CASE WHEN concurrency IS NOT NULL THEN workflow_id END, concurrency, tag
  FROM accepted
  """

private func bind(_ executions: [NewExecution], to values: inout PostgresBindings) throws {
  try values.bind(ids: executions.lazy.map(\.id))
  try values.bind(ids: executions.lazy.map(\.workspace))
  try values.bind(ids: executions.lazy.map(\.workflow))
  try values.bind(ids: executions.lazy.map(\.version))
  try values.bind(array: executions.lazy.map(\.acceptedAt.milliseconds))
  try values.bind(array: executions.lazy.map { $0.retryOf?.stored })
  try values.bind(array: executions.lazy.map { $0.claimedBy?.stored })
  try values.bind(array: executions.lazy.map(\.mode.rawValue))
  try values.bind(array: executions.lazy.map(\.lane.rawValue))
  try values.bind(array: executions.lazy.map(\.input))
  try values.bind(array: executions.lazy.map { JournalPack.bytes(of: $0.entries) })
  var positions: [String?] = []
  for execution in executions { positions.append(try JournalPack.positions(of: execution.entries)) }
  try values.bind(array: positions)
  try values.bind(array: executions.lazy.map { $0.dispatchedAt?.milliseconds })
  try values.bind(array: executions.lazy.map { $0.concurrency.map { Int32(clamping: $0) } })
  try values.bind(array: executions.lazy.map { $0.tag?.name ?? "" })
}

struct AcceptExecutions: PostgresStatement {
  static let name = "executions.accept"
  static let sql = "WITH accepted AS MATERIALIZED (SELECT * FROM unnest(\(arrays)) AS a (\(columns))), \(inserts)"

  let executions: [NewExecution]

  func bind(into values: inout PostgresBindings) throws { try JobsprintPostgres.bind(executions, to: &values) }
}

/// Accepts that have their execution's success with them: they go into history at once.
struct StoreWholeExecutions: PostgresStatement {
  static let name = "executions.store-whole"
  static let sql = """
    WITH whole AS MATERIALIZED (
      SELECT * FROM unnest(
        $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int8[], $6::uuid[], $7::text[], $8::text[], $9::bytea[],
        $10::int8[], $11::bytea[], $12::bytea[])
      AS a (id, workspace_id, workflow_id, version_id, accepted_at, retry_of, mode, lane, input, finished_at, last_node,
        entries)
    ), stored AS (
      INSERT INTO jobsprint.executions
        (workspace_id, id, workflow_id, version_id, accepted_at, retry_of, mode, lane, input)
      SELECT workspace_id, id, workflow_id, version_id, accepted_at, retry_of, mode, lane, input FROM whole
    )
    INSERT INTO jobsprint.execution_ends (id, workspace_id, started_at, finished_at, term, state, last_node, entries)
    SELECT id, workspace_id, accepted_at, finished_at, 1, 'success', last_node, entries FROM whole
    """

  let executions: [WholeExecution]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(ids: executions.lazy.map(\.accepted.id))
    try values.bind(ids: executions.lazy.map(\.accepted.workspace))
    try values.bind(ids: executions.lazy.map(\.accepted.workflow))
    try values.bind(ids: executions.lazy.map(\.accepted.version))
    try values.bind(array: executions.lazy.map(\.accepted.acceptedAt.milliseconds))
    try values.bind(array: executions.lazy.map { $0.accepted.retryOf?.stored })
    try values.bind(array: executions.lazy.map(\.accepted.mode.rawValue))
    try values.bind(array: executions.lazy.map(\.accepted.lane.rawValue))
    try values.bind(array: executions.lazy.map(\.accepted.input))
    try values.bind(array: executions.lazy.map(\.finishedAt.milliseconds))
    try values.bind(array: executions.lazy.map { $0.lastNode?.stored })
    var packs: [[UInt8]?] = []
    for execution in executions {
      // Nothing of it is in the store yet, so what it finishes twice is in this write.
      _ = try JournalPack.positions(of: execution.entries)
      packs.append(JournalPack.bytes(of: execution.entries))
    }
    try values.bind(array: packs)
  }
}

/// Leaves out those whose key was used before; gives the ids of the others. A key that another transaction is just
/// using is waited for.
struct AcceptKeyedExecutions: PostgresStatement {
  static let name = "executions.accept-keyed"
  static let sql = """
    WITH given AS MATERIALIZED (
      SELECT * FROM unnest(\(arrays), $16::bytea[], $17::bytea[], $18::int8[], $19::int4[], $20::bytea[])
        AS a (\(columns), key, fingerprint, created_at, status, response)
    ), unused AS (
      INSERT INTO jobsprint.idempotency_keys (workspace_id, key, fingerprint, created_at, status, response)
      SELECT workspace_id, key, fingerprint, created_at, status, response FROM given ORDER BY workspace_id, key
      ON CONFLICT (workspace_id, key) DO NOTHING RETURNING workspace_id, key
    ), accepted AS MATERIALIZED (
      SELECT given.* FROM given JOIN unused USING (workspace_id, key)
    ), \(inserts) RETURNING id
    """

  /// Each with a key.
  let executions: [NewExecution]

  func bind(into values: inout PostgresBindings) throws {
    try JobsprintPostgres.bind(executions, to: &values)
    let records = executions.compactMap(\.idempotency)
    try values.bind(array: records.lazy.map(\.key.stored))
    try values.bind(array: records.lazy.map(\.fingerprint))
    try values.bind(array: records.lazy.map(\.createdAt.milliseconds))
    var statuses: [Int32] = []
    for record in records { statuses.append(try record.status.stored) }
    try values.bind(array: statuses)
    try values.bind(array: records.lazy.map(\.response))
  }

  static func decode(_ row: inout PostgresRow) throws -> ExecutionID { try row.id() }
}

/// Recoverers are told that something was accepted for which others must make room first: nobody else dispatches it.
struct TellHeld: PostgresStatement {
  static let name = "executions.tell-held"
  static let sql = "SELECT pg_notify('\(PostgresNews.executionHeld.rawValue)', '')"
}

import JobsprintDomain
import JobsprintPorts
import Postgres

/// The columns of a ``DeadLetter``, in the order in which it is read.
private let columns = """
  execution_id, workspace_id, workflow_id, version_id, reason, error, last_node, died_at, status, redriven_as, settled_at
  """

extension DeadLetter {
  fileprivate init(_ row: inout PostgresRow) throws {
    self.init(
      execution: try row.id(), workspace: try row.id(), workflow: try row.id(), version: try row.id(),
      reason: try row.word(), error: try row.nextOptional(), lastNode: try row.optionalText(), diedAt: try row.time(),
      status: try row.word(), redrivenAs: try row.optionalID(), settledAt: try row.optionalTime())
  }
}

/// Writes the letters of executions that the same transaction has just ended: an append that its fence has refused
/// finds no end of its term and time. A letter that is there stays (a transaction that is sent again).
struct BuryExecutions: PostgresStatement {
  static let name = "dead-letters.bury"
  static let sql = """
    INSERT INTO jobsprint.dead_letters
      (workspace_id, execution_id, workflow_id, version_id, died_at, reason, status, last_node, error)
    SELECT e.workspace_id, e.id, e.workflow_id, e.version_id, x.finished_at, a.reason, 'open', x.last_node, x.error
    FROM unnest($1::uuid[], $2::uuid[], $3::int4[], $4::int8[], $5::text[])
      AS a (id, workspace_id, term, finished_at, reason)
    JOIN jobsprint.execution_ends AS x ON x.id = a.id AND x.workspace_id = a.workspace_id AND x.term = a.term
      AND x.finished_at = a.finished_at AND x.state <> 'canceled'
    JOIN jobsprint.executions AS e ON e.workspace_id = a.workspace_id AND e.id = a.id
    ON CONFLICT DO NOTHING
    """

  /// Those that end their execution with a reason.
  let appends: [JournalAppend]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(ids: appends.lazy.map(\.execution))
    try values.bind(ids: appends.lazy.map(\.workspace))
    try values.bind(array: appends.lazy.map { Int32(exactly: $0.fence.term) ?? -1 })
    try values.bind(array: appends.lazy.map { $0.end?.at.milliseconds ?? 0 })
    try values.bind(array: appends.lazy.map { $0.end?.deadLetter?.rawValue })
  }
}

struct FindDeadLetter: PostgresStatement {
  static let name = "dead-letters.find"
  static let sql = "SELECT \(columns) FROM jobsprint.dead_letters WHERE workspace_id = $1 AND execution_id = $2"

  let execution: ExecutionID
  let workspace: WorkspaceID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(execution)
  }

  static func decode(_ row: inout PostgresRow) throws -> DeadLetter { try DeadLetter(&row) }
}

/// Letters of a workspace, the newest execution first, or the other way round. The text depends on which filters are
/// set, not on their values.
struct ListDeadLetters {
  let filter: DeadLetterFilter
  let workspace: WorkspaceID
  let page: PageRequest<ExecutionID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(workspace)
    try page.bindLimits(into: &values)
    var conditions = ["workspace_id = $1"]
    if let after = page.after {
      try values.bind(after)
      conditions.append("execution_id \(page.behind) $\(values.count)")
    }
    if let workflow = filter.workflow {
      try values.bind(workflow)
      conditions.append("workflow_id = $\(values.count)")
    }
    if let status = filter.status {
      try values.bind(status.rawValue)
      conditions.append("status = $\(values.count)")
    }
    if let reason = filter.reason {
      try values.bind(reason.rawValue)
      conditions.append("reason = $\(values.count)")
    }
    let rows = """
      SELECT \(columns) FROM jobsprint.dead_letters WHERE \(conditions.joined(separator: " AND "))
      ORDER BY execution_id \(page.direction) LIMIT \(page.rowsToRead)
      """
    return PostgresCommand(
      name: "dead-letters.list",
      sql: page.cut(
        rows, order: "execution_id \(page.direction)", weight: "coalesce(octet_length(error), 0)", place: 2),
      values: values)
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: DeadLetter, read: Int) {
    (try DeadLetter(&row), try row.next())
  }
}

/// All letters, the oldest execution first: for an archive.
struct ListDeadLettersInOrder {
  let workspace: WorkspaceID
  let page: PageRequest<ExecutionID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(workspace)
    try page.bindLimits(into: &values)
    if let after = page.after { try values.bind(after) }
    let rows = """
      SELECT \(columns) FROM jobsprint.dead_letters
      WHERE workspace_id = $1\(page.after == nil ? "" : " AND execution_id > $4")
      ORDER BY execution_id LIMIT \(page.rowsToRead)
      """
    return PostgresCommand(
      name: "archive.dead-letters",
      sql: page.cut(rows, order: "execution_id", weight: "coalesce(octet_length(error), 0)", place: 2), values: values)
  }
}

/// Gives the letter as it is then; nothing where it is not open.
struct SettleDeadLetter: PostgresStatement {
  static let name = "dead-letters.settle"
  static let sql = """
    UPDATE jobsprint.dead_letters SET status = $3, redriven_as = $4, settled_at = $5
    WHERE workspace_id = $1 AND execution_id = $2 AND status = 'open' RETURNING \(columns)
    """

  let execution: ExecutionID
  let workspace: WorkspaceID
  let settlement: DeadLetterSettlement
  let time: Timestamp

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(execution)
    try values.bind(settlement.status.rawValue)
    try values.bind(settlement.execution)
    try values.bind(time)
  }

  static func decode(_ row: inout PostgresRow) throws -> DeadLetter { try DeadLetter(&row) }
}

/// A letter as it was elsewhere.
struct RestoreDeadLetter: PostgresStatement {
  static let name = "archive.dead-letter"
  static let sql = """
    INSERT INTO jobsprint.dead_letters (\(columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    """

  let letter: DeadLetter

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(letter.execution)
    try values.bind(letter.workspace)
    try values.bind(letter.workflow)
    try values.bind(letter.version)
    try values.bind(letter.reason.rawValue)
    try values.bind(letter.error)
    try values.bind(text: letter.lastNode)
    try values.bind(letter.diedAt)
    try values.bind(letter.status.rawValue)
    try values.bind(letter.redrivenAs)
    try values.bind(letter.settledAt)
  }
}

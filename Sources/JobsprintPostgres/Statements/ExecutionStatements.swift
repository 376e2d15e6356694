// Reading and removing executions. An execution's row in executions is there from its acceptance; its state stands in
// live_executions until its end, from then on in execution_ends.

import JobsprintDomain
import JobsprintPorts
import Postgres

/// The columns of an ``ExecutionRecord``, in the order in which it is read.
private let columns = """
  e.id, e.workspace_id, e.workflow_id, e.version_id, coalesce(l.state, x.state) AS state, e.mode, e.lane,
  coalesce(l.tag, '') AS tag, coalesce(l.term, x.term) AS term, e.accepted_at, coalesce(l.started_at, x.started_at) AS started_at, x.finished_at,
  l.wait_until, e.retry_of, x.error, x.last_node, e.input
  """

private let stateTables = """
  LEFT JOIN jobsprint.live_executions AS l ON l.id = e.id
  LEFT JOIN jobsprint.execution_ends AS x ON x.id = e.id
  """

extension ExecutionRecord {
  fileprivate init(_ row: inout PostgresRow) throws {
    self.init(
      id: try row.id(), workspace: try row.id(), workflow: try row.id(), version: try row.id(), state: try row.word(),
      mode: try row.word(), lane: try row.word(), tag: try row.tag(), term: try row.next(), acceptedAt: try row.time(),
      startedAt: try row.optionalTime(), finishedAt: try row.optionalTime(), waitUntil: try row.optionalTime(),
      retryOf: try row.optionalID(), error: try row.nextOptional(), lastNode: try row.optionalText(),
      input: try row.next())
  }
}

struct FindExecution: PostgresStatement {
  static let name = "executions.find"
  static let sql = """
    SELECT \(columns) FROM jobsprint.executions AS e \(stateTables) WHERE e.workspace_id = $1 AND e.id = $2
    """

  let id: ExecutionID
  let workspace: WorkspaceID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
  }

  static func decode(_ row: inout PostgresRow) throws -> ExecutionRecord { try ExecutionRecord(&row) }
}

/// The packs of an execution's journal, that of its end last.
struct ReadJournal: PostgresStatement {
  static let name = "executions.journal"
  static let sql = """
    SELECT entries FROM (
      SELECT number, entries FROM jobsprint.journal WHERE workspace_id = $1 AND execution_id = $2
      UNION ALL
      SELECT 2147483647, entries FROM jobsprint.execution_ends
      WHERE workspace_id = $1 AND id = $2 AND entries IS NOT NULL) AS p
    ORDER BY number
    """

  let execution: ExecutionID
  let workspace: WorkspaceID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(execution)
  }

  static func decode(_ row: inout PostgresRow) throws -> [UInt8] { try row.next() }
}

/// The document that an execution executes.
struct ReadExecutedDocument: PostgresStatement {
  static let name = "executions.document"
  static let sql = """
    SELECT v.document FROM jobsprint.executions AS e
    JOIN jobsprint.workflow_versions AS v ON v.workspace_id = e.workspace_id AND v.id = e.version_id
    WHERE e.workspace_id = $1 AND e.id = $2
    """

  let execution: ExecutionID
  let workspace: WorkspaceID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(execution)
  }

  static func decode(_ row: inout PostgresRow) throws -> [UInt8] { try row.next() }
}

/// Executions of a workspace, newest first or the other way round. Each state has a branch of its own that walks what
/// has few other rows: the live table, or the ends. Its text depends on which filters are set, not on their values.
struct ListExecutions {
  static let name = "executions.list"

  let filter: ExecutionFilter
  let workspace: WorkspaceID
  let page: PageRequest<ExecutionID>

  /// Ids carry the time at which they were made, the same as the acceptance up to this, in milliseconds.
  private static let slack = Duration.seconds(86_400)

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(workspace)
    try page.bindLimits(into: &values)
    var workflowPlace: Int?
    // Of the ids, which every index ends with.
    var ranges: [String] = []
    var conditions: [String] = []
    if let after = page.after {
      try values.bind(after)
      ranges.append("id \(page.behind) $\(values.count)")
    }
    if let workflow = filter.workflow {
      try values.bind(workflow)
      workflowPlace = values.count
      conditions.append("e.workflow_id = $\(values.count)")
    }
    if let time = filter.acceptedAfter {
      try values.bind(time)
      try values.bind(ExecutionID(first: time - Self.slack))
      conditions.append("e.accepted_at > $\(values.count - 1)")
      ranges.append("id >= $\(values.count)")
    }
    if let time = filter.acceptedBefore {
      try values.bind(time)
      try values.bind(ExecutionID(first: time + Self.slack))
      conditions.append("e.accepted_at < $\(values.count - 1)")
      ranges.append("id < $\(values.count)")
    }
    let restriction = (conditions + ranges.map { "e.\($0)" }).map { " AND \($0)" }.joined()
    let range = ranges.map { " AND s.\($0)" }.joined()
    let branches = states.flatMap { searches(of: $0, restriction, range: range, workflow: workflowPlace) }
      .map { "(\($0))" }
    let found =
      branches.count == 1
      ? branches[0]
      : """
      (SELECT * FROM (\(branches.joined(separator: " UNION ALL "))) AS b
        ORDER BY id \(page.direction) LIMIT \(page.rowsToRead))
      """
    let rows = "SELECT \(columns) FROM \(found) AS e \(stateTables) ORDER BY e.id \(page.direction)"
    let sql = page.cut(
      rows, order: "id \(page.direction)", weight: "octet_length(input) + coalesce(octet_length(error), 0)", place: 2)
    return PostgresCommand(name: Self.name, sql: sql, values: values)
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: ExecutionRecord, read: Int) {
    (try ExecutionRecord(&row), try row.next())
  }

  private var states: [ExecutionState?] {
    filter.states.isEmpty || filter.states.count == ExecutionState.allCases.count
      ? [nil] : ExecutionState.allCases.filter { filter.states.contains($0) }
  }

  /// Rows of executions in one state, found through the state's index: OFFSET 0 keeps the planner from joining the
  /// other way round, through all of the workspace, where it takes a state to be rare. Most executions succeed: those
  /// of one workflow are found faster through the workflow's, each with a look at its end. All others that have ended
  /// have their workflow in the row of their end, but for those that another program wrote and nobody has completed
  /// yet.
  /// - Parameters:
  ///   - range: conditions of the ids alone.
  ///   - workflow: the parameter that holds it.
  private func searches(
    of state: ExecutionState?, _ conditions: String, range: String, workflow: Int?
  ) -> [String] {
    guard let state else {
      return [
        """
        SELECT e.* FROM jobsprint.executions AS e WHERE e.workspace_id = $1\(conditions)
        ORDER BY e.id \(page.direction) LIMIT \(page.rowsToRead)
        """
      ]
    }
    if state == .success, workflow != nil {
      return [
        """
        SELECT e.* FROM jobsprint.executions AS e
        WHERE e.workspace_id = $1\(conditions)
          AND (SELECT s.state FROM jobsprint.execution_ends AS s WHERE s.id = e.id) = 'success'
        ORDER BY e.id \(page.direction) LIMIT \(page.rowsToRead)
        """
      ]
    }
    var narrowings = [""]
    if state.isTerminal, let workflow {
      narrowings = [" AND s.workflow_id = $\(workflow)", " AND s.workflow_id IS NULL"]
    }
    return narrowings.map { narrowing in
      """
      SELECT e.* FROM jobsprint.\(state.isTerminal ? "execution_ends" : "live_executions") AS s
      CROSS JOIN LATERAL (
        SELECT * FROM jobsprint.executions AS e WHERE e.workspace_id = $1 AND e.id = s.id\(conditions) OFFSET 0) AS e
      WHERE s.workspace_id = $1 AND s.state = '\(state.rawValue)'\(narrowing)\(range)
      ORDER BY s.id \(page.direction) LIMIT \(page.rowsToRead)
      """
    }
  }
}

extension Identifier {
  /// The smallest id of a moment.
  init(first time: Timestamp) {
    self.init(UUIDv7(high: UInt64(clamping: min(time.milliseconds, 0xFFFF_FFFF_FFFF)) << 16, low: 0))
  }
}

/// Which of these have ended, of all workspaces.
struct CheckEnded: PostgresStatement {
  static let name = "executions.ended"
  static let sql = """
    SELECT w.id FROM unnest($1::uuid[]) WITH ORDINALITY AS w (id, place)
    WHERE EXISTS (SELECT 1 FROM jobsprint.execution_ends AS x WHERE x.id = w.id) ORDER BY w.place
    """

  let ids: [ExecutionID]

  func bind(into values: inout PostgresBindings) throws { try values.bind(ids: ids) }

  static func decode(_ row: inout PostgresRow) throws -> ExecutionID { try row.id() }
}

/// Removes an ended execution with all that is kept of it.
struct DeleteExecution: PostgresStatement {
  static let name = "executions.delete"
  static let sql = """
    WITH journal AS (DELETE FROM jobsprint.journal WHERE workspace_id = $1 AND execution_id = $2),
    ends AS (DELETE FROM jobsprint.execution_ends WHERE workspace_id = $1 AND id = $2),
    letters AS (DELETE FROM jobsprint.dead_letters WHERE workspace_id = $1 AND execution_id = $2),
    tags AS (DELETE FROM jobsprint.execution_tags WHERE workspace_id = $1 AND execution_id = $2)
    DELETE FROM jobsprint.executions WHERE workspace_id = $1 AND id = $2
    """

  let id: ExecutionID
  let workspace: WorkspaceID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
  }
}

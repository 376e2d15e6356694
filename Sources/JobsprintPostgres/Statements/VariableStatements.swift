import JobsprintDomain
import JobsprintPorts
import Postgres

private let columns = "id, key, value, created_at, updated_at"

extension Variable {
  fileprivate init(_ row: inout PostgresRow) throws {
    self.init(
      id: try row.id(), key: try row.next(), value: try row.text(), createdAt: try row.time(),
      updatedAt: try row.time())
  }
}

/// Variables of a workspace, oldest first.
struct ListVariables {
  let workspace: WorkspaceID
  let onlyEmpty: Bool
  let page: PageRequest<VariableID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(workspace)
    try page.bindLimits(into: &values)
    if let after = page.after { try values.bind(after) }
    let rows = """
      SELECT \(columns) FROM jobsprint.variables
      WHERE workspace_id = $1\(onlyEmpty ? " AND value = ''" : "")\(page.after == nil ? "" : " AND id > $4")
      ORDER BY id LIMIT \(page.rowsToRead)
      """
    return PostgresCommand(name: "variables.list", sql: page.cut(rows, order: "id", place: 2), values: values)
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: Variable, read: Int) {
    (try Variable(&row), try row.next())
  }
}

/// All of a workspace.
struct CurrentVariables: PostgresStatement {
  static let name = "variables.current"
  static let sql = "SELECT \(columns) FROM jobsprint.variables WHERE workspace_id = $1 ORDER BY id"

  let workspace: WorkspaceID

  func bind(into values: inout PostgresBindings) throws { try values.bind(workspace) }

  static func decode(_ row: inout PostgresRow) throws -> Variable { try Variable(&row) }
}

struct CountVariables: PostgresStatement {
  static let name = "variables.count"
  static let sql = "SELECT count(*) FROM jobsprint.variables WHERE workspace_id = $1"

  let workspace: WorkspaceID

  func bind(into values: inout PostgresBindings) throws { try values.bind(workspace) }

  static func decode(_ row: inout PostgresRow) throws -> Int { try row.next() }
}

/// Changes nothing where the key is taken.
struct InsertVariable: PostgresStatement {
  static let name = "variables.insert"
  static let sql = """
    INSERT INTO jobsprint.variables (workspace_id, id, key, value, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (workspace_id, key) DO NOTHING
    """

  let workspace: WorkspaceID
  let variable: Variable

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(variable.id)
    try values.bind(variable.key)
    try values.bind(text: variable.value)
    try values.bind(variable.createdAt)
    try values.bind(variable.updatedAt)
  }
}

/// Violates ``uniqueKey`` where the key is another's.
struct UpdateVariable: PostgresStatement {
  static let name = "variables.update"
  static let uniqueKey = "variables_by_key"
  static let sql = """
    UPDATE jobsprint.variables SET key = $3, value = $4, updated_at = $5 WHERE workspace_id = $1 AND id = $2
    RETURNING \(columns)
    """

  let workspace: WorkspaceID
  let id: VariableID
  let key: String
  let value: String
  let time: Timestamp

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
    try values.bind(key)
    try values.bind(text: value)
    try values.bind(time)
  }

  static func decode(_ row: inout PostgresRow) throws -> Variable { try Variable(&row) }
}

struct DeleteVariable: PostgresStatement {
  static let name = "variables.delete"
  static let sql = "DELETE FROM jobsprint.variables WHERE workspace_id = $1 AND id = $2 RETURNING \(columns)"

  let workspace: WorkspaceID
  let id: VariableID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
  }

  static func decode(_ row: inout PostgresRow) throws -> Variable { try Variable(&row) }
}

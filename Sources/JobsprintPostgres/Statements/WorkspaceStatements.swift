import JobsprintDomain
import JobsprintPorts
import Postgres

private let columns = "id, name, created_at, updated_at, retention_days, max_concurrency"

struct FindWorkspace: PostgresStatement {
  static let name = "workspaces.find"
  static let sql = "SELECT \(columns) FROM jobsprint.workspaces WHERE id = $1"

  let id: WorkspaceID

  func bind(into values: inout PostgresBindings) throws { try values.bind(id) }

  static func decode(_ row: inout PostgresRow) throws -> Workspace {
    var workspace = Workspace(
      id: try row.id(), name: try row.text(), createdAt: try row.time(), updatedAt: try row.time())
    workspace.retentionDays = try row.nextOptional()
    workspace.maxConcurrency = try row.nextOptional()
    return workspace
  }
}

/// Changes nothing where the name is taken.
struct InsertWorkspace: PostgresStatement {
  static let name = "workspaces.insert"
  static let sql = """
    INSERT INTO jobsprint.workspaces (\(columns)) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (name_hash) DO NOTHING
    """

  let workspace: Workspace

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace.id)
    try values.bind(text: workspace.name)
    try values.bind(workspace.createdAt)
    try values.bind(workspace.updatedAt)
    try values.bind(workspace.retentionDays)
    try values.bind(workspace.maxConcurrency)
  }
}

/// Violates ``uniqueName`` where the name is another's.
struct UpdateWorkspace: PostgresStatement {
  static let name = "workspaces.update"
  static let uniqueName = "workspaces_by_name"
  static let sql = """
    UPDATE jobsprint.workspaces
    SET name = coalesce($2, name), updated_at = $3, retention_days = CASE WHEN $4 THEN $5 ELSE retention_days END,
      max_concurrency = CASE WHEN $6 THEN $7 ELSE max_concurrency END
    WHERE id = $1 RETURNING \(columns)
    """

  let id: WorkspaceID
  let change: WorkspaceChange
  let time: Timestamp

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(id)
    try values.bind(text: change.name)
    try values.bind(time)
    try values.bind(change.retention != nil)
    try values.bind(change.retention?.days)
    try values.bind(change.concurrency != nil)
    try values.bind(change.concurrency?.limit)
  }

  static func decode(_ row: inout PostgresRow) throws -> Workspace { try FindWorkspace.decode(&row) }
}

/// Workspaces with a limit, which are few.
struct ListLimitedWorkspaces: PostgresStatement {
  static let name = "workspaces.limited"
  static let sql = "SELECT id FROM jobsprint.workspaces WHERE max_concurrency IS NOT NULL"

  static func decode(_ row: inout PostgresRow) throws -> WorkspaceID { try row.id() }
}

/// Workspaces of the installation, oldest first.
struct ListWorkspaces {
  let page: PageRequest<WorkspaceID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try page.bindLimits(into: &values)
    if let after = page.after { try values.bind(after) }
    let rows = """
      SELECT \(columns) FROM jobsprint.workspaces\(page.after == nil ? "" : " WHERE id > $3")
      ORDER BY id LIMIT \(page.rowsToRead)
      """
    return PostgresCommand(name: "workspaces.list", sql: page.cut(rows, order: "id", place: 1), values: values)
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: Workspace, read: Int) {
    (try FindWorkspace.decode(&row), try row.next())
  }
}

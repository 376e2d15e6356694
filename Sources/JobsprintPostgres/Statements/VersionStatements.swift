import JobsprintDomain
import JobsprintPorts
import Postgres

private let columns = "v.id, v.workflow_id, v.name, v.document, v.created_at"

struct InsertVersion: PostgresStatement {
  static let name = "versions.insert"
  static let sql = """
    INSERT INTO jobsprint.workflow_versions (workspace_id, id, workflow_id, name, document, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    """

  let workspace: WorkspaceID
  let version: StoredVersion

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(version.id)
    try values.bind(version.workflow)
    try values.bind(text: version.name)
    try values.bind(version.document)
    try values.bind(version.createdAt)
  }
}

struct FindVersion: PostgresStatement {
  static let name = "versions.find"
  static let sql = "SELECT \(columns) FROM jobsprint.workflow_versions AS v WHERE v.workspace_id = $1 AND v.id = $2"

  let id: VersionID
  let workspace: WorkspaceID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(id)
  }

  static func decode(_ row: inout PostgresRow) throws -> StoredVersion {
    StoredVersion(
      id: try row.id(), workflow: try row.id(), name: try row.text(), document: try row.next(),
      createdAt: try row.time())
  }
}

/// Versions of a workflow that is there, newest first.
struct ListVersions {
  let workflow: WorkflowID
  let workspace: WorkspaceID
  let page: PageRequest<VersionID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try values.bind(workspace)
    try page.bindLimits(into: &values)
    try values.bind(workflow)
    if let after = page.after { try values.bind(after) }
    let rows = """
      SELECT \(columns) FROM jobsprint.workflow_versions AS v
      WHERE v.workspace_id = $1 AND v.workflow_id = $4\(page.after == nil ? "" : " AND v.id < $5")
        AND EXISTS (SELECT 1 FROM jobsprint.workflows AS w WHERE w.workspace_id = $1 AND w.id = $4)
      ORDER BY v.id DESC LIMIT \(page.rowsToRead)
      """
    return PostgresCommand(
      name: "versions.list", sql: page.cut(rows, order: "id DESC", weight: "octet_length(document)", place: 2),
      values: values)
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: StoredVersion, read: Int) {
    (try FindVersion.decode(&row), try row.next())
  }
}

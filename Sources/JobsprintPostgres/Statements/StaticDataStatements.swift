import JobsprintDomain
import JobsprintPorts
import Postgres

extension StaticDatum {
  fileprivate init(_ row: inout PostgresRow) throws { self.init(slot: try row.text(), value: try row.next()) }
}

struct FindStaticData: PostgresStatement {
  static let name = "static-data.find"
  static let sql = """
    SELECT slot, value FROM jobsprint.static_data
    WHERE workspace_id = $1 AND workflow_id = $2 AND slot = ANY ($3::bytea[])
    """

  let workspace: WorkspaceID
  let workflow: WorkflowID
  let slots: [String]

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(workflow)
    try values.bind(array: slots.map(\.stored))
  }

  static func decode(_ row: inout PostgresRow) throws -> StaticDatum { try StaticDatum(&row) }
}

/// All of a workflow, by slot.
struct ListStaticData: PostgresStatement {
  static let name = "archive.static-data"
  static let sql = """
    SELECT slot, value FROM jobsprint.static_data WHERE workspace_id = $1 AND workflow_id = $2 ORDER BY slot
    """

  let workspace: WorkspaceID
  let workflow: WorkflowID

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(workspace)
    try values.bind(workflow)
  }

  static func decode(_ row: inout PostgresRow) throws -> StaticDatum { try StaticDatum(&row) }
}

struct RestoreStaticData: PostgresStatement {
  static let name = "archive.restore-static-data"
  static let sql = """
    INSERT INTO jobsprint.static_data (workspace_id, workflow_id, slot, value)
    SELECT $1, $2, s.slot, s.value FROM unnest($3::bytea[], $4::bytea[]) AS s (slot, value)
    """

  let workspace: WorkspaceID
  let workflow: WorkflowID
  let values: [StaticDatum]

  func bind(into bindings: inout PostgresBindings) throws {
    try bindings.bind(workspace)
    try bindings.bind(workflow)
    try bindings.bind(array: values.map(\.slot.stored))
    try bindings.bind(array: values.map(\.value))
  }
}

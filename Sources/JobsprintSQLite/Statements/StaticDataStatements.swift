import JobsprintDomain
import JobsprintPorts

struct FindStaticData: FixedSQLStatement {
  static let sql = "SELECT slot, value FROM static_data WHERE workspace_id = ? AND workflow_id = ? AND slot = ?"

  let workspace: WorkspaceID
  let workflow: WorkflowID
  let slot: String

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(workflow)
    values.add(slot)
  }

  static func decode(_ row: inout RowReader) throws -> StaticDatum { try ListStaticData.decode(&row) }
}

/// All of a workflow, by slot.
struct ListStaticData: FixedSQLStatement {
  static let sql = "SELECT slot, value FROM static_data WHERE workspace_id = ? AND workflow_id = ? ORDER BY slot"

  let workspace: WorkspaceID
  let workflow: WorkflowID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(workflow)
  }

  static func decode(_ row: inout RowReader) throws -> StaticDatum {
    StaticDatum(slot: row.text(), value: row.bytes())
  }
}

/// Replaces what is in a slot; nothing where the workflow is gone.
struct KeepStaticData: FixedSQLStatement {
  static let sql = """
    INSERT INTO static_data (workspace_id, workflow_id, slot, value)
    SELECT workspace_id, id, ?, ? FROM workflows WHERE workspace_id = ? AND id = ?
    ON CONFLICT DO UPDATE SET value = excluded.value
    """

  let workspace: WorkspaceID
  let workflow: WorkflowID
  let datum: StaticDatum

  func bind(to values: inout Binder) {
    values.add(datum.slot)
    values.add(datum.value)
    values.add(workspace)
    values.add(workflow)
  }
}

struct DeleteStaticData: FixedSQLStatement {
  static let sql = "DELETE FROM static_data WHERE workspace_id = ? AND workflow_id = ?"

  let workspace: WorkspaceID
  let workflow: WorkflowID

  func bind(to values: inout Binder) {
    values.add(workspace)
    values.add(workflow)
  }
}

public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteStaticDataStore: StaticDataStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func staticData(
    in slots: [String], of workflow: WorkflowID, in workspace: WorkspaceID
  ) async throws(PortError) -> [StaticDatum] {
    try await database.read { connection in
      try slots.compactMap { slot in
        try connection.first(FindStaticData(workspace: workspace, workflow: workflow, slot: slot))
      }
    }
  }
}

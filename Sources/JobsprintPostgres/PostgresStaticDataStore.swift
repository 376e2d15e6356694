public import JobsprintDomain
public import JobsprintPorts

public struct PostgresStaticDataStore: StaticDataStore {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func staticData(
    in slots: [String], of workflow: WorkflowID, in workspace: WorkspaceID
  ) async throws(PortError) -> [StaticDatum] {
    try await storage.read(FindStaticData(workspace: workspace, workflow: workflow, slots: slots), in: [workspace])
  }
}

public import JobsprintDomain
public import JobsprintPorts

public struct MemoryStaticDataStore: StaticDataStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func staticData(
    in slots: [String], of workflow: WorkflowID, in workspace: WorkspaceID
  ) async throws(PortError) -> [StaticDatum] {
    store.withState { state in
      let kept = state.staticData[MemoryState.Key(workspace: workspace, id: workflow)] ?? [:]
      return slots.compactMap { slot in kept[slot].map { StaticDatum(slot: slot, value: $0) } }
    }
  }
}

public import JobsprintDomain
public import JobsprintPorts

public struct MemoryVariableStore: VariableStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func create(
    _ variable: Variable, in workspace: WorkspaceID, most: Int, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome? {
    try store.withState { state throws(PortError) in
      if let used = state.used(record.idempotency) { return .replayed(used) }
      guard state.variables.keys.count(where: { $0.workspace == workspace }) < most else { return nil }
      guard state.holder(ofKey: variable.key, in: workspace) == nil else { return .nameTaken }
      try state.note(record)
      state.variables[MemoryState.Key(workspace: workspace, id: variable.id)] = variable
      return .created
    }
  }

  public func update(
    _ id: VariableID, key: String, value: String, in workspace: WorkspaceID, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<Variable> {
    try store.withState { state throws(PortError) in
      let place = MemoryState.Key(workspace: workspace, id: id)
      guard var variable = state.variables[place] else { return .notFound }
      if let holder = state.holder(ofKey: key, in: workspace), holder != id { return .nameTaken }
      try state.note(record)
      variable.key = key
      variable.value = value
      variable.updatedAt = time
      state.variables[place] = variable
      return .updated(variable)
    }
  }

  public func delete(
    _ id: VariableID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> Variable? {
    try store.withState { state throws(PortError) in
      let place = MemoryState.Key(workspace: workspace, id: id)
      guard let variable = state.variables[place] else { return nil }
      try state.note(record)
      state.variables[place] = nil
      return variable
    }
  }

  public func variables(
    in workspace: WorkspaceID, onlyEmpty: Bool, page: PageRequest<VariableID>
  ) async throws(PortError) -> Page<Variable> {
    store.withState { state in
      let variables = state.variables.filter { $0.key.workspace == workspace }.values
        .filter { !onlyEmpty || $0.value.isEmpty }.sorted { $0.id < $1.id }
      return Page(variables, of: page, key: \.id, isBehind: >)
    }
  }

  public func current(in workspace: WorkspaceID) async throws(PortError) -> [Variable] {
    store.withState { state in
      state.variables.filter { $0.key.workspace == workspace }.values.sorted { $0.id < $1.id }
    }
  }
}

extension MemoryState {
  fileprivate func holder(ofKey key: String, in workspace: WorkspaceID) -> VariableID? {
    let wanted = TextKey(key, in: workspace)
    return variables.first { TextKey($0.value.key, in: $0.key.workspace) == wanted }?.key.id
  }
}

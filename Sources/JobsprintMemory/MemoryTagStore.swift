public import JobsprintDomain
public import JobsprintPorts

public struct MemoryTagStore: TagStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func create(
    _ tag: Tag, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome {
    try store.withState { state throws(PortError) in
      if let used = state.used(record.idempotency) { return .replayed(used) }
      guard state.holder(of: tag.name, in: workspace) == nil else { return .nameTaken }
      let key = MemoryState.Key(workspace: workspace, id: tag.id)
      guard state.tags[key] == nil else { throw PortError(.refused, "The tag \(tag.id) exists.") }
      try state.note(record)
      state.tags[key] = tag
      return .created
    }
  }

  public func tag(_ id: TagID, in workspace: WorkspaceID) async throws(PortError) -> Tag? {
    store.withState { state in state.tags[MemoryState.Key(workspace: workspace, id: id)] }
  }

  public func rename(
    _ id: TagID, to name: String, in workspace: WorkspaceID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<Tag> {
    try store.withState { state throws(PortError) in
      let key = MemoryState.Key(workspace: workspace, id: id)
      guard var tag = state.tags[key] else { return .notFound }
      if let holder = state.holder(of: name, in: workspace), holder != id { return .nameTaken }
      try state.note(record)
      tag.name = name
      tag.updatedAt = time
      state.tags[key] = tag
      return .updated(tag)
    }
  }

  public func delete(
    _ id: TagID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> Tag? {
    try store.withState { state throws(PortError) in
      let key = MemoryState.Key(workspace: workspace, id: id)
      guard let tag = state.tags[key] else { return nil }
      try state.note(record)
      state.tags[key] = nil
      for key in state.workflowTags.keys where key.workspace == workspace { state.workflowTags[key]?.remove(id) }
      for execution in state.executionTags.keys { state.executionTags[execution]?.remove(id) }
      return tag
    }
  }

  public func tags(in workspace: WorkspaceID, page: PageRequest<TagID>) async throws(PortError) -> Page<Tag> {
    store.withState { state in
      let tags = state.tags.filter { $0.key.workspace == workspace }.values.sorted { $0.id < $1.id }
      return Page(tags, of: page, key: \.id, isBehind: >)
    }
  }
}

extension MemoryState {
  /// Those of a workspace, oldest first.
  func tags(_ ids: Set<TagID>, in workspace: WorkspaceID) -> [Tag] {
    ids.compactMap { tags[Key(workspace: workspace, id: $0)] }.sorted { $0.id < $1.id }
  }

  fileprivate func holder(of name: String, in workspace: WorkspaceID) -> TagID? {
    let wanted = TextKey(name, in: workspace)
    return tags.first { TextKey($0.value.name, in: $0.key.workspace) == wanted }?.key.id
  }
}

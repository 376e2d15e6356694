public import JobsprintDomain
public import JobsprintPorts

public struct MemoryWorkflowStore: WorkflowStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func create(
    _ workflow: StoredWorkflow, idempotency: IdempotencyRecord?
  ) async throws(PortError) -> CreateOutcome {
    try store.withState { state throws(PortError) in
      if let used = state.used(idempotency) { return .replayed(used) }
      let key = MemoryState.Key(workspace: workflow.workspace, id: workflow.id)
      guard state.workflows[key] == nil else { throw PortError(.refused, "The workflow \(workflow.id) exists.") }
      try state.insert(
        StoredVersion(
          id: workflow.version, workflow: workflow.id, name: workflow.name, document: workflow.document,
          createdAt: workflow.createdAt),
        in: workflow.workspace)
      var bare = workflow
      bare.tags = []
      state.workflows[key] = bare
      state.workflowTags[key] = Set(workflow.tags.map(\.id))
      state.keep(idempotency)
      return .created
    }
  }

  public func workflow(_ id: WorkflowID, in workspace: WorkspaceID) async throws(PortError) -> StoredWorkflow? {
    store.withState { state in state.workflow(id, in: workspace) }
  }

  public func update(
    _ id: WorkflowID, in workspace: WorkspaceID, with change: WorkflowChange, ifMatch: VersionID?
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    try store.withState { state throws(PortError) in
      guard let workflow = state.workflow(id, in: workspace) else { return .notFound }
      if let ifMatch, ifMatch != workflow.version { return .changed(workflow) }
      try state.insert(
        StoredVersion(
          id: change.version, workflow: id, name: change.name, document: change.document, createdAt: change.at),
        in: workspace)
      return state.change(id, in: workspace) { workflow in
        workflow.version = change.version
        workflow.name = change.name
        workflow.document = change.document
        workflow.updatedAt = change.at
        if change.activates, workflow.activeVersion != nil { workflow.activeVersion = change.version }
      }.map { .updated($0) } ?? .notFound
    }
  }

  public func setActive(
    _ isActive: Bool, version: VersionID?, of id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp
  ) async throws(PortError) -> StoredWorkflow? {
    store.withState { state in
      if isActive, let version {
        guard state.versions[MemoryState.Key(workspace: workspace, id: version)]?.workflow == id else { return nil }
      }
      return state.change(id, in: workspace) { workflow in
        workflow.activeVersion = isActive ? version ?? workflow.version : nil
        workflow.updatedAt = time
      }
    }
  }

  public func setArchived(
    _ isArchived: Bool, of id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp
  ) async throws(PortError) -> StoredWorkflow? {
    store.withState { state in
      state.change(id, in: workspace) { workflow in
        workflow.isArchived = isArchived
        if isArchived { workflow.activeVersion = nil }
        workflow.updatedAt = time
      }
    }
  }

  public func setTags(
    _ tags: [TagID], of id: WorkflowID, in workspace: WorkspaceID
  ) async throws(PortError) -> [Tag]? {
    store.withState { state in
      let key = MemoryState.Key(workspace: workspace, id: id)
      guard state.workflows[key] != nil,
        tags.allSatisfy({ state.tags[MemoryState.Key(workspace: workspace, id: $0)] != nil })
      else { return nil }
      state.workflowTags[key] = Set(tags)
      return state.tags(of: key)
    }
  }

  public func delete(_ id: WorkflowID, in workspace: WorkspaceID) async throws(PortError) -> StoredWorkflow? {
    store.withState { state in
      let workflow = state.workflow(id, in: workspace)
      let key = MemoryState.Key(workspace: workspace, id: id)
      // Its versions stay out of sight: executions that are under way go on with them.
      state.workflows[key] = nil
      state.workflowTags[key] = nil
      return workflow
    }
  }

  public func workflows(
    matching filter: WorkflowFilter, in workspace: WorkspaceID, page: PageRequest<WorkflowID>
  ) async throws(PortError) -> Page<StoredWorkflow> {
    store.withState { state in
      let matching = state.workflows.keys.filter { $0.workspace == workspace }
        .compactMap { state.workflow($0.id, in: workspace) }.filter { filter.matches($0) }
      return Page(matching.sorted { $0.id > $1.id }, of: page, key: \.id, isBehind: <) { $0.document.count }
    }
  }

  public func version(_ id: VersionID, in workspace: WorkspaceID) async throws(PortError) -> StoredVersion? {
    store.withState { state in state.versions[MemoryState.Key(workspace: workspace, id: id)] }
  }

  public func versions(
    of id: WorkflowID, in workspace: WorkspaceID, page: PageRequest<VersionID>
  ) async throws(PortError) -> Page<StoredVersion> {
    store.withState { state in
      guard state.workflows[MemoryState.Key(workspace: workspace, id: id)] != nil else {
        return Page(elements: [], hasMore: false)
      }
      let versions = state.versions.filter { $0.key.workspace == workspace && $0.value.workflow == id }.values
      return Page(versions.sorted { $0.id > $1.id }, of: page, key: \.id, isBehind: <) { $0.document.count }
    }
  }
}

extension MemoryState {
  /// A workflow with its tags.
  fileprivate func workflow(_ id: WorkflowID, in workspace: WorkspaceID) -> StoredWorkflow? {
    let key = Key(workspace: workspace, id: id)
    guard var workflow = workflows[key] else { return nil }
    workflow.tags = tags(of: key)
    return workflow
  }

  /// Oldest first.
  fileprivate func tags(of workflow: Key<WorkflowID>) -> [Tag] {
    (workflowTags[workflow] ?? []).compactMap { tags[Key(workspace: workflow.workspace, id: $0)] }
      .sorted { $0.id < $1.id }
  }

  fileprivate mutating func insert(_ version: StoredVersion, in workspace: WorkspaceID) throws(PortError) {
    let key = Key(workspace: workspace, id: version.id)
    guard versions[key] == nil else { throw PortError(.refused, "The version \(version.id) exists.") }
    versions[key] = version
  }

  fileprivate mutating func change(
    _ id: WorkflowID, in workspace: WorkspaceID, _ change: (inout StoredWorkflow) -> Void
  ) -> StoredWorkflow? {
    let key = Key(workspace: workspace, id: id)
    guard var workflow = workflows[key] else { return nil }
    change(&workflow)
    workflows[key] = workflow
    return self.workflow(id, in: workspace)
  }
}

extension WorkflowFilter {
  fileprivate func matches(_ workflow: StoredWorkflow) -> Bool {
    if let isActive, isActive != (workflow.activeVersion != nil) { return false }
    if let name, !name.utf8.elementsEqual(workflow.name.utf8) { return false }
    guard tags.allSatisfy({ wanted in workflow.tags.contains { $0.name.utf8.elementsEqual(wanted.utf8) } }) else {
      return false
    }
    guard let text else { return true }
    let there = Self.words(workflow.name) + Self.words(String(decoding: workflow.document, as: UTF8.self))
    return Self.words(text).allSatisfy { word in there.contains { $0.hasPrefix(word) } }
  }

  /// Runs of letters and digits, in lower case.
  private static func words(_ text: String) -> [String] {
    text.unicodeScalars.split { !$0.properties.isAlphabetic && $0.properties.numericType == nil }
      .map { String($0).lowercased() }
  }
}

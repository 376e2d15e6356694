public import JobsprintDomain
public import JobsprintPorts

public struct MemoryWorkflowStore: WorkflowStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func create(
    _ workflow: StoredWorkflow, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome {
    try store.withState { state throws(PortError) in
      if let used = state.used(record.idempotency) { return .replayed(used) }
      let key = MemoryState.Key(workspace: workflow.workspace, id: workflow.id)
      guard state.workflows[key] == nil else { throw PortError(.refused, "The workflow \(workflow.id) exists.") }
      try state.refuseDuplicate(of: workflow.version, in: workflow.workspace)
      try state.note(record)
      state.insert(
        StoredVersion(
          id: workflow.version, workflow: workflow.id, name: workflow.name, document: workflow.document,
          createdAt: workflow.createdAt),
        in: workflow.workspace)
      var bare = workflow
      bare.tags = []
      state.workflows[key] = bare
      state.workflowTags[key] = Set(workflow.tags.map(\.id))
      return .created
    }
  }

  public func workflow(_ id: WorkflowID, in workspace: WorkspaceID) async throws(PortError) -> StoredWorkflow? {
    store.withState { state in state.workflow(id, in: workspace) }
  }

  public func update(
    _ id: WorkflowID, in workspace: WorkspaceID, with change: WorkflowChange, ifMatch: WorkflowRevision?,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    try store.withState { state throws(PortError) in
      try state.refuseDuplicate(of: change.version, in: workspace)
      let outcome = try state.change(id, in: workspace, at: change.at, ifMatch: ifMatch, recording: record) {
        workflow in
        workflow.version = change.version
        workflow.name = change.name
        workflow.document = change.document
        if change.activates, workflow.activeVersion != nil { workflow.activeVersion = change.version }
      }
      guard case .updated = outcome else { return outcome }
      state.insert(
        StoredVersion(
          id: change.version, workflow: id, name: change.name, document: change.document, createdAt: change.at),
        in: workspace)
      return outcome
    }
  }

  public func setActive(
    _ isActive: Bool, version: VersionID?, of id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp,
    ifMatch: WorkflowRevision?, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    try store.withState { state throws(PortError) in
      if isActive, let version {
        guard state.versions[MemoryState.Key(workspace: workspace, id: version)]?.workflow == id else {
          return .notFound
        }
      }
      return try state.change(id, in: workspace, at: time, ifMatch: ifMatch, recording: record) { workflow in
        workflow.activeVersion = isActive ? version ?? workflow.version : nil
      }
    }
  }

  public func setArchived(
    _ isArchived: Bool, of id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp,
    ifMatch: WorkflowRevision?, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    try store.withState { state throws(PortError) in
      try state.change(id, in: workspace, at: time, ifMatch: ifMatch, recording: record) { workflow in
        workflow.isArchived = isArchived
        if isArchived { workflow.activeVersion = nil }
      }
    }
  }

  public func setTags(
    _ tags: [TagID], of id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp, ifMatch: WorkflowRevision?,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    try store.withState { state throws(PortError) in
      guard tags.allSatisfy({ state.tags[MemoryState.Key(workspace: workspace, id: $0)] != nil }) else {
        return .notFound
      }
      let outcome = try state.change(id, in: workspace, at: time, ifMatch: ifMatch, recording: record) { _ in }
      guard case .updated(var workflow) = outcome else { return outcome }
      let key = MemoryState.Key(workspace: workspace, id: id)
      state.workflowTags[key] = Set(tags)
      workflow.tags = state.tags(of: key)
      return .updated(workflow)
    }
  }

  public func delete(
    _ id: WorkflowID, in workspace: WorkspaceID, ifMatch: WorkflowRevision?, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    try store.withState { state throws(PortError) in
      guard let workflow = state.workflow(id, in: workspace) else { return .notFound }
      if let ifMatch, ifMatch != workflow.revision { return .changed(workflow) }
      try state.note(record)
      let key = MemoryState.Key(workspace: workspace, id: id)
      // Its versions stay out of sight: executions that are under way go on with them.
      state.workflows[key] = nil
      state.workflowTags[key] = nil
      state.staticData[key] = nil
      return .updated(workflow)
    }
  }

  public func workflows(
    matching filter: WorkflowFilter, in workspace: WorkspaceID, page: PageRequest<WorkflowID>
  ) async throws(PortError) -> Page<StoredWorkflow> {
    store.withState { state in
      let matching = state.workflows.keys.filter { $0.workspace == workspace }
        .compactMap { state.workflow($0.id, in: workspace) }.filter { filter.matches($0) }
      return Page(newestFirst: matching, of: page, key: \.id) { $0.document.count }
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
    tags(workflowTags[workflow] ?? [], in: workflow.workspace)
  }

  fileprivate func refuseDuplicate(of version: VersionID, in workspace: WorkspaceID) throws(PortError) {
    guard versions[Key(workspace: workspace, id: version)] == nil else {
      throw PortError(.refused, "The version \(version) exists.")
    }
  }

  fileprivate mutating func insert(_ version: StoredVersion, in workspace: WorkspaceID) {
    versions[Key(workspace: workspace, id: version.id)] = version
  }

  fileprivate mutating func change(
    _ id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp, ifMatch: WorkflowRevision?,
    recording record: ChangeRecord, _ change: (inout StoredWorkflow) -> Void
  ) throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    let key = Key(workspace: workspace, id: id)
    guard var workflow = workflows[key] else { return .notFound }
    if let ifMatch, ifMatch != workflow.revision { return .changed(self.workflow(id, in: workspace) ?? workflow) }
    try note(record)
    workflow.touch(at: time)
    change(&workflow)
    workflows[key] = workflow
    return .updated(self.workflow(id, in: workspace) ?? workflow)
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
    return Words(of: [workflow.name, String(decoding: workflow.document, as: UTF8.self)]).match(text)
  }
}

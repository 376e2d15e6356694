public import JobsprintDomain
public import JobsprintPorts
import Postgres

public struct PostgresWorkflowStore: WorkflowStore {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func create(
    _ workflow: StoredWorkflow, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome {
    try await storage.write(in: [workflow.workspace]) { transaction in
      try await transaction.note(record) { CreateOutcome.replayed($0) }
      try await transaction.run(
        InsertVersion(
          workspace: workflow.workspace,
          version: StoredVersion(
            id: workflow.version, workflow: workflow.id, name: workflow.name, document: workflow.document,
            createdAt: workflow.createdAt)))
      try await transaction.run(InsertWorkflow(workflow: workflow))
      try await transaction.run(IndexWorkflow(workflow: workflow))
      if !workflow.tags.isEmpty {
        try await transaction.run(
          AddWorkflowTags(workspace: workflow.workspace, workflow: workflow.id, tags: workflow.tags.map(\.id)))
      }
      return CreateOutcome.created
    }
  }

  public func workflow(_ id: WorkflowID, in workspace: WorkspaceID) async throws(PortError) -> StoredWorkflow? {
    try await storage.attempt {
      var pipeline = PostgresPipeline()
      let workflow = try pipeline.add(FindWorkflow(id: id, workspace: workspace))
      let tags = try pipeline.add(ListWorkflowTags(workspace: workspace, workflows: [id]))
      let results = try await storage.snapshot(pipeline, in: workspace)
      var found = try results.decode(workflow).first
      found?.tags = try results.decode(tags).map(\.tag)
      return found
    }
  }

  public func update(
    _ id: WorkflowID, in workspace: WorkspaceID, with change: WorkflowChange, ifMatch: WorkflowRevision?,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    try await storage.write(in: [workspace]) { transaction in
      guard var workflow = try await transaction.workflow(id, in: workspace) else {
        return UpdateOutcome<StoredWorkflow>.notFound
      }
      if let ifMatch, ifMatch != workflow.revision { return .changed(workflow) }
      workflow.version = change.version
      workflow.name = change.name
      workflow.document = change.document
      workflow.touch(at: change.at)
      if change.activates, workflow.activeVersion != nil { workflow.activeVersion = change.version }
      try await transaction.run(
        InsertVersion(
          workspace: workspace,
          version: StoredVersion(
            id: change.version, workflow: id, name: change.name, document: change.document, createdAt: change.at)))
      try await transaction.run(UpdateWorkflow(workflow: workflow))
      try await transaction.run(IndexWorkflow(workflow: workflow))
      try await transaction.note(record)
      return .updated(workflow)
    }
  }

  public func setActive(
    _ isActive: Bool, version: VersionID?, of id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp,
    ifMatch: WorkflowRevision?, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    try await storage.write(in: [workspace]) { transaction in
      guard var workflow = try await transaction.workflow(id, in: workspace) else {
        return UpdateOutcome<StoredWorkflow>.notFound
      }
      if let ifMatch, ifMatch != workflow.revision { return .changed(workflow) }
      if isActive, let version {
        let wanted = try await transaction.first(FindVersion(id: version, workspace: workspace))
        guard wanted?.workflow == id else { return .notFound }
      }
      workflow.activeVersion = isActive ? version ?? workflow.version : nil
      workflow.touch(at: time)
      try await transaction.run(UpdateWorkflow(workflow: workflow))
      try await transaction.note(record)
      return .updated(workflow)
    }
  }

  public func setArchived(
    _ isArchived: Bool, of id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp,
    ifMatch: WorkflowRevision?, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    try await storage.write(in: [workspace]) { transaction in
      guard var workflow = try await transaction.workflow(id, in: workspace) else {
        return UpdateOutcome<StoredWorkflow>.notFound
      }
      if let ifMatch, ifMatch != workflow.revision { return .changed(workflow) }
      workflow.isArchived = isArchived
      if isArchived { workflow.activeVersion = nil }
      workflow.touch(at: time)
      try await transaction.run(UpdateWorkflow(workflow: workflow))
      try await transaction.note(record)
      return .updated(workflow)
    }
  }

  public func setTags(
    _ tags: [TagID], of id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp, ifMatch: WorkflowRevision?,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    let wanted = Set(tags)
    return try await storage.write(in: [workspace]) { transaction in
      guard var workflow = try await transaction.workflow(id, in: workspace),
        try await transaction.all(LockTags(workspace: workspace, tags: Array(wanted))).count == wanted.count
      else { return UpdateOutcome<StoredWorkflow>.notFound }
      if let ifMatch, ifMatch != workflow.revision { return .changed(workflow) }
      workflow.touch(at: time)
      try await transaction.run(UpdateWorkflow(workflow: workflow))
      try await transaction.run(ClearWorkflowTags(workspace: workspace, workflow: id))
      try await transaction.run(AddWorkflowTags(workspace: workspace, workflow: id, tags: Array(wanted)))
      try await transaction.note(record)
      workflow.tags = try await transaction.all(ListWorkflowTags(workspace: workspace, workflows: [id])).map(\.tag)
      return .updated(workflow)
    }
  }

  public func delete(
    _ id: WorkflowID, in workspace: WorkspaceID, ifMatch: WorkflowRevision?, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    try await storage.write(in: [workspace]) { transaction in
      guard let workflow = try await transaction.workflow(id, in: workspace) else {
        return UpdateOutcome<StoredWorkflow>.notFound
      }
      if let ifMatch, ifMatch != workflow.revision { return .changed(workflow) }
      // Its versions stay out of sight: executions that are under way go on with them.
      try await transaction.run(DeleteWorkflow(workspace: workspace, id: id))
      try await transaction.note(record)
      return .updated(workflow)
    }
  }

  public func workflows(
    matching filter: WorkflowFilter, in workspace: WorkspaceID, page: PageRequest<WorkflowID>
  ) async throws(PortError) -> Page<StoredWorkflow> {
    let found = Page(
      rows: try await storage.list(in: workspace, ListWorkflows.decode) {
        try ListWorkflows(filter: filter, workspace: workspace, page: page).command()
      })
    guard !found.elements.isEmpty else { return found }
    var tags: [WorkflowID: [Tag]] = [:]
    let links = try await storage.read(
      ListWorkflowTags(workspace: workspace, workflows: found.elements.map(\.id)), in: [workspace])
    for (workflow, tag) in links { tags[workflow, default: []].append(tag) }
    var elements = found.elements
    for place in elements.indices { elements[place].tags = tags[elements[place].id] ?? [] }
    return Page(elements: elements, hasMore: found.hasMore)
  }

  public func version(_ id: VersionID, in workspace: WorkspaceID) async throws(PortError) -> StoredVersion? {
    try await storage.read(FindVersion(id: id, workspace: workspace), in: [workspace]).first
  }

  public func versions(
    of id: WorkflowID, in workspace: WorkspaceID, page: PageRequest<VersionID>
  ) async throws(PortError) -> Page<StoredVersion> {
    Page(
      rows: try await storage.list(in: workspace, ListVersions.decode) {
        try ListVersions(workflow: id, workspace: workspace, page: page).command()
      })
  }
}

extension StorageTransaction {
  /// A workflow with its tags, locked.
  fileprivate func workflow(_ id: WorkflowID, in workspace: WorkspaceID) async throws -> StoredWorkflow? {
    guard try await first(LockWorkflow(id: id, workspace: workspace)) != nil else { return nil }
    var workflow = try await first(FindWorkflow(id: id, workspace: workspace))
    workflow?.tags = try await all(ListWorkflowTags(workspace: workspace, workflows: [id])).map(\.tag)
    return workflow
  }
}

public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteWorkflowStore: WorkflowStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func create(
    _ workflow: StoredWorkflow, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome {
    try await database.write { connection in
      if let used = try connection.used(record.idempotency) { return .replayed(used) }
      try connection.run(
        InsertVersion(
          workspace: workflow.workspace,
          version: StoredVersion(
            id: workflow.version, workflow: workflow.id, name: workflow.name, document: workflow.document,
            createdAt: workflow.createdAt)))
      try connection.run(InsertWorkflow(workflow: workflow))
      try connection.run(IndexWorkflow(workspace: workflow.workspace, id: workflow.id))
      for tag in workflow.tags {
        try connection.run(AddWorkflowTag(workspace: workflow.workspace, workflow: workflow.id, tag: tag.id))
      }
      try connection.note(record)
      return .created
    }
  }

  public func workflow(_ id: WorkflowID, in workspace: WorkspaceID) async throws(PortError) -> StoredWorkflow? {
    try await database.read { try $0.workflow(id, in: workspace) }
  }

  public func update(
    _ id: WorkflowID, in workspace: WorkspaceID, with change: WorkflowChange, ifMatch: WorkflowRevision?,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    try await database.write { connection in
      guard var workflow = try connection.workflow(id, in: workspace) else { return .notFound }
      if let ifMatch, ifMatch != workflow.revision { return .changed(workflow) }
      try connection.run(UnindexWorkflow(workspace: workspace, id: id))
      try connection.run(
        InsertVersion(
          workspace: workspace,
          version: StoredVersion(
            id: change.version, workflow: id, name: change.name, document: change.document, createdAt: change.at)))
      workflow.version = change.version
      workflow.name = change.name
      workflow.document = change.document
      workflow.touch(at: change.at)
      if change.activates, workflow.activeVersion != nil { workflow.activeVersion = change.version }
      try connection.run(UpdateWorkflow(workflow: workflow))
      try connection.run(IndexWorkflow(workspace: workspace, id: id))
      try connection.note(record)
      return .updated(workflow)
    }
  }

  public func setActive(
    _ isActive: Bool, version: VersionID?, of id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp,
    ifMatch: WorkflowRevision?, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    try await database.write { connection in
      guard var workflow = try connection.workflow(id, in: workspace) else { return .notFound }
      if let ifMatch, ifMatch != workflow.revision { return .changed(workflow) }
      if isActive, let version {
        guard try connection.first(FindVersion(id: version, workspace: workspace))?.workflow == id else {
          return .notFound
        }
      }
      workflow.activeVersion = isActive ? version ?? workflow.version : nil
      workflow.touch(at: time)
      try connection.run(UpdateWorkflow(workflow: workflow))
      try connection.note(record)
      return .updated(workflow)
    }
  }

  public func setArchived(
    _ isArchived: Bool, of id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp,
    ifMatch: WorkflowRevision?, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    try await database.write { connection in
      guard var workflow = try connection.workflow(id, in: workspace) else { return .notFound }
      if let ifMatch, ifMatch != workflow.revision { return .changed(workflow) }
      workflow.isArchived = isArchived
      if isArchived { workflow.activeVersion = nil }
      workflow.touch(at: time)
      try connection.run(UpdateWorkflow(workflow: workflow))
      try connection.note(record)
      return .updated(workflow)
    }
  }

  public func setTags(
    _ tags: [TagID], of id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp, ifMatch: WorkflowRevision?,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    try await database.write { connection in
      guard var workflow = try connection.workflow(id, in: workspace) else { return .notFound }
      if let ifMatch, ifMatch != workflow.revision { return .changed(workflow) }
      for tag in tags where try connection.first(FindTag(workspace: workspace, id: tag)) == nil { return .notFound }
      workflow.touch(at: time)
      try connection.run(UpdateWorkflow(workflow: workflow))
      try connection.run(ClearWorkflowTags(workspace: workspace, workflow: id))
      for tag in tags { try connection.run(AddWorkflowTag(workspace: workspace, workflow: id, tag: tag)) }
      try connection.note(record)
      workflow.tags = try connection.all(ListWorkflowTags(workspace: workspace, workflow: id))
      return .updated(workflow)
    }
  }

  public func delete(
    _ id: WorkflowID, in workspace: WorkspaceID, ifMatch: WorkflowRevision?, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredWorkflow> {
    try await database.write { connection in
      guard let workflow = try connection.workflow(id, in: workspace) else { return .notFound }
      if let ifMatch, ifMatch != workflow.revision { return .changed(workflow) }
      try connection.run(UnindexWorkflow(workspace: workspace, id: id))
      try connection.run(ClearWorkflowTags(workspace: workspace, workflow: id))
      try connection.run(DeleteStaticData(workspace: workspace, workflow: id))
      // Its versions stay out of sight: executions that are under way go on with them.
      try connection.run(DeleteWorkflow(workspace: workspace, id: id))
      try connection.note(record)
      return .updated(workflow)
    }
  }

  public func workflows(
    matching filter: WorkflowFilter, in workspace: WorkspaceID, page: PageRequest<WorkflowID>
  ) async throws(PortError) -> Page<StoredWorkflow> {
    try await database.read { connection in
      let found = try connection.page(
        ListWorkflows(filter: filter, workspace: workspace, page: page), of: page
      ) { $0.document.count }
      var rows = found.elements
      for place in rows.indices {
        rows[place].tags = try connection.all(ListWorkflowTags(workspace: workspace, workflow: rows[place].id))
      }
      return Page(elements: rows, hasMore: found.hasMore)
    }
  }

  public func version(_ id: VersionID, in workspace: WorkspaceID) async throws(PortError) -> StoredVersion? {
    try await database.read { try $0.first(FindVersion(id: id, workspace: workspace)) }
  }

  public func versions(
    of id: WorkflowID, in workspace: WorkspaceID, page: PageRequest<VersionID>
  ) async throws(PortError) -> Page<StoredVersion> {
    try await database.read { connection in
      try connection.page(
        ListVersions(workflow: id, workspace: workspace, after: page.after, limit: page.limitAndOne), of: page
      ) { $0.document.count }
    }
  }
}

extension Connection {
  /// A workflow with its tags.
  func workflow(_ id: WorkflowID, in workspace: WorkspaceID) throws -> StoredWorkflow? {
    guard var workflow = try first(FindWorkflow(id: id, workspace: workspace)) else { return nil }
    workflow.tags = try all(ListWorkflowTags(workspace: workspace, workflow: id))
    return workflow
  }
}

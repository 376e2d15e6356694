public import JobsprintDomain
public import JobsprintPorts

/// Changing tags, and which workflows and executions carry them.
public struct TagEditor: Sendable {
  private let tags: any TagStore
  private let workflows: any WorkflowStore
  private let executions: any ExecutionStore
  private let clock: any WallClock
  private let ids: IdentifierSource
  private let note: ChangeNote

  public init(
    tags: any TagStore, workflows: any WorkflowStore, executions: any ExecutionStore, clock: any WallClock,
    ids: IdentifierSource
  ) {
    self.tags = tags
    self.workflows = workflows
    self.executions = executions
    self.clock = clock
    self.ids = ids
    note = ChangeNote(clock: clock, ids: ids)
  }

  public func create(
    name: String, by caller: Caller, idempotency: IdempotencyRequest<Tag>? = nil
  ) async throws(RuntimeError) -> Creation<Tag> {
    let now = clock.now
    let tag = Tag(id: ids.next(), name: name, createdAt: now, updatedAt: now)
    let record = note.record(
      .tagCreated, of: tag.id, by: caller, ["name": .string(name)],
      idempotency: idempotency.map { $0.record(for: tag, in: caller.workspace, at: now) })
    let outcome = try await onStore { () async throws(PortError) in
      try await tags.create(tag, in: caller.workspace, recording: record)
    }
    switch outcome {
    case .created: return .created(tag)
    case .replayed(let kept): return try kept.replay(for: idempotency?.fingerprint)
    case .nameTaken: throw nameTaken(name)
    }
  }

  public func rename(_ id: TagID, to name: String, by caller: Caller) async throws(RuntimeError) -> Tag {
    let time = clock.now
    let record = note.record(.tagRenamed, of: id, by: caller, ["name": .string(name)])
    let outcome = try await onStore { () async throws(PortError) in
      try await tags.rename(id, to: name, in: caller.workspace, at: time, recording: record)
    }
    switch outcome {
    case .updated(let tag), .changed(let tag): return tag
    case .notFound: throw notFound(id)
    case .nameTaken: throw nameTaken(name)
    }
  }

  public func delete(_ id: TagID, by caller: Caller) async throws(RuntimeError) -> Tag {
    let record = note.record(.tagDeleted, of: id, by: caller)
    let removed = try await onStore { () async throws(PortError) in
      try await tags.delete(id, in: caller.workspace, recording: record)
    }
    guard let removed else { throw notFound(id) }
    return removed
  }

  /// Replaces the tags of a workflow.
  public func setTags(
    _ ids: [TagID], of workflow: WorkflowID, by caller: Caller, ifMatch: WorkflowRevision? = nil
  ) async throws(RuntimeError) -> StoredWorkflow {
    let time = clock.now
    let record = note.record(
      .workflowTagged, of: workflow, by: caller, ["tags": .array(ids.map { .string("\($0)") })])
    let outcome = try await onStore { () async throws(PortError) in
      try await workflows.setTags(
        ids, of: workflow, in: caller.workspace, at: time, ifMatch: ifMatch, recording: record)
    }
    if case .notFound = outcome {
      let exists = try await onStore { () async throws(PortError) in
        try await workflows.workflow(workflow, in: caller.workspace) != nil
      }
      if exists { throw Self.oneNotFound }
    }
    return try WorkflowEditor.changed(outcome, workflow)
  }

  /// Replaces the tags of an execution.
  public func setTags(
    _ ids: [TagID], of execution: ExecutionID, by caller: Caller
  ) async throws(RuntimeError) -> [Tag] {
    let record = note.record(
      .executionTagged, of: execution, by: caller, ["tags": .array(ids.map { .string("\($0)") })])
    let tags = try await onStore { () async throws(PortError) in
      try await executions.setTags(ids, of: execution, in: caller.workspace, recording: record)
    }
    if let tags { return tags }
    let exists = try await onStore { () async throws(PortError) in
      try await executions.execution(execution, in: caller.workspace) != nil
    }
    if exists { throw Self.oneNotFound }
    throw RuntimeError(.executionNotFound, "There is no execution \(execution) in this workspace.")
  }

  private static let oneNotFound = RuntimeError(
    .tagNotFound, "One of these tags does not exist in this workspace; nothing was changed.")

  private func notFound(_ id: TagID) -> RuntimeError {
    RuntimeError(.tagNotFound, "There is no tag \(id) in this workspace.")
  }

  private func nameTaken(_ name: String) -> RuntimeError {
    RuntimeError(.nameTaken, "A tag named '\(name)' exists in this workspace.")
  }
}

public import JobsprintDomain
public import JobsprintPorts

/// Changing tags, and which workflows carry them.
public struct TagEditor: Sendable {
  private let tags: any TagStore
  private let workflows: any WorkflowStore
  private let clock: any WallClock
  private let ids: IdentifierSource

  public init(tags: any TagStore, workflows: any WorkflowStore, clock: any WallClock, ids: IdentifierSource) {
    self.tags = tags
    self.workflows = workflows
    self.clock = clock
    self.ids = ids
  }

  public func create(
    name: String, in workspace: WorkspaceID, idempotency: IdempotencyRequest<Tag>? = nil
  ) async throws(RuntimeError) -> Creation<Tag> {
    let now = clock.now
    let tag = Tag(id: ids.next(), name: name, createdAt: now, updatedAt: now)
    let record = idempotency.map { $0.record(for: tag, in: workspace, at: now) }
    let outcome = try await onStore { () async throws(PortError) in
      try await tags.create(tag, in: workspace, idempotency: record)
    }
    switch outcome {
    case .created: return .created(tag)
    case .replayed(let kept): return try kept.replay(for: idempotency?.fingerprint)
    case .nameTaken: throw nameTaken(name)
    }
  }

  public func rename(_ id: TagID, to name: String, in workspace: WorkspaceID) async throws(RuntimeError) -> Tag {
    let time = clock.now
    let outcome = try await onStore { () async throws(PortError) in
      try await tags.rename(id, to: name, in: workspace, at: time)
    }
    switch outcome {
    case .updated(let tag), .changed(let tag): return tag
    case .notFound: throw notFound(id)
    case .nameTaken: throw nameTaken(name)
    }
  }

  public func delete(_ id: TagID, in workspace: WorkspaceID) async throws(RuntimeError) -> Tag {
    let removed = try await onStore { () async throws(PortError) in try await tags.delete(id, in: workspace) }
    guard let removed else { throw notFound(id) }
    return removed
  }

  /// Replaces the tags of a workflow.
  public func setTags(
    _ ids: [TagID], of workflow: WorkflowID, in workspace: WorkspaceID
  ) async throws(RuntimeError) -> [Tag] {
    let now = try await onStore { () async throws(PortError) in
      try await workflows.setTags(ids, of: workflow, in: workspace)
    }
    if let now { return now }
    let exists = try await onStore { () async throws(PortError) in
      try await workflows.workflow(workflow, in: workspace) != nil
    }
    guard exists else {
      throw RuntimeError(.workflowNotFound, "There is no workflow \(workflow) in this workspace.")
    }
    throw RuntimeError(.tagNotFound, "One of these tags does not exist in this workspace; nothing was changed.")
  }

  private func notFound(_ id: TagID) -> RuntimeError {
    RuntimeError(.tagNotFound, "There is no tag \(id) in this workspace.")
  }

  private func nameTaken(_ name: String) -> RuntimeError {
    RuntimeError(.nameTaken, "A tag named '\(name)' exists in this workspace.")
  }
}

// Changing workflows: every change is a new version, checked before it is stored. Storing tells what would not run
// (warnings); turning on refuses it.

public import JobsprintDomain
public import JobsprintPorts

/// `ifMatch` refuses a change with `workflowChanged` where the workflow is another by then.
public struct WorkflowEditor: Sendable {
  private let store: any WorkflowStore
  private let validator: WorkflowValidator
  private let clock: any WallClock
  private let ids: IdentifierSource
  private let catalog: WorkflowCatalog
  private let note: ChangeNote
  private let isTimeZone: @Sendable (String) -> Bool

  /// - Parameter isTimeZone: whether a name is one.
  public init(
    store: any WorkflowStore, catalog: WorkflowCatalog, library: NodeLibrary, clock: any WallClock,
    ids: IdentifierSource, isTimeZone: @escaping @Sendable (String) -> Bool
  ) {
    self.store = store
    self.catalog = catalog
    validator = WorkflowValidator(library: library)
    self.clock = clock
    self.ids = ids
    note = ChangeNote(clock: clock, ids: ids)
    self.isTimeZone = isTimeZone
  }

  /// What is doubtful in this document, in its order; some of it would keep the workflow from running.
  public func warnings(for document: JSONObject) -> [WorkflowIssue] {
    guard let workflow = try? Workflow(document: document) else { return [] }
    return validator.issues(of: workflow) + WorkflowSettings.issues(in: document, isTimeZone: isTimeZone)
      + RetryPolicy.issues(in: document)
  }

  /// - Parameters:
  ///   - document: n8n's JSON.
  ///   - bytes: the same as it was given; kept as it is.
  public func create(
    _ document: JSONObject, bytes: [UInt8], by caller: Caller,
    idempotency: IdempotencyRequest<StoredWorkflow>? = nil
  ) async throws(RuntimeError) -> Creation<StoredWorkflow> {
    let workflow = try parsed(document)
    let now = clock.now
    let stored = StoredWorkflow(
      id: ids.next(), workspace: caller.workspace, version: ids.next(), name: workflow.name, document: bytes,
      createdAt: now,
      updatedAt: now)
    let record = note.record(
      .workflowCreated, of: stored.id, by: caller,
      ["name": .string(stored.name), "version": .string("\(stored.version)")],
      idempotency: idempotency.map { $0.record(for: stored, in: caller.workspace, at: now) })
    switch try await onStore({ () async throws(PortError) in try await store.create(stored, recording: record) }) {
    case .created: return .created(stored)
    case .replayed(let kept): return try kept.replay(for: idempotency?.fingerprint)
    case .nameTaken: throw RuntimeError(.nameTaken, "A workflow named '\(stored.name)' exists in this workspace.")
    }
  }

  /// Makes the document the newest version; an active workflow goes on with it.
  public func update(
    _ id: WorkflowID, with document: JSONObject, bytes: [UInt8], by caller: Caller, ifMatch: WorkflowRevision? = nil
  ) async throws(RuntimeError) -> StoredWorkflow {
    let workflow = try parsed(document)
    let workspace = caller.workspace
    guard let current = try await onStore({ () async throws(PortError) in try await store.workflow(id, in: workspace) })
    else { throw Self.notFound(id) }
    let isActive = current.activeVersion != nil
    if isActive { try refuseUnlessRunnable(workflow) }
    let change = WorkflowChange(
      version: ids.next(), name: workflow.name, document: bytes, at: clock.now, activates: isActive)
    let record = note.record(
      .workflowUpdated, of: id, by: caller,
      ["name": .string(change.name), "version": .string("\(change.version)")])
    defer { catalog.forget(id, in: workspace) }
    let outcome = try await onStore { () async throws(PortError) in
      try await store.update(id, in: workspace, with: change, ifMatch: ifMatch, recording: record)
    }
    return try Self.changed(outcome, id)
  }

  /// Turns the workflow on, with a version of it or the newest.
  public func activate(
    _ id: WorkflowID, version: VersionID?, by caller: Caller, ifMatch: WorkflowRevision? = nil
  ) async throws(RuntimeError) -> StoredWorkflow {
    let workspace = caller.workspace
    guard let current = try await onStore({ () async throws(PortError) in try await store.workflow(id, in: workspace) })
    else { throw Self.notFound(id) }
    guard !current.isArchived else {
      throw RuntimeError(.workflowArchived, "The workflow is archived. Unarchive it before you activate it.")
    }
    var bytes = current.document
    if let version, version != current.version {
      let stored = try await onStore { () async throws(PortError) in try await store.version(version, in: workspace) }
      guard let stored, stored.workflow == id else {
        throw RuntimeError(.versionNotFound, "The workflow has no version \(version).")
      }
      bytes = stored.document
    }
    try refuseUnlessRunnable(try Workflow(stored: bytes))
    // The one that was checked, not one that may have come meanwhile.
    let checked = version ?? current.version
    let time = clock.now
    let record = note.record(.workflowActivated, of: id, by: caller, ["version": .string("\(checked)")])
    defer { catalog.forget(id, in: workspace) }
    let outcome = try await onStore { () async throws(PortError) in
      try await store.setActive(
        true, version: checked, of: id, in: workspace, at: time, ifMatch: ifMatch, recording: record)
    }
    return try Self.changed(outcome, id)
  }

  public func deactivate(
    _ id: WorkflowID, by caller: Caller, ifMatch: WorkflowRevision? = nil
  ) async throws(RuntimeError) -> StoredWorkflow {
    let time = clock.now
    let record = note.record(.workflowDeactivated, of: id, by: caller)
    defer { catalog.forget(id, in: caller.workspace) }
    let outcome = try await onStore { () async throws(PortError) in
      try await store.setActive(
        false, version: nil, of: id, in: caller.workspace, at: time, ifMatch: ifMatch, recording: record)
    }
    return try Self.changed(outcome, id)
  }

  /// Archiving turns the workflow off, too.
  public func setArchived(
    _ isArchived: Bool, _ id: WorkflowID, by caller: Caller, ifMatch: WorkflowRevision? = nil
  ) async throws(RuntimeError) -> StoredWorkflow {
    let time = clock.now
    let record = note.record(isArchived ? .workflowArchived : .workflowUnarchived, of: id, by: caller)
    defer { catalog.forget(id, in: caller.workspace) }
    let outcome = try await onStore { () async throws(PortError) in
      try await store.setArchived(
        isArchived, of: id, in: caller.workspace, at: time, ifMatch: ifMatch, recording: record)
    }
    return try Self.changed(outcome, id)
  }

  public func delete(
    _ id: WorkflowID, by caller: Caller, ifMatch: WorkflowRevision? = nil
  ) async throws(RuntimeError) -> StoredWorkflow {
    let record = note.record(.workflowDeleted, of: id, by: caller)
    defer { catalog.forget(id, in: caller.workspace) }
    let outcome = try await onStore { () async throws(PortError) in
      try await store.delete(id, in: caller.workspace, ifMatch: ifMatch, recording: record)
    }
    return try Self.changed(outcome, id)
  }

  /// What a change has made of a workflow.
  static func changed(
    _ outcome: UpdateOutcome<StoredWorkflow>, _ id: WorkflowID
  ) throws(RuntimeError) -> StoredWorkflow {
    switch outcome {
    case .updated(let stored): return stored
    case .notFound: throw notFound(id)
    case .changed(let present):
      throw RuntimeError(
        .workflowChanged,
        "The workflow has changed at \(present.updatedAt); its version is \(present.version) now. Read it again, and "
          + "send its ETag as If-Match.")
    case .nameTaken: throw RuntimeError(.nameTaken, "A workflow of that name exists in this workspace.")
    }
  }

  private func parsed(_ document: JSONObject) throws(RuntimeError) -> Workflow {
    if let issue = WorkflowSettings.refusal(of: document) {
      throw RuntimeError(
        .workflowMalformed, "The workflow can't be stored: \(issue.pointer): \(issue.message).", issues: [issue])
    }
    do { return try Workflow(document: document) } catch {
      throw RuntimeError(
        .workflowMalformed, "This is no workflow: \(error.pointer): \(error.message).", issues: [error])
    }
  }

  private func refuseUnlessRunnable(_ workflow: Workflow) throws(RuntimeError) {
    let issues = validator.issues(of: workflow).filter(\.code.blocksExecution)
    guard issues.isEmpty else { throw RuntimeError(notRunnable: issues) }
  }

  private static func notFound(_ id: WorkflowID) -> RuntimeError {
    RuntimeError(.workflowNotFound, "There is no workflow \(id) in this workspace.")
  }
}

extension RuntimeError {
  init(notRunnable issues: [WorkflowIssue]) {
    let first = issues.first.map { " \($0.pointer): \($0.message)." } ?? ""
    self.init(.workflowNotRunnable, "The workflow can't run as it is.\(first)", issues: issues)
  }
}

extension Workflow {
  /// A document from the store, which was checked when it was stored.
  init(stored bytes: [UInt8]) throws(RuntimeError) {
    let document: JSONValue
    do { document = try JSONValue(parsing: bytes) } catch {
      throw RuntimeError(.workflowMalformed, "The stored workflow is no JSON: \(error).")
    }
    do { try self.init(document: document.objectValue ?? [:]) } catch {
      throw RuntimeError(
        .workflowMalformed, "The stored workflow is malformed: \(error.pointer): \(error.message).", issues: [error])
    }
  }
}

extension IdempotencyRequest {
  /// What is kept for the key, once this was created.
  public func record(for created: Created, in workspace: WorkspaceID, at time: Timestamp) -> IdempotencyRecord {
    let answer = answer(created)
    return IdempotencyRecord(
      workspace: workspace, key: key, fingerprint: fingerprint, createdAt: time, status: answer.status,
      response: answer.body)
  }
}

extension IdempotencyRecord {
  /// The kept answer, if the request is the one that it was given to.
  public func replay<Created>(for fingerprint: [UInt8]?) throws(RuntimeError) -> Creation<Created> {
    guard fingerprint == self.fingerprint else {
      throw RuntimeError(
        .idempotencyKeyReused,
        "The Idempotency-Key '\(key)' was used for another request within the last 24 hours. Use a new key.")
    }
    return .replayed(status: status, body: response)
  }
}

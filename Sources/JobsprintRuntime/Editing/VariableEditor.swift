public import JobsprintDomain
public import JobsprintPorts

/// Changing the variables of a workspace.
public struct VariableEditor: Sendable {
  /// Of a workspace: executions that read variables read them all.
  public static let most = 1000

  private let store: any VariableStore
  private let catalog: VariableCatalog
  private let clock: any WallClock
  private let ids: IdentifierSource
  private let note: ChangeNote

  public init(store: any VariableStore, catalog: VariableCatalog, clock: any WallClock, ids: IdentifierSource) {
    self.store = store
    self.catalog = catalog
    self.clock = clock
    self.ids = ids
    note = ChangeNote(clock: clock, ids: ids)
  }

  public func create(
    key: String, value: String, by caller: Caller, idempotency: IdempotencyRequest<Variable>? = nil
  ) async throws(RuntimeError) -> Creation<Variable> {
    let now = clock.now
    let variable = Variable(id: ids.next(), key: key, value: value, createdAt: now, updatedAt: now)
    let record = note.record(
      .variableCreated, of: variable.id, by: caller, ["key": .string(key)],
      idempotency: idempotency.map { $0.record(for: variable, in: caller.workspace, at: now) })
    let outcome = try await onStore { () async throws(PortError) in
      try await store.create(variable, in: caller.workspace, most: Self.most, recording: record)
    }
    guard let outcome else {
      throw RuntimeError(
        .tooManyVariables,
        "The workspace has \(Self.most) variables, and can't have more. Delete some, or keep lists in a workflow.")
    }
    switch outcome {
    case .created:
      catalog.forget(caller.workspace)
      return .created(variable)
    case .replayed(let kept): return try kept.replay(for: idempotency?.fingerprint)
    case .nameTaken: throw keyTaken(key)
    }
  }

  public func update(
    _ id: VariableID, key: String, value: String, by caller: Caller
  ) async throws(RuntimeError) {
    let time = clock.now
    let record = note.record(.variableUpdated, of: id, by: caller, ["key": .string(key)])
    let outcome = try await onStore { () async throws(PortError) in
      try await store.update(id, key: key, value: value, in: caller.workspace, at: time, recording: record)
    }
    switch outcome {
    case .updated, .changed: catalog.forget(caller.workspace)
    case .notFound: throw notFound(id)
    case .nameTaken: throw keyTaken(key)
    }
  }

  public func delete(_ id: VariableID, by caller: Caller) async throws(RuntimeError) {
    let record = note.record(.variableDeleted, of: id, by: caller)
    let removed = try await onStore { () async throws(PortError) in
      try await store.delete(id, in: caller.workspace, recording: record)
    }
    guard removed != nil else { throw notFound(id) }
    catalog.forget(caller.workspace)
  }

  private func notFound(_ id: VariableID) -> RuntimeError {
    RuntimeError(.variableNotFound, "There is no variable \(id) in this workspace.")
  }

  private func keyTaken(_ key: String) -> RuntimeError {
    RuntimeError(.nameTaken, "A variable '\(key)' exists in this workspace.")
  }
}

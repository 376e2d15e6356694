public import JobsprintDomain
public import JobsprintPorts

/// Makes and changes workspaces.
public struct WorkspaceEditor: Sendable {
  private let store: any WorkspaceStore
  private let limits: WorkspaceLimits
  private let clock: any WallClock
  private let ids: IdentifierSource
  private let note: ChangeNote

  public init(
    store: any WorkspaceStore, limits: WorkspaceLimits, clock: any WallClock, ids: IdentifierSource
  ) {
    self.store = store
    self.limits = limits
    self.clock = clock
    self.ids = ids
    note = ChangeNote(clock: clock, ids: ids)
  }

  /// A workspace that was just made.
  public struct Created: Sendable {
    public let workspace: Workspace
    public let firstKey: APIKeyRecord
  }

  /// Makes a workspace with a first key, which may do everything in it and nothing beside it.
  /// - Parameter keyHash: of the first key.
  public func create(
    name: String, keyHash: [UInt8], by caller: Caller, idempotency: IdempotencyRequest<Created>? = nil
  ) async throws(RuntimeError) -> Creation<Created> {
    let now = clock.now
    let workspace = Workspace(id: ids.next(), name: name, createdAt: now, updatedAt: now)
    let key = APIKeyRecord(
      id: ids.next(), workspace: workspace.id, label: "first key", hash: keyHash, scopes: Scope.ofOneWorkspace,
      createdAt: now)
    let created = Created(workspace: workspace, firstKey: key)
    let record = note.record(
      .workspaceCreated, of: workspace.id, by: caller, ["name": .string(name), "key": .string("\(key.id)")],
      idempotency: idempotency.map { $0.record(for: created, in: caller.workspace, at: now) })
    let outcome = try await onStore { () async throws(PortError) in
      try await store.create(workspace, firstKey: key, recording: record)
    }
    switch outcome {
    case .created: return .created(created)
    case .replayed(let kept): return try kept.replay(for: idempotency?.fingerprint)
    case .nameTaken: throw taken(name)
    }
  }

  public func update(
    _ id: WorkspaceID, with change: WorkspaceChange, by caller: Caller
  ) async throws(RuntimeError) -> Workspace {
    let time = clock.now
    var details: JSONObject = [:]
    details["name"] = change.name.map { .string($0) }
    details["retentionDays"] = change.retention.map { $0.days.map { .integer(Int64($0)) } ?? .null }
    details["maxConcurrency"] = change.concurrency.map { $0.limit.map { .integer(Int64($0)) } ?? .null }
    let isRenaming = change.retention == nil && change.concurrency == nil
    let record = note.record(isRenaming ? .workspaceRenamed : .workspaceUpdated, of: id, by: caller, details)
    let outcome = try await onStore { () async throws(PortError) in
      try await store.update(id, with: change, at: time, recording: record)
    }
    if change.concurrency != nil { limits.forget() }
    switch outcome {
    case .updated(let workspace), .changed(let workspace): return workspace
    case .notFound: throw RuntimeError(.workspaceNotFound, "There is no workspace \(id).")
    case .nameTaken: throw taken(change.name ?? "")
    }
  }

  private func taken(_ name: String) -> RuntimeError {
    RuntimeError(.nameTaken, "A workspace named '\(name)' exists. Choose another name.")
  }
}

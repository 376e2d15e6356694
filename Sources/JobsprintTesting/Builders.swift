// Values for tests, told apart by small numbers. What a test does not name does not matter to it.

public import JobsprintDomain
public import JobsprintPorts
import Synchronization

extension Identifier {
  /// The same id for the same number, in the numbers' order.
  public static func numbered(_ number: Int) -> Self {
    Self(
      UUIDv7(at: Timestamp(milliseconds: 1_800_000_000_000 + Int64(number)), randomHigh: 0, randomLow: UInt64(number)))
  }
}

extension Timestamp {
  /// Seconds after the moment at which tests begin.
  public static func seconds(_ seconds: Int64) -> Timestamp {
    Timestamp(milliseconds: 1_800_000_000_000 + seconds * 1000)
  }
}

extension NewExecution {
  public static func numbered(
    _ number: Int, in workspace: WorkspaceID = .initial, workflow: WorkflowID = .numbered(1),
    version: VersionID = .numbered(1), mode: ExecutionMode = .manual, lane: Lane = .normal,
    tag: WorkerTag? = nil, at acceptedAt: Timestamp? = nil, input: String = "input", entries: [JournalEntry] = [],
    retryOf: ExecutionID? = nil, claimedBy: ExecutorID? = nil, isHeld: Bool = false,
    concurrency: Int? = nil, isInLimitedWorkspace: Bool = false, idempotency: IdempotencyRecord? = nil
  ) -> NewExecution {
    NewExecution(
      id: .numbered(number), workspace: workspace, workflow: workflow, version: version, mode: mode, lane: lane,
      tag: tag, acceptedAt: acceptedAt ?? .seconds(Int64(number)), input: Array(input.utf8), entries: entries,
      retryOf: retryOf,
      claimedBy: claimedBy, isHeld: isHeld, concurrency: concurrency,
      isInLimitedWorkspace: isInLimitedWorkspace, idempotency: idempotency)
  }
}

extension ExecutionClaims {
  /// Claims executions of one workspace.
  @discardableResult
  public func claim(
    _ ids: [ExecutionID], in workspace: WorkspaceID = .initial, for executor: ExecutorID, at now: Timestamp,
    leaseExpiry: Timestamp
  ) async throws(PortError) -> [ClaimedExecution] {
    let wakeUps = ids.map { WakeUp(execution: $0, workspace: workspace, lane: .normal) }
    return try await claim(wakeUps, for: executor, at: now, leaseExpiry: leaseExpiry)
  }

  /// Of all tags.
  public func claim(
    _ wakeUps: [WakeUp], for executor: ExecutorID, at now: Timestamp, leaseExpiry: Timestamp
  ) async throws(PortError) -> [ClaimedExecution] {
    try await claim(wakeUps, for: executor, carrying: .all, at: now, leaseExpiry: leaseExpiry)
  }

  /// Of all tags.
  public func recoverable(
    at now: Timestamp, dispatchedBefore: Timestamp, leaseExpiry: Timestamp, lineLimit: Int, limit: Int
  ) async throws(PortError) -> [WakeUp] {
    try await recoverable(
      carrying: .all, at: now, dispatchedBefore: dispatchedBefore, leaseExpiry: leaseExpiry, lineLimit: lineLimit,
      limit: limit)
  }

  /// Of all tags.
  public func nextDue(
    after time: Timestamp, lease: Duration, turn: Duration
  ) async throws(PortError) -> Timestamp? {
    try await nextDue(after: time, carrying: .all, lease: lease, turn: turn)
  }
}

extension JournalEntry {
  public static func entry(
    _ kind: Kind = .finished, at position: Int, node: String = "Node", run: Int = 0, attempt: Int = 1, term: Int = 1,
    recordedAt: Timestamp = .seconds(0), payload: String = "{}"
  ) -> JournalEntry {
    JournalEntry(
      position: position, kind: kind, node: node, run: run, attempt: attempt, term: term, recordedAt: recordedAt,
      payload: Array(payload.utf8))
  }
}

extension JournalWrite {
  /// An append to the execution of that number, by the executor of that number.
  public static func append(
    _ number: Int, in workspace: WorkspaceID = .initial, term: Int = 1, by executor: Int = 1,
    _ entries: [JournalEntry] = [], _ transition: ExecutionTransition = .none, leaving change: StaticDataChange? = nil,
    claimingAt claimedAt: Timestamp? = nil
  ) -> JournalWrite {
    .append(
      JournalAppend(
        execution: .numbered(number), workspace: workspace,
        fence: Fence(term: term, executor: .numbered(executor)), entries: entries, transition: transition,
        staticData: change, claimedAt: claimedAt))
  }

  public static func cancel(
    _ number: Int, in workspace: WorkspaceID = .initial, at time: Timestamp = .seconds(500), error: [UInt8]? = nil
  ) -> JournalWrite {
    .cancel(Cancellation(execution: .numbered(number), workspace: workspace, at: time, error: error))
  }
}

extension StaticDataChange {
  /// - Parameter values: JSON by slots.
  public static func of(_ workflow: Int, _ values: [String: String]) -> StaticDataChange {
    StaticDataChange(
      workflow: .numbered(workflow),
      values: values.sorted { $0.key < $1.key }.map { StaticDatum(slot: $0.key, value: Array($0.value.utf8)) })
  }
}

extension ExecutionTransition {
  public static func success(lastNode: String? = "Node", at time: Timestamp = .seconds(900)) -> ExecutionTransition {
    .finish(.success, error: nil, lastNode: lastNode, at: time)
  }
}

extension IdempotencyRecord {
  public static func of(
    _ key: String, in workspace: WorkspaceID = .initial, fingerprint: String = "fingerprint",
    at createdAt: Timestamp = .seconds(0), status: Int = 202, response: String = "{}"
  ) -> IdempotencyRecord {
    IdempotencyRecord(
      workspace: workspace, key: key, fingerprint: Array(fingerprint.utf8), createdAt: createdAt, status: status,
      response: Array(response.utf8))
  }
}

extension StoredWorkflow {
  /// Its first version has its number times 100.
  public static func numbered(
    _ number: Int, in workspace: WorkspaceID = .initial, name: String? = nil, document: String = "{}"
  ) -> StoredWorkflow {
    StoredWorkflow(
      id: .numbered(number), workspace: workspace, version: .numbered(number * 100), name: name ?? "Workflow \(number)",
      document: Array(document.utf8), createdAt: .seconds(Int64(number)), updatedAt: .seconds(Int64(number)))
  }
}

extension WorkflowStore {
  // Changes that expect nothing: what became of the workflow; nil where nothing did.

  public func setActive(
    _ isActive: Bool, version: VersionID?, of id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> StoredWorkflow? {
    try await setActive(
      isActive, version: version, of: id, in: workspace, at: time, ifMatch: nil, recording: record
    ).changed
  }

  public func setArchived(
    _ isArchived: Bool, of id: WorkflowID, in workspace: WorkspaceID, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> StoredWorkflow? {
    try await setArchived(isArchived, of: id, in: workspace, at: time, ifMatch: nil, recording: record).changed
  }

  public func setTags(
    _ tags: [TagID], of id: WorkflowID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> [Tag]? {
    try await setTags(tags, of: id, in: workspace, at: .seconds(700), ifMatch: nil, recording: record).changed?.tags
  }

  public func delete(
    _ id: WorkflowID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> StoredWorkflow? {
    try await delete(id, in: workspace, ifMatch: nil, recording: record).changed
  }
}

extension UpdateOutcome {
  /// What an update left behind; nil when it was turned away.
  fileprivate var changed: Element? { if case .updated(let element) = self { element } else { nil } }
}

extension WorkflowChange {
  public static func to(
    version: Int, name: String = "Changed", document: String = "{}", at time: Timestamp = .seconds(600),
    activates: Bool = true
  ) -> WorkflowChange {
    WorkflowChange(
      version: .numbered(version), name: name, document: Array(document.utf8), at: time, activates: activates)
  }
}

extension Tag {
  public static func numbered(_ number: Int, name: String? = nil) -> Tag {
    Tag(
      id: .numbered(number), name: name ?? "tag \(number)", createdAt: .seconds(Int64(number)),
      updatedAt: .seconds(Int64(number)))
  }
}

extension Variable {
  public static func numbered(_ number: Int, key: String? = nil, value: String = "value") -> Variable {
    Variable(
      id: .numbered(number), key: key ?? "key_\(number)", value: value, createdAt: .seconds(Int64(number)),
      updatedAt: .seconds(Int64(number)))
  }
}

extension StoredCredential {
  public static func numbered(
    _ number: Int, in workspace: WorkspaceID = .initial, name: String? = nil, type: String = "jwtAuth",
    sealed: [UInt8]? = nil, allowedHosts: [String]? = nil
  ) -> StoredCredential {
    StoredCredential(
      id: .numbered(number), workspace: workspace, name: name ?? "credential \(number)", type: type,
      secrets: SealedSecrets(key: "key", bytes: sealed ?? [0, 255, UInt8(truncatingIfNeeded: number)]),
      allowedHosts: allowedHosts, createdAt: .seconds(Int64(number)), updatedAt: .seconds(Int64(number)))
  }
}

extension APIKeyRecord {
  public static func numbered(
    _ number: Int, in workspace: WorkspaceID = .initial, hash: String? = nil, label: String = "key",
    scopes: Set<Scope> = Set(Scope.allCases), expiresAt: Timestamp? = nil, owner: UserID? = nil
  ) -> APIKeyRecord {
    APIKeyRecord(
      id: .numbered(number), workspace: workspace, label: label, hash: Array((hash ?? "hash \(number)").utf8),
      scopes: scopes, expiresAt: expiresAt, createdAt: .seconds(Int64(number)), owner: owner)
  }
}

extension Workspace {
  public static func numbered(_ number: Int, name: String? = nil) -> Workspace {
    Workspace(
      id: .numbered(number), name: name ?? "workspace \(number)", createdAt: .seconds(Int64(number)),
      updatedAt: .seconds(Int64(number)))
  }
}

extension User {
  /// With an email address of its number.
  public static func numbered(
    _ number: Int, email: String? = nil, password: String? = "hash", status: UserStatus = .active
  ) -> User {
    User(
      id: .numbered(number), email: EmailAddress(stored: email ?? "user\(number)@example.com"), name: "User \(number)",
      passwordHash: password, status: status,
      createdAt: .seconds(Int64(number)), updatedAt: .seconds(Int64(number)))
  }
}

extension Membership {
  public static func numbered(
    _ user: Int, in workspace: WorkspaceID = .initial, _ role: Role = .owner
  ) -> Membership {
    Membership(
      workspace: workspace, user: .numbered(user), role: role, createdAt: .seconds(Int64(user)),
      updatedAt: .seconds(Int64(user)))
  }
}

extension OneTimeToken {
  public static func numbered(
    _ number: Int, _ purpose: Purpose = .invitation, in workspace: WorkspaceID = .initial,
    expiresAt: Timestamp = .seconds(1000)
  ) -> OneTimeToken {
    OneTimeToken(
      id: .numbered(number), purpose: purpose, hash: Array("token \(number)".utf8), workspace: workspace,
      user: purpose == .passwordReset ? .numbered(number) : nil,
      email: purpose == .invitation ? User.numbered(number).email : nil,
      role: purpose == .invitation ? .editor : nil, createdAt: .seconds(Int64(number)), expiresAt: expiresAt)
  }
}

extension Session {
  public static func numbered(
    _ number: Int, of user: Int = 1, in workspace: WorkspaceID = .initial, expiresAt: Timestamp = .seconds(1000)
  ) -> Session {
    Session(
      id: .numbered(number), user: .numbered(user), workspace: workspace, createdAt: .seconds(Int64(number)),
      usedAt: .seconds(Int64(number)), expiresAt: expiresAt, address: "::1", agent: "agent \u{0} é")
  }
}

extension AuditEntry {
  public static func numbered(
    _ number: Int, in workspace: WorkspaceID = .initial, by actor: Actor = .shell,
    _ action: AuditAction = .workflowUpdated, subject: String = "subject", details: String = "{}",
    at time: Timestamp? = nil
  ) -> AuditEntry {
    AuditEntry(
      id: .numbered(number), caller: Caller(workspace: workspace, actor: actor), action: action, subject: subject,
      details: Array(details.utf8), at: time ?? .seconds(Int64(number)))
  }
}

extension ChangeRecord {
  public static func numbered(_ number: Int, in workspace: WorkspaceID = .initial) -> ChangeRecord {
    ChangeRecord(.numbered(number, in: workspace))
  }

  /// Of a change whose record nobody looks into. Each has an id of its own.
  public static func noted(
    in workspace: WorkspaceID = .initial, idempotency: IdempotencyRecord? = nil
  ) -> ChangeRecord {
    let number = lastNoted.add(1, ordering: .relaxed).newValue
    return ChangeRecord(.numbered(number, in: workspace), idempotency: idempotency)
  }
}

private let lastNoted = Atomic(1_000_000)

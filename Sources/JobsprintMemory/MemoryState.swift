import JobsprintDomain
import JobsprintPorts

/// The tables.
struct MemoryState: Sendable {
  var executions: [ExecutionID: MemoryExecution] = [:]
  var deadLetters: [Key<ExecutionID>: DeadLetter] = [:]
  /// Heartbeats.
  var executors: [ExecutorID: Timestamp] = [:]
  var workflows: [Key<WorkflowID>: StoredWorkflow] = [:]
  var versions: [Key<VersionID>: StoredVersion] = [:]
  var tags: [Key<TagID>: Tag] = [:]
  var variables: [Key<VariableID>: Variable] = [:]
  var credentials: [Key<CredentialID>: StoredCredential] = [:]
  /// Tags of workflows; a ``StoredWorkflow`` in ``workflows`` has none.
  var workflowTags: [Key<WorkflowID>: Set<TagID>] = [:]
  /// By slot.
  var staticData: [Key<WorkflowID>: [ExactString: [UInt8]]] = [:]
  var executionTags: [ExecutionID: Set<TagID>] = [:]
  var idempotency: [TextKey: IdempotencyRecord] = [:]
  var apiKeys: [[UInt8]: APIKeyRecord] = [:]
  /// Hashes.
  var deletedAPIKeys: Set<[UInt8]> = []
  var workspaces: [WorkspaceID: Workspace] = [
    .initial: Workspace(
      id: .initial, name: "default", createdAt: Timestamp(milliseconds: 0), updatedAt: Timestamp(milliseconds: 0))
  ]
  var users: [UserID: User] = [:]
  var memberships: [Key<UserID>: Membership] = [:]
  var identities: [IdentityID: LinkedIdentity] = [:]
  var serviceAccounts: [Key<UserID>: ServiceAccount] = [:]
  var sessions: [SessionID: Session] = [:]
  var refreshTokens: [[UInt8]: RefreshTokenState] = [:]
  var oneTimeTokens: [[UInt8]: OneTimeToken] = [:]
  var audit: [AuditEntryID: AuditRecord] = [:]
  var auditCursors: [AuditStream: [WorkspaceID: AuditCursor]] = [:]
  /// The newest of each workspace.
  var checkpoints: [WorkspaceID: AuditCheckpoint] = [:]

  /// A row of a workspace.
  struct Key<ID: Hashable & Sendable>: Hashable, Sendable {
    let workspace: WorkspaceID
    let id: ID
  }

  /// A name in a workspace, compared byte by byte as databases do, not by canonical equivalence.
  struct TextKey: Hashable, Sendable {
    let workspace: WorkspaceID
    let bytes: [UInt8]

    init(_ text: String, in workspace: WorkspaceID) {
      self.workspace = workspace
      bytes = Array(text.utf8)
    }
  }

  /// What was kept for the key of a request; nil when the key is unused or there is none.
  func used(_ record: IdempotencyRecord?) -> IdempotencyRecord? {
    record.flatMap { idempotency[TextKey($0.key, in: $0.workspace)] }
  }

  /// Writes what a change leaves beside itself. It comes before the change, so that a refusal leaves nothing.
  mutating func note(_ record: ChangeRecord) throws(PortError) {
    guard audit[record.audit.id] == nil else { throw PortError(.refused, "The audit entry \(record.audit.id) exists.") }
    audit[record.audit.id] = AuditRecord(entry: record.audit, seal: nil)
    keep(record.idempotency)
  }

  mutating func keep(_ record: IdempotencyRecord?) {
    if let record { idempotency[TextKey(record.key, in: record.workspace)] = record }
  }
}

extension Page {
  /// The page of a list that is newest first, or the other way round where the request says so.
  init<Key: Comparable>(
    newestFirst elements: [Element], of request: PageRequest<Key>, key: (Element) -> Key,
    payload: (Element) -> Int = { _ in 0 }
  ) {
    let isBehind: (Key, Key) -> Bool = request.isOldestFirst ? (>) : (<)
    self.init(
      elements.sorted { isBehind(key($1), key($0)) }, of: request, key: key, isBehind: isBehind, payload: payload)
  }

  /// The page of sorted elements that begins behind the request's key.
  /// - Parameter payload: bytes of payload in an element.
  init<Key: Comparable>(
    _ sorted: [Element], of request: PageRequest<Key>, key: (Element) -> Key, isBehind: (Key, Key) -> Bool,
    payload: (Element) -> Int = { _ in 0 }
  ) {
    let rest = sorted.filter { element in request.after.map { isBehind(key(element), $0) } ?? true }
    var bytes = 0
    let page = rest.prefix(max(0, request.limit)).prefix { element in
      defer { bytes += payload(element) }
      return bytes < request.payloadLimit
    }
    self.init(elements: Array(page), hasMore: rest.count > page.count)
  }
}

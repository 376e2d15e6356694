public import JobsprintDomain

/// What a change leaves beside itself, in its own transaction. A change that does not happen (not found, name taken,
/// replayed) leaves nothing.
public struct ChangeRecord: Sendable {
  public let audit: AuditEntry
  /// Of a request that creates something under a key.
  public let idempotency: IdempotencyRecord?

  public init(_ audit: AuditEntry, idempotency: IdempotencyRecord? = nil) {
    self.audit = audit
    self.idempotency = idempotency
  }
}

/// Reading the audit log, and sealing what was written: numbering it without gaps and chaining it by hash, for each
/// workspace apart. Entries of changes are written by the changes (``ChangeRecord``); none is ever changed.
public protocol AuditLog: Sendable {
  /// Writes an entry of what changed nothing: a refusal, the use of a secret.
  func write(_ entry: AuditEntry) async throws(PortError)

  /// Newest first, or the other way round.
  func entries(
    matching filter: AuditFilter, in workspace: WorkspaceID, page: PageRequest<AuditEntryID>
  ) async throws(PortError) -> Page<AuditRecord>

  /// Entries of all workspaces that have no seal yet, oldest first.
  func unsealed(limit: Int) async throws(PortError) -> [AuditEntry]

  /// The last seal of a workspace; nil before its first.
  func head(of workspace: WorkspaceID) async throws(PortError) -> AuditSeal?

  /// Seals entries of one workspace, if `head` is still its last seal and none of them has one; all or none.
  /// - Returns: whether it did.
  func seal(
    _ seals: [(entry: AuditEntryID, seal: AuditSeal)], after head: AuditSeal?, in workspace: WorkspaceID
  ) async throws(PortError) -> Bool

  /// Sealed entries behind a sequence, in their order.
  func chain(after sequence: Int, in workspace: WorkspaceID, limit: Int) async throws(PortError) -> [AuditRecord]

  /// The newest checkpoint; nil where nothing has been removed.
  func checkpoint(of workspace: WorkspaceID) async throws(PortError) -> AuditCheckpoint?

  /// Writes the checkpoint, and removes sealed entries up to it, at most `limit` of them.
  /// - Returns: how many were removed; fewer than `limit` when it is done.
  func remove(upTo checkpoint: AuditCheckpoint, limit: Int) async throws(PortError) -> Int
}

/// An entry with its seal; nil until the sealer has seen it, about a second.
public struct AuditRecord: Sendable, Hashable {
  public let entry: AuditEntry
  public let seal: AuditSeal?

  public init(entry: AuditEntry, seal: AuditSeal?) {
    self.entry = entry
    self.seal = seal
  }
}

public struct AuditFilter: Sendable, Hashable {
  public var action: AuditAction?
  /// The id of who did it, an API key's or a user's.
  public var actor: String?
  /// The id of what was changed.
  public var subject: String?
  public var requestID: String?
  /// Where the request came from.
  public var address: String?
  public var after: Timestamp?
  public var before: Timestamp?
  /// Words that all occur in action, actor, subject or details.
  public var text: String?

  public init(
    action: AuditAction? = nil, actor: String? = nil, subject: String? = nil, requestID: String? = nil,
    address: String? = nil, after: Timestamp? = nil, before: Timestamp? = nil, text: String? = nil
  ) {
    self.action = action
    self.actor = actor
    self.subject = subject
    self.requestID = requestID
    self.address = address
    self.after = after
    self.before = before
    self.text = text
  }
}

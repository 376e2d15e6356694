// An installation as rows that no store's technology shows in: what `jobsprint backup` writes and `restore` reads.

public import JobsprintDomain

/// What an archive holds. Restored in this order: what is referred to comes before what refers to it.
public enum ArchiveKind: String, Sendable, Hashable, CaseIterable {
  case workspace, user, identity, membership, serviceAccount, apiKey, variable, credential, tag, version, workflow
  case staticData
  case auditCheckpoint, auditEntry, execution, executionTags, deadLetter
}

public enum ArchiveRecord: Sendable, Hashable {
  case workspace(Workspace)
  /// Belongs to no workspace: it stands with the first one.
  case user(User)
  /// As a user.
  case identity(LinkedIdentity)
  case membership(Membership)
  case serviceAccount(ServiceAccount)
  case apiKey(APIKeyRecord)
  case variable(Variable, in: WorkspaceID)
  /// Encrypted; the keys are not in the archive.
  case credential(StoredCredential)
  case tag(Tag, in: WorkspaceID)
  /// Versions outlive their workflow.
  case version(StoredVersion, in: WorkspaceID)
  case workflow(StoredWorkflow)
  /// All of a workflow that has some.
  case staticData(WorkflowID, [StaticDatum], in: WorkspaceID)
  case auditCheckpoint(AuditCheckpoint)
  case auditEntry(AuditRecord)
  /// With its whole journal; its document is a version.
  case execution(ExecutionRecord, [JournalEntry])
  /// Of an execution that has some.
  case executionTags(ExecutionID, [TagID], in: WorkspaceID)
  /// Letters outlive an execution that retention removes.
  case deadLetter(DeadLetter)

  public var kind: ArchiveKind {
    switch self {
    case .workspace: .workspace
    case .user: .user
    case .identity: .identity
    case .membership: .membership
    case .serviceAccount: .serviceAccount
    case .apiKey: .apiKey
    case .variable: .variable
    case .credential: .credential
    case .tag: .tag
    case .version: .version
    case .workflow: .workflow
    case .staticData: .staticData
    case .auditCheckpoint: .auditCheckpoint
    case .auditEntry: .auditEntry
    case .execution: .execution
    case .executionTags: .executionTags
    case .deadLetter: .deadLetter
    }
  }

  /// By which rows of its kind are ordered; a workspace has one checkpoint, and one membership of each user.
  public var id: UUIDv7 {
    switch self {
    case .workspace(let workspace): workspace.id.uuid
    case .user(let user): user.id.uuid
    case .identity(let identity): identity.id.uuid
    case .membership(let membership): membership.user.uuid
    case .serviceAccount(let account): account.id.uuid
    case .apiKey(let key): key.id.uuid
    case .variable(let variable, _): variable.id.uuid
    case .credential(let credential): credential.id.uuid
    case .tag(let tag, _): tag.id.uuid
    case .version(let version, _): version.id.uuid
    case .workflow(let workflow): workflow.id.uuid
    case .staticData(let workflow, _, _): workflow.uuid
    case .auditCheckpoint(let checkpoint): checkpoint.workspace.uuid
    case .auditEntry(let record): record.entry.id.uuid
    case .execution(let record, _): record.id.uuid
    case .executionTags(let execution, _, _): execution.uuid
    case .deadLetter(let letter): letter.execution.uuid
    }
  }
}

/// A store read and filled row by row.
public protocol Archive: Sendable {
  /// Reads everything as of one moment.
  func reading<Value: Sendable>(_ body: (any ArchiveReader) async throws -> Value) async throws -> Value

  /// Nothing was ever stored, but for the workspace that every installation begins with.
  func isEmpty() async throws(PortError) -> Bool

  /// Stores rows as they are, in one transaction. A workspace that exists takes the name and times of the row.
  func insert(_ records: [ArchiveRecord]) async throws(PortError)
}

/// A store as of one moment.
public protocol ArchiveReader {
  /// In the order of their ids.
  func workspaces() async throws(PortError) -> [Workspace]

  /// Rows of one kind in the order of their ids, behind `id`: at most `limit`, and fewer where they are large.
  /// - Parameter kind: any but `workspace`.
  /// - Returns: empty behind the last one.
  func records(
    of kind: ArchiveKind, in workspace: WorkspaceID, after id: UUIDv7?, limit: Int
  ) async throws(PortError) -> [ArchiveRecord]
}

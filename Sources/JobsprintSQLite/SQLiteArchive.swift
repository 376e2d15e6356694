import JobsprintDomain
public import JobsprintPorts

/// Reads a database that nobody writes meanwhile: a copy, or one that no server has open.
public struct SQLiteArchive: Archive {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func reading<Value: Sendable>(_ body: (any ArchiveReader) async throws -> Value) async throws -> Value {
    try await body(SQLiteArchiveReader(database: database))
  }

  public func isEmpty() async throws(PortError) -> Bool {
    try await database.read { try $0.first(AnyRow()) == false }
  }

  public func insert(_ records: [ArchiveRecord]) async throws(PortError) {
    try await database.write { connection in for record in records { try connection.restore(record) } }
  }
}

private struct SQLiteArchiveReader: ArchiveReader {
  let database: SQLiteDatabase

  func workspaces() async throws(PortError) -> [Workspace] {
    try await database.read { try $0.all(ListWorkspaces(after: nil, limit: .max)) }
  }

  func records(
    of kind: ArchiveKind, in workspace: WorkspaceID, after id: UUIDv7?, limit: Int
  ) async throws(PortError) -> [ArchiveRecord] {
    try await database.read { connection in
      switch kind {
      case .workspace: return []
      case .user:
        guard workspace == .initial else { return [] }
        return try connection.all(ListUsers(after: id.map { UserID($0) }, limit: limit)).map { .user($0) }
      case .identity:
        guard workspace == .initial else { return [] }
        let all = ListAllIdentities(after: id.map { IdentityID($0) }, limit: limit)
        return try connection.all(all).map { .identity($0) }
      case .membership:
        let all = ListMemberships(subject: .workspace(workspace, after: id.map { UserID($0) }, limit: limit))
        return try connection.all(all).map { .membership($0) }
      case .serviceAccount:
        let all = ListServiceAccounts(workspace: workspace, after: id.map { UserID($0) }, limit: limit)
        return try connection.all(all).map { .serviceAccount($0) }
      case .apiKey:
        return try connection.all(ListAPIKeys(workspace: workspace, after: id.map { APIKeyID($0) }, limit: limit))
          .map { .apiKey($0) }
      case .variable:
        let all = ListVariables(
          workspace: workspace, onlyEmpty: false, after: id.map { VariableID($0) }, limit: limit)
        return try connection.all(all).map { .variable($0, in: workspace) }
      case .credential:
        let all = ListCredentials(workspace: workspace, after: id.map { CredentialID($0) }, limit: limit)
        return try connection.all(all).map { .credential($0) }
      case .tag:
        return try connection.all(ListTags(workspace: workspace, after: id.map { TagID($0) }, limit: limit))
          .map { .tag($0, in: workspace) }
      case .version:
        let all = ListAllVersions(workspace: workspace, after: id, limit: limit)
        return try connection.page(all, of: PageRequest<VersionID>(limit: limit)) { $0.document.count }.elements
          .map { .version($0, in: workspace) }
      case .workflow:
        return try connection.whole(ListIDs(table: .workflows, workspace: workspace, after: id, limit: limit)) {
          guard let workflow = try connection.workflow($0, in: workspace) else { return nil }
          return (.workflow(workflow), workflow.document.count)
        }
      case .staticData:
        return try connection.whole(
          ListIDs<WorkflowKind>(table: .staticData, workspace: workspace, after: id, limit: limit)
        ) {
          let values = try connection.all(ListStaticData(workspace: workspace, workflow: $0))
          return (.staticData($0, values, in: workspace), values.reduce(0) { $0 + $1.value.count })
        }
      case .auditCheckpoint:
        guard id == nil else { return [] }
        return try connection.first(FindCheckpoint(workspace: workspace)).map { [.auditCheckpoint($0)] } ?? []
      case .auditEntry:
        return try connection.whole(ListIDs(table: .auditEntries, workspace: workspace, after: id, limit: limit)) {
          try connection.first(FindAuditEntry(id: $0)).map { (.auditEntry($0), $0.entry.details.count) }
        }
      case .execution:
        return try connection.whole(ListIDs(table: .executions, workspace: workspace, after: id, limit: limit)) {
          guard let record = try connection.first(FindExecution(id: $0, workspace: workspace)) else { return nil }
          let journal = try connection.all(ReadJournal(execution: $0, workspace: workspace))
          return (.execution(record, journal), journal.reduce(record.input.count) { $0 + $1.payload.count })
        }
      case .executionTags:
        return try connection.all(ListTaggedExecutions(workspace: workspace, after: id, limit: limit)).map {
          let tags = try connection.all(ListExecutionTags(workspace: workspace, execution: $0))
          return .executionTags($0, tags.map(\.id), in: workspace)
        }
      case .deadLetter:
        return try connection.all(ListDeadLettersInOrder(workspace: workspace, after: id, limit: limit))
          .map { .deadLetter($0) }
      }
    }
  }

}

extension Connection {
  /// Rows by their ids, until they weigh as much as a page may.
  fileprivate func whole<Kind>(
    _ ids: ListIDs<Kind>, _ row: (Identifier<Kind>) throws -> (ArchiveRecord, bytes: Int)?
  ) throws -> [ArchiveRecord] {
    var (records, bytes) = ([ArchiveRecord](), 0)
    for id in try all(ids) where bytes < PageRequest<Never>().payloadLimit {
      guard let (record, weight) = try row(id) else { continue }
      records.append(record)
      bytes += weight
    }
    return records
  }

  fileprivate func restore(_ record: ArchiveRecord) throws {
    switch record {
    case .workspace(let workspace): try run(RestoreWorkspace(insertion: InsertWorkspace(workspace: workspace)))
    case .user(let user): try run(InsertUser(user: user))
    case .identity(let identity): try run(InsertIdentity(identity: identity))
    case .membership(let membership): try run(InsertMembership(membership: membership))
    case .serviceAccount(let account): try run(InsertServiceAccount(account: account))
    case .apiKey(let key): try run(InsertAPIKey(key: key))
    case .variable(let variable, let workspace):
      try run(InsertVariable(workspace: workspace, variable: variable))
    case .credential(let credential): try run(InsertCredential(credential: credential))
    case .tag(let tag, let workspace): try run(InsertTag(workspace: workspace, tag: tag))
    case .version(let version, let workspace): try run(InsertVersion(workspace: workspace, version: version))
    case .workflow(let workflow):
      try run(InsertWorkflow(workflow: workflow))
      try run(IndexWorkflow(workspace: workflow.workspace, id: workflow.id))
      for tag in workflow.tags {
        try run(AddWorkflowTag(workspace: workflow.workspace, workflow: workflow.id, tag: tag.id))
      }
    case .staticData(let workflow, let values, let workspace):
      for datum in values { try run(KeepStaticData(workspace: workspace, workflow: workflow, datum: datum)) }
    case .auditCheckpoint(let checkpoint): try run(WriteCheckpoint(checkpoint: checkpoint))
    case .auditEntry(let record):
      try run(InsertAuditEntry(entry: record.entry))
      try run(IndexAuditEntry(id: record.entry.id))
      guard let seal = record.seal else { return }
      try run(SealEntry(entry: record.entry.id, seal: seal, workspace: record.entry.caller.workspace))
    case .execution(let record, let journal):
      try run(RestoreExecution(record: record))
      if !record.input.isEmpty {
        try run(InsertInput(execution: record.id, workspace: record.workspace, input: record.input))
      }
      if let error = record.error {
        try run(InsertError(execution: record.id, workspace: record.workspace, error: error))
      }
      for entry in journal {
        try run(InsertFinishedEntry(execution: record.id, workspace: record.workspace, entry: entry))
      }
    case .executionTags(let execution, let tags, let workspace):
      for tag in tags { try run(AddExecutionTag(workspace: workspace, execution: execution, tag: tag)) }
    case .deadLetter(let letter): try run(RestoreDeadLetter(letter: letter))
    }
  }
}

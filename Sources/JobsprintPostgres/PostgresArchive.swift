import JobsprintDomain
public import JobsprintPorts
import Postgres

/// All rows of all workspaces, through the same roles as everything else.
public struct PostgresArchive: Archive {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  /// Holds a connection and a snapshot until `body` returns.
  public func reading<Value: Sendable>(_ body: (any ArchiveReader) async throws -> Value) async throws -> Value {
    try await storage.database.primary.transaction(
      isolation: .repeatableRead, access: .readOnly, setting: PostgresRole.keeper.settings()
    ) { transaction in
      let reader = PostgresArchiveReader(transaction: transaction)
      let workspaces = try await reader.workspaces()
      _ = try await transaction.query(ReadOn(role: .api, workspaces: Set(workspaces.map(\.id))))
      return try await body(PostgresArchiveReader(transaction: transaction, known: workspaces))
    }
  }

  public func isEmpty() async throws(PortError) -> Bool {
    try await storage.write(as: .keeper, in: []) { transaction in
      let workspaces = try await PostgresArchiveReader(transaction: transaction.postgres).workspaces()
      guard workspaces.count < 2, try await transaction.first(AnyUser()) == false else { return false }
      _ = try await transaction.first(ReadOn(role: .api, workspaces: Set(workspaces.map(\.id))))
      return try await transaction.first(AnyRow()) == false
    }
  }

  /// One statement after the other, and nothing beside it: where the answers are received.
  public func insert(_ records: [ArchiveRecord]) async throws(PortError) {
    let workspaces = Set(records.map(\.workspace))
    try await storage.database.primary.withReceivingThread { () async throws(PortError) in
      try await storage.write(as: .keeper, in: []) { transaction in
        var current = PostgresRole.keeper
        for record in records {
          if record.role != current || record == records.first {
            current = record.role
            _ = try await transaction.first(ReadOn(role: current, workspaces: workspaces))
          }
          try await transaction.restore(record)
        }
      }
    }
  }
}

private struct PostgresArchiveReader: ArchiveReader {
  let transaction: PostgresTransaction
  var known: [Workspace]?

  func workspaces() async throws(PortError) -> [Workspace] {
    if let known { return known }
    var all: [Workspace] = []
    while true {
      let page = PageRequest<WorkspaceID>(after: all.last?.id, limit: 1000)
      let found = Page(rows: try await rows(ListWorkspaces.decode) { try ListWorkspaces(page: page).command() })
      all += found.elements
      guard found.hasMore else { return all }
    }
  }

  func records(
    of kind: ArchiveKind, in workspace: WorkspaceID, after id: UUIDv7?, limit: Int
  ) async throws(PortError) -> [ArchiveRecord] {
    switch kind {
    case .workspace: return []
    case .user:
      guard workspace == .initial else { return [] }
      let page = PageRequest(after: id.map { UserID($0) }, limit: limit)
      try await act(as: .keeper, for: [])
      let users = try await rows(ListUsers.decode) { try ListUsers(page: page).command() }
      try await act(as: .api, for: known ?? [])
      return users.map { .user($0.element) }
    case .identity:
      guard workspace == .initial else { return [] }
      try await act(as: .keeper, for: [])
      let identities = try await mapped {
        try await transaction.query(ListAllIdentities(after: id.map { IdentityID($0) }, limit: limit))
      }
      try await act(as: .api, for: known ?? [])
      return identities.map { .identity($0) }
    case .membership:
      let page = PageRequest(after: id.map { UserID($0) }, limit: limit)
      return try await rows(ListMemberships.decode) { try ListMemberships(workspace: workspace, page: page).command() }
        .map { .membership($0.element) }
    case .serviceAccount:
      let page = PageRequest(after: id.map { UserID($0) }, limit: limit)
      return try await rows(ListServiceAccounts.decode) {
        try ListServiceAccounts(workspace: workspace, page: page).command()
      }.map { .serviceAccount($0.element) }
    case .apiKey:
      let page = PageRequest(after: id.map { APIKeyID($0) }, limit: limit)
      return try await rows(ListAPIKeys.decode) { try ListAPIKeys(workspace: workspace, page: page).command() }
        .map { .apiKey($0.element) }
    case .variable:
      let page = PageRequest(after: id.map { VariableID($0) }, limit: limit)
      return try await rows(ListVariables.decode) {
        try ListVariables(workspace: workspace, onlyEmpty: false, page: page).command()
      }.map { .variable($0.element, in: workspace) }
    case .credential:
      let page = PageRequest(after: id.map { CredentialID($0) }, limit: limit)
      return try await rows(ListCredentials.decode) { try ListCredentials(workspace: workspace, page: page).command() }
        .map { .credential($0.element) }
    case .tag:
      let page = PageRequest(after: id.map { TagID($0) }, limit: limit)
      return try await rows(ListTags.decode) { try ListTags(workspace: workspace, page: page).command() }
        .map { .tag($0.element, in: workspace) }
    case .version:
      let page = PageRequest(after: id.map { VersionID($0) }, limit: limit)
      return try await rows(ListVersions.decode) { try ListAllVersions(workspace: workspace, page: page).command() }
        .map { .version($0.element, in: workspace) }
    case .workflow:
      return try await whole(ListIDs<WorkflowKind>(table: .workflows, workspace: workspace, after: id, limit: limit)) {
        guard var workflow = try await transaction.query(FindWorkflow(id: $0, workspace: workspace)).first else {
          return nil
        }
        workflow.tags = try await transaction.query(ListWorkflowTags(workspace: workspace, workflows: [$0])).map(\.tag)
        return (.workflow(workflow), workflow.document.count)
      }
    case .staticData:
      return try await whole(ListIDs<WorkflowKind>(table: .staticData, workspace: workspace, after: id, limit: limit)) {
        let values = try await transaction.query(ListStaticData(workspace: workspace, workflow: $0))
        return (.staticData($0, values, in: workspace), values.reduce(0) { $0 + $1.value.count })
      }
    case .auditCheckpoint:
      guard id == nil else { return [] }
      return try await mapped { try await transaction.query(FindCheckpoint(workspace: workspace)) }
        .map { .auditCheckpoint($0) }
    case .auditEntry:
      let ids = ListIDs<AuditEntryKind>(table: .auditEntries, workspace: workspace, after: id, limit: limit)
      return try await whole(ids) {
        try await transaction.query(FindAuditEntry(workspace: workspace, id: $0)).first
          .map { (.auditEntry($0), $0.entry.details.count) }
      }
    case .execution:
      let ids = ListIDs<ExecutionKind>(table: .executions, workspace: workspace, after: id, limit: limit)
      return try await whole(ids) {
        var pipeline = PostgresPipeline()
        let find = try pipeline.add(FindExecution(id: $0, workspace: workspace))
        let read = try pipeline.add(ReadJournal(execution: $0, workspace: workspace))
        let results = try await transaction.run(pipeline, name: "archive.execution")
        guard let record = try results.decode(find).first else { return nil }
        let journal = try JournalPack.journal(of: try results.decode(read))
        return (.execution(record, journal), journal.reduce(record.input.count) { $0 + $1.payload.count })
      }
    case .executionTags:
      let tagged = ListTaggedExecutions(workspace: workspace, after: id.map { ExecutionID($0) }, limit: limit)
      return try await mapped { try await transaction.query(tagged) }
        .map { .executionTags($0.execution, $0.tags, in: workspace) }
    case .deadLetter:
      let page = PageRequest(after: id.map { ExecutionID($0) }, limit: limit)
      return try await rows(ListDeadLetters.decode) {
        try ListDeadLettersInOrder(workspace: workspace, page: page).command()
      }.map { .deadLetter($0.element) }
    }
  }

  /// For what follows in the transaction.
  private func act(as role: PostgresRole, for workspaces: [Workspace]) async throws(PortError) {
    _ = try await mapped { try await transaction.query(ReadOn(role: role, workspaces: Set(workspaces.map(\.id)))) }
  }

  /// Rows by their ids, until they weigh as much as a page may.
  private func whole<Kind>(
    _ ids: ListIDs<Kind>, _ row: (Identifier<Kind>) async throws -> (ArchiveRecord, bytes: Int)?
  ) async throws(PortError) -> [ArchiveRecord] {
    let found: [Identifier<Kind>] = try await rows({ try $0.id() }, { try ids.command() })
    return try await mapped {
      var (records, bytes) = ([ArchiveRecord](), 0)
      for id in found where bytes < PageRequest<Never>().payloadLimit {
        guard let (record, weight) = try await row(id) else { continue }
        records.append(record)
        bytes += weight
      }
      return records
    }
  }

  private func rows<Row>(
    _ decode: (inout PostgresRow) throws -> Row, _ command: () throws -> PostgresCommand
  ) async throws(PortError) -> [Row] {
    try await mapped {
      try await transaction.rows(try command()).map { row in
        var row = row
        return try decode(&row)
      }
    }
  }

  private func mapped<Value>(_ body: () async throws -> Value) async throws(PortError) -> Value {
    do { return try await body() } catch { throw PortError(postgres: error) }
  }
}

extension ArchiveRecord {
  fileprivate var workspace: WorkspaceID {
    switch self {
    case .workspace(let workspace): workspace.id
    case .user, .identity: .initial
    case .membership(let membership): membership.workspace
    case .serviceAccount(let account): account.workspace
    case .apiKey(let key): key.workspace
    case .variable(_, let workspace), .tag(_, let workspace), .version(_, let workspace): workspace
    case .credential(let credential): credential.workspace
    case .workflow(let workflow): workflow.workspace
    case .auditCheckpoint(let checkpoint): checkpoint.workspace
    case .auditEntry(let record): record.entry.caller.workspace
    case .execution(let record, _): record.workspace
    case .staticData(_, _, let workspace), .executionTags(_, _, let workspace): workspace
    case .deadLetter(let letter): letter.workspace
    }
  }

  /// Who may write it.
  fileprivate var role: PostgresRole {
    switch self {
    case .workspace, .user, .identity, .membership, .auditCheckpoint, .auditEntry: .keeper
    case .serviceAccount, .apiKey, .variable, .credential, .tag, .version, .workflow, .staticData, .executionTags:
      .api
    case .execution, .deadLetter: .journal
    }
  }
}

extension StorageTransaction {
  fileprivate func restore(_ record: ArchiveRecord) async throws {
    switch record {
    case .workspace(let workspace): try await run(RestoreWorkspace(workspace: workspace))
    case .user(let user):
      guard try await run(InsertUser(user: user)) == 1 else {
        throw PortError(.refused, "The archive holds two users of one email address.")
      }
    case .identity(let identity):
      guard try await run(InsertIdentity(identity: identity)) == 1 else {
        throw PortError(.refused, "The archive holds one identity twice.")
      }
    case .membership(let membership): try await run(InsertMembership(membership: membership))
    case .serviceAccount(let account): try await run(InsertServiceAccount(account: account))
    case .apiKey(let key): try await run(InsertAPIKey(key: key))
    case .variable(let variable, let workspace):
      try await run(InsertVariable(workspace: workspace, variable: variable))
    case .credential(let credential): try await run(InsertCredential(credential: credential))
    case .tag(let tag, let workspace): try await run(InsertTag(workspace: workspace, tag: tag))
    case .version(let version, let workspace): try await run(InsertVersion(workspace: workspace, version: version))
    case .workflow(let workflow):
      try await run(InsertWorkflow(workflow: workflow))
      try await run(IndexWorkflow(workflow: workflow))
      try await run(
        AddWorkflowTags(workspace: workflow.workspace, workflow: workflow.id, tags: workflow.tags.map(\.id)))
    case .staticData(let workflow, let values, let workspace):
      try await run(RestoreStaticData(workspace: workspace, workflow: workflow, values: values))
    case .auditCheckpoint(let checkpoint):
      try await run(WriteCheckpoint(checkpoint: checkpoint))
      try await run(RestoreAuditHead(workspace: checkpoint.workspace, seal: checkpoint.seal))
    case .auditEntry(let record):
      let workspace = record.entry.caller.workspace
      try await run(InsertAuditEntry(entry: record.entry))
      guard let seal = record.seal else { return }
      try await run(SealEntries(workspace: workspace, seals: [(entry: record.entry.id, seal: seal)]))
      try await run(RestoreAuditHead(workspace: workspace, seal: seal))
    case .execution(let record, let journal):
      try await run(RestoreExecution(record: record))
      if record.state.isTerminal {
        try await run(RestoreEnd(record: record, entries: journal))
      } else {
        try await run(RestoreLive(record: record, entries: journal))
      }
    case .executionTags(let execution, let tags, let workspace):
      try await run(AddExecutionTags(workspace: workspace, execution: execution, tags: tags))
    case .deadLetter(let letter): try await run(RestoreDeadLetter(letter: letter))
    }
  }
}

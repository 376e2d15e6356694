import JobsprintDomain
import JobsprintPorts
import JobsprintPostgres
import JobsprintRuntime
import JobsprintSQLite
import Postgres

/// All stores of an installation, on one technology.
struct Storage: Sendable {
  let journal: any Journal
  let claims: any ExecutionClaims
  let executions: any ExecutionStore
  let deadLetters: any DeadLetterStore
  let workflows: any WorkflowStore
  let tags: any TagStore
  let variables: any VariableStore
  let credentials: any CredentialStore
  let staticData: any StaticDataStore
  let idempotency: any IdempotencyStore
  let apiKeys: any APIKeyStore
  let workspaces: any WorkspaceStore
  let accounts: any AccountStore
  let identities: any IdentityStore
  let serviceAccounts: any ServiceAccountStore
  let sessions: any SessionStore
  let audit: any AuditLog
  let auditCursors: any AuditCursorStore
  let archive: any Archive
  /// No other process writes it: what this one remembers stays true, and whoever held executions before is gone.
  let isExclusive: Bool
  /// Runs the journal's loop where its writes happen.
  let keepJournal: @Sendable (JournalWriter) async -> Void
  /// What has to be done every hour.
  let maintain: @Sendable (Timestamp) async throws(PortError) -> Void
  /// Removes what no workspace keeps any more from before a time, by whole weeks where nothing lives in them.
  /// - Returns: whether there may be more of it; nil where the store has no weeks.
  let expireWeeks: (@Sendable (Timestamp) async throws(PortError) -> Bool)?
  /// Removes executions of a workspace that have ended and were accepted before a time, some at once.
  /// - Returns: whether there may be more of them.
  let expire: @Sendable (Retention.Expiry) async throws(PortError) -> Bool
  /// The same of its dead letters that were redriven or discarded before.
  let expireLetters: @Sendable (Retention.Expiry) async throws(PortError) -> Bool
  /// Tells until its task is cancelled; nil where nobody tells, so that one has to look.
  let listen: (@Sendable (StorageNews) async -> Void)?
  /// The pools of connections by their names, where there are any.
  let pools: @Sendable () -> [(name: String, metrics: PostgresMetrics)]
  /// Ends all access after what is under way.
  let close: @Sendable () async -> Void
}

/// What other processes, or this one, have done to a store; called too often rather than too seldom.
struct StorageNews: Sendable {
  /// There are audit entries to seal.
  let auditWritten: @Sendable () -> Void
  /// An executor has handed back what it held.
  let executorLeft: @Sendable () -> Void
  /// An execution was accepted that has to wait for a limit of its workflow or workspace.
  let executionHeld: @Sendable () -> Void
}

/// Where an installation keeps its data.
public enum StorageLocation: Sendable {
  /// A folder with everything in it, for one process.
  case folder(String)
  case postgres(PostgresLocation)
}

extension StorageLocation {
  /// For people: never a password.
  public var name: String {
    switch self {
    case .folder(let path): path
    case .postgres: "PostgreSQL"
    }
  }
}

/// A database of PostgreSQL 15 or newer, for as many processes as there are.
public struct PostgresLocation: Sendable {
  /// `postgres://user:password@host:5432/database`, or libpq's keywords. It may hold a password.
  public var address: String
  /// Only reads, and may lag behind: for lists and searches.
  public var replica: String?
  /// Connections of this process that do its work; one more listens. `replicas × connections` is what the server needs.
  public var pool = 6
  /// Without state of a session, as PgBouncer's transaction mode asks for.
  public var isPooled = false
  /// What the server shows of this process: its role and a stable name.
  public var application = "jobsprint"

  public init(address: String) { self.address = address }
}

extension Storage {
  /// - Throws: ``PortError`` where it can't be used.
  static func open(_ location: StorageLocation) async throws -> Storage {
    switch location {
    case .folder(let path): try sqlite(SQLiteDatabase.open(directory: path))
    case .postgres(let location): try await postgres(location)
    }
  }

  /// Whether it can be reached, without waiting for it as opening does.
  /// - Throws: ``PortError``: `unavailable` where it may be there later, `forbidden` where that changes nothing.
  static func probe(_ location: StorageLocation) async throws {
    guard case .postgres(let location) = location else { return }
    try await PostgresStorage.probe(location.options(location.address))
  }

  static func sqlite(_ database: SQLiteDatabase) -> Storage {
    Storage(
      journal: SQLiteJournal(database), claims: SQLiteExecutionClaims(database),
      executions: SQLiteExecutionStore(database), deadLetters: SQLiteDeadLetterStore(database),
      workflows: SQLiteWorkflowStore(database),
      tags: SQLiteTagStore(database), variables: SQLiteVariableStore(database),
      credentials: SQLiteCredentialStore(database), staticData: SQLiteStaticDataStore(database),
      idempotency: SQLiteIdempotencyStore(database),
      apiKeys: SQLiteAPIKeyStore(database), workspaces: SQLiteWorkspaceStore(database),
      accounts: SQLiteAccountStore(database), identities: SQLiteIdentityStore(database),
      serviceAccounts: SQLiteServiceAccountStore(database),
      sessions: SQLiteSessionStore(database),
      audit: SQLiteAuditLog(database), auditCursors: SQLiteAuditCursorStore(database), archive: SQLiteArchive(database),
      isExclusive: true,
      keepJournal: { writer in await database.withWritingThread { await writer.run() } },
      maintain: { _ in },
      expireWeeks: nil,
      expire: { expiry throws(PortError) in
        try await SQLiteMaintenance(database).expire(before: expiry.before, in: expiry.workspace, limit: 100) == 100
      },
      expireLetters: { expiry throws(PortError) in
        try await SQLiteMaintenance(database)
          .expireLetters(before: expiry.before, in: expiry.workspace, limit: 100) == 100
      },
      listen: nil, pools: { [] }, close: { await database.close() })
  }

  private static func postgres(_ location: PostgresLocation) async throws -> Storage {
    let storage = PostgresStorage(
      primary: try location.options(location.address), replica: try location.replica.map { try location.options($0) })
    let running = Task { await storage.run() }
    do { try await storage.check() } catch {
      running.cancel()
      await running.value
      throw error
    }
    return Storage(
      journal: storage.journal, claims: storage.claims, executions: storage.executions,
      deadLetters: storage.deadLetters,
      workflows: storage.workflows, tags: storage.tags, variables: storage.variables,
      credentials: storage.credentials, staticData: storage.staticData, idempotency: storage.idempotency,
      apiKeys: storage.apiKeys,
      workspaces: storage.workspaces, accounts: storage.accounts, identities: storage.identities,
      serviceAccounts: storage.serviceAccounts,
      sessions: storage.sessions,
      audit: storage.audit, auditCursors: storage.auditCursors, archive: storage.archive, isExclusive: false,
      keepJournal: { writer in await writer.run() },
      maintain: { now throws(PortError) in
        _ = try await storage.maintenance.prepare(at: now)
        while try await storage.maintenance.completeEnds(limit: 500) == 500 {}
      },
      expireWeeks: { time throws(PortError) in
        _ = try await storage.maintenance.dropPartitions(before: time)
        return try await storage.maintenance.expireLeftovers(before: time, limit: 500) == 500
      },
      expire: { expiry throws(PortError) in
        try await storage.maintenance.expire(before: expiry.before, in: expiry.workspace, limit: 500) == 500
      },
      expireLetters: { expiry throws(PortError) in
        try await storage.maintenance
          .expireLetters(before: expiry.before, in: expiry.workspace, limit: 500) == 500
      },
      listen: try location.listen(),
      pools: {
        let (primary, replica) = (storage.database.primary, storage.database.replica)
        let own = [(name: "primary", metrics: primary.metrics)]
        return replica === primary ? own : own + [(name: "replica", metrics: replica.metrics)]
      },
      close: {
        running.cancel()
        await running.value
      })
  }
}

extension PostgresLocation {
  /// All that a process opens.
  var connections: Int { pool + (isPooled ? 0 : 1) }

  /// nil where PgBouncer stands in between, which hands no notifications on.
  fileprivate func listen() throws -> (@Sendable (StorageNews) async -> Void)? {
    guard !isPooled else { return nil }
    let reader = PostgresNewsReader(try options(address))
    return { news in
      await reader.run { word in
        switch word {
        case .auditWritten: news.auditWritten()
        case .executorLeft: news.executorLeft()
        case .executionHeld: news.executionHeld()
        }
      }
    }
  }

  /// - Throws: ``SettingError`` for an address that is none.
  func options(_ address: String) throws -> PostgresOptions {
    var options: PostgresOptions
    do { options = try PostgresOptions(address) } catch {
      throw SettingError("jobsprint.database.url", "postgres://user:password@host:5432/database", found: "…")
    }
    options.applicationName = application
    options.size = pool
    if isPooled { options.preparedStatements = 0 }
    return options
  }
}

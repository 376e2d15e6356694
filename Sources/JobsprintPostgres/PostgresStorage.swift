// Production's store: all ports on one database. Every call is a transaction of its own that names its role and its
// workspaces; nothing outlives it on a connection, so that PgBouncer may stand in between. Lists and searches go to the
// second address where one was given.

public import JobsprintPorts
public import Postgres

/// The way in for all stores; ``run()`` keeps its connections open.
public final class PostgresStorage: Sendable {
  public let database: PostgresDatabase
  let doubts = DoubtfulHolds()

  /// - Parameter replica: an address that only reads and may lag behind, for lists and searches.
  public init(primary: PostgresOptions, replica: PostgresOptions? = nil) {
    database = PostgresDatabase(primary: primary, replica: replica)
  }

  /// Serves until the task is cancelled.
  public func run() async { await database.run() }

  /// One attempt to connect.
  /// - Throws: ``PortError`` with `forbidden` when the server refuses this user or knows no such database, with
  ///   `unavailable` when it is away or not ready.
  public static func probe(_ options: PostgresOptions) async throws(PortError) {
    do throws(PostgresError) { try await PostgresPool.probe(options) } catch {
      // https://www.postgresql.org/docs/current/errcodes-appendix.html: authorization, no such database, no right to
      // connect to it.
      let state = error.sqlState ?? ""
      guard state.hasPrefix("28") || state == "3D000" || state == "42501" else { throw PortError(postgres: error) }
      throw PortError(
        .forbidden, "The database refuses the connection: \(error.message). Correct its address, or its users.",
        underlying: error.description)
    }
  }

  /// Checks that the database has this program's schema, or one that it can work with.
  /// - Throws: ``PortError`` with `newer` when a newer program has migrated it, or when it was never migrated.
  public func check() async throws(PortError) {
    let applied = try await read(ListMigrations(), in: [])
    try PostgresMigrations.check(applied)
  }

  public var journal: PostgresJournal { PostgresJournal(self) }
  public var claims: PostgresExecutionClaims { PostgresExecutionClaims(self) }
  public var executions: PostgresExecutionStore { PostgresExecutionStore(self) }
  public var deadLetters: PostgresDeadLetterStore { PostgresDeadLetterStore(self) }
  public var workflows: PostgresWorkflowStore { PostgresWorkflowStore(self) }
  public var tags: PostgresTagStore { PostgresTagStore(self) }
  public var variables: PostgresVariableStore { PostgresVariableStore(self) }
  public var staticData: PostgresStaticDataStore { PostgresStaticDataStore(self) }
  public var credentials: PostgresCredentialStore { PostgresCredentialStore(self) }
  public var idempotency: PostgresIdempotencyStore { PostgresIdempotencyStore(self) }
  public var apiKeys: PostgresAPIKeyStore { PostgresAPIKeyStore(self) }
  public var workspaces: PostgresWorkspaceStore { PostgresWorkspaceStore(self) }
  public var accounts: PostgresAccountStore { PostgresAccountStore(self) }
  public var identities: PostgresIdentityStore { PostgresIdentityStore(self) }
  public var serviceAccounts: PostgresServiceAccountStore { PostgresServiceAccountStore(self) }
  public var sessions: PostgresSessionStore { PostgresSessionStore(self) }
  public var audit: PostgresAuditLog { PostgresAuditLog(self) }
  public var auditCursors: PostgresAuditCursorStore { PostgresAuditCursorStore(self) }
  public var archive: PostgresArchive { PostgresArchive(self) }
  public var maintenance: PostgresMaintenance { PostgresMaintenance(self) }
}

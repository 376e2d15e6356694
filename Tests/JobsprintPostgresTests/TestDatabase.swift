// A database for each test on the server that `scripts/services` has started: a copy of one that was migrated once. As
// in production, its owner migrates it and the program connects as somebody else who has no rights but those of its
// roles.

import Foundation
import JobsprintPorts
import JobsprintPostgres
import JobsprintRuntime
import JobsprintTesting
import Postgres
import Testing

enum TestServer {
  private static let environment = ProcessInfo.processInfo.environment
  static let address = environment["JOBSPRINT_TEST_POSTGRES"]
  static let missing: Comment =
    "no server: eval \"$(scripts/services env DIR)\" after scripts/services start DIR postgres"

  /// Tests are skipped where nobody has started a server; not where all are asked for, as in CI: there they fail.
  static let isExpected = address != nil || environment["CI"] != nil || environment["JOBSPRINT_TEST_ALL"] != nil

  static let owner = "jobsprint_test_owner"
  static let program = "jobsprint_test_program"

  static func options(
    _ database: String, as user: String? = nil, size: Int = 4, at other: String? = nil
  ) throws -> PostgresOptions {
    // Not #require: what it throws in a task that many tests wait for fails the first of them only.
    guard let address = other ?? address else { throw PostgresError(.misuse, "\(missing)") }
    var options = try PostgresOptions(address)
    options.parameters["dbname"] = database
    if let user {
      options.parameters["user"] = user
      options.parameters["password"] = "test"
    }
    options.size = size
    options.applicationName = "jobsprint-test"
    // A busy machine starts the pool late.
    options.waitLimit = .seconds(60)
    return options
  }

  /// Statements of the superuser, each by itself.
  static func administer(
    _ statements: [String], on database: String = "postgres", at other: String? = nil
  ) async throws {
    let pool = PostgresPool(try options(database, size: 1, at: other))
    let running = Task { await pool.run() }
    defer { running.cancel() }
    // To make or drop a database is to write all that all tests have changed to the disk.
    for sql in statements { try await pool.rows(PostgresCommand(sql: sql), limit: .seconds(60)) }
    running.cancel()
    await running.value
  }

  /// The migrated database that others are copies of.
  static let template: Task<String, any Error> = Task {
    let name = "jobsprint_template_\(UInt32.random(in: 0...UInt32.max))"
    try await makeUsers()
    try await administer(["CREATE DATABASE \(name) OWNER \(owner)"])
    _ = try await PostgresMigrations(try options(name, as: owner)).up(login: program)
    return name
  }

  static func makeUsers(at other: String? = nil) async throws {
    for (user, rights) in [(owner, "CREATEROLE"), (program, "NOINHERIT")] {
      try await administer(
        [
          """
          DO $$ BEGIN
            CREATE ROLE \(user) LOGIN \(rights) PASSWORD 'test';
          EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
          END $$
          """
        ], at: other)
    }
  }
}

/// Runs `body` on a database of its own, which is dropped afterwards.
func withDatabase(migrated: Bool = true, _ body: (String) async throws -> Void) async throws {
  let template = try await TestServer.template.value
  let name = "jobsprint_test_\(UInt32.random(in: 0...UInt32.max))"
  let copy = migrated ? "TEMPLATE \(template)" : ""
  try await TestServer.administer(["CREATE DATABASE \(name) OWNER \(TestServer.owner) \(copy)"])
  do {
    try await body(name)
  } catch {
    try? await TestServer.administer(["DROP DATABASE \(name) WITH (FORCE)"])
    throw error
  }
  try await TestServer.administer(["DROP DATABASE \(name) WITH (FORCE)"])
}

/// The program's store on a database of its own.
func withStorage(size: Int = 4, _ body: (PostgresStorage, String) async throws -> Void) async throws {
  try await withDatabase { name in
    let storage = PostgresStorage(primary: try TestServer.options(name, as: TestServer.program, size: size))
    let running = Task { await storage.run() }
    defer { running.cancel() }
    try await body(storage, name)
    running.cancel()
    await running.value
  }
}

extension StorageUnderTest {
  init(_ storage: PostgresStorage) {
    self.init(
      journal: storage.journal, claims: storage.claims, executions: storage.executions,
      deadLetters: storage.deadLetters,
      idempotency: storage.idempotency, workflows: storage.workflows, tags: storage.tags,
      variables: storage.variables, credentials: storage.credentials, apiKeys: storage.apiKeys,
      workspaces: storage.workspaces, accounts: storage.accounts,
      identities: storage.identities, serviceAccounts: storage.serviceAccounts, sessions: storage.sessions,
      audit: storage.audit,
      auditCursors: storage.auditCursors, staticData: storage.staticData)
  }
}

extension CredentialDesk {
  /// For executions that use none.
  static func without(_ storage: PostgresStorage, _ clock: any WallClock) -> CredentialDesk {
    CredentialDesk(
      store: storage.credentials, cipher: nil, library: CredentialLibrary([]), audit: storage.audit, clock: clock,
      ids: IdentifierSource(clock: clock))
  }
}

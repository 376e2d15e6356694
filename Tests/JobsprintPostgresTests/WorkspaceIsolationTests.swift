// Two workspaces at the level of SQL, with the roles that the program uses.

import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Postgres
import Testing

@testable import JobsprintPostgres

@Suite(.enabled(if: TestServer.isExpected, TestServer.missing)) struct WorkspaceIsolationTests {
  private let mine = WorkspaceID.initial
  private let other = WorkspaceID.numbered(77)

  /// Tables with rows of workspaces, and which roles may read them.
  private let tables: [(name: String, roles: [PostgresRole])] = [
    ("live_executions", [.api, .journal]), ("executions", [.api, .journal]), ("execution_ends", [.api, .journal]),
    ("journal", [.api, .journal]), ("workflows", [.api, .journal]), ("static_data", [.api, .journal]),
    ("workflow_versions", [.api]), ("workflow_words", [.api]),
    ("tags", [.api]), ("variables", [.api]), ("credentials", [.api]), ("workflow_tags", [.api]),
    ("idempotency_keys", [.api, .journal]), ("api_keys", [.api]),
    ("dead_letters", [.api, .journal]), ("audit_logs", [.api]), ("audit_heads", [.api]), ("audit_checkpoints", [.api]),
    ("memberships", [.api]), ("one_time_tokens", [.api]), ("execution_tags", [.api]),
    ("service_accounts", [.api]), ("audit_cursors", [.api]),
  ]

  /// Everything there is, in both workspaces.
  private func fill(_ storage: PostgresStorage) async throws {
    for (number, workspace) in [(1, mine), (2, other)] {
      if workspace == other {
        _ = try await storage.workspaces.create(
          Workspace(id: other, name: "other", createdAt: .seconds(0), updatedAt: .seconds(0)),
          firstKey: .numbered(number, in: other), recording: .numbered(100 + number))
      } else {
        _ = try await storage.apiKeys.insert(.numbered(number), recording: .numbered(100 + number))
      }
      _ = try await storage.tags.create(
        .numbered(number), in: workspace, recording: .numbered(200 + number, in: workspace))
      _ = try await storage.variables.create(
        .numbered(number), in: workspace, recording: .numbered(700 + number, in: workspace))
      _ = try await storage.credentials.create(
        .numbered(number, in: workspace), recording: .numbered(800 + number, in: workspace))
      _ = try await storage.workflows.create(
        .numbered(number, in: workspace), recording: .numbered(300 + number, in: workspace))
      _ = try await storage.workflows.setTags(
        [.numbered(number)], of: .numbered(number), in: workspace, recording: .numbered(400 + number, in: workspace))
      _ = try await storage.serviceAccounts.create(
        .numbered(number, in: workspace), recording: .numbered(1100 + number, in: workspace))
      _ = try await storage.accounts.enrol(
        .numbered(number), as: .numbered(number, in: workspace), linking: nil, spending: nil, onlyAsFirst: false,
        recording: .numbered(500 + number, in: workspace))
      _ = try await storage.accounts.keep(
        .numbered(number, in: workspace), recording: .numbered(600 + number, in: workspace))
      let seal = AuditSeal(sequence: 1, hash: [1])
      let sealed = try await storage.audit.seal(
        [(entry: .numbered(200 + number), seal: seal)], after: nil, in: workspace)
      #expect(sealed)
      _ = try await storage.audit.remove(
        upTo: AuditCheckpoint(workspace: workspace, seal: seal, at: .seconds(1), signature: [2]), limit: 0)
      _ = try await storage.auditCursors.move(AuditCursor(of: .webhook, workspace: workspace, sequence: 1, fence: 1))
    }
    // One batch of both.
    let outcomes = try await storage.journal.commit([
      .accept(.numbered(1, claimedBy: .numbered(1), idempotency: .of("key"))),
      .accept(.numbered(2, in: other, claimedBy: .numbered(1), idempotency: .of("key", in: other))),
      .accept(.numbered(3, claimedBy: .numbered(1))), .accept(.numbered(4, in: other, claimedBy: .numbered(1))),
      .append(3, [.entry(at: 0)]), .append(4, in: other, [.entry(at: 0)]),
      .append(3, [.entry(at: 1)], .success(), leaving: .of(1, ["global": "{}"])),
      .append(4, in: other, [.entry(at: 1)], .success(), leaving: .of(2, ["global": "{}"])),
      .accept(.numbered(5, claimedBy: .numbered(1))), .accept(.numbered(6, in: other, claimedBy: .numbered(1))),
      .append(5, [], .finish(.crashed, error: nil, lastNode: nil, at: .seconds(9), deadLetter: .cannotRun)),
      .append(6, in: other, [], .finish(.crashed, error: nil, lastNode: nil, at: .seconds(9), deadLetter: .cannotRun)),
    ])
    #expect(outcomes.allSatisfy { $0 == .committed })
    for (number, workspace) in [(1, mine), (2, other)] {
      _ = try await storage.executions.setTags(
        [.numbered(number)], of: .numbered(number), in: workspace, recording: .numbered(900 + number, in: workspace))
    }
  }

  private func workspaces(
    in table: String, _ storage: PostgresStorage, _ settings: [String: String]
  ) async throws -> Set<PostgresUUID> {
    let rows = try await storage.database.primary.rows(
      PostgresCommand(sql: "SELECT workspace_id FROM jobsprint.\(table)"), setting: settings)
    return Set(
      try rows.map { row in
        var row = row
        return try row.next(PostgresUUID.self)
      })
  }

  @Test func noRowCrosses() async throws {
    try await withStorage { storage, _ in
      try await fill(storage)
      for (table, roles) in tables {
        for role in roles {
          let own = try await workspaces(in: table, storage, role.settings([mine]))
          #expect(own == [mine.stored], "\(table) as \(role)")
          let others = try await workspaces(in: table, storage, role.settings([other]))
          #expect(others == [other.stored], "\(table) as \(role)")
          let both = try await workspaces(in: table, storage, role.settings([mine, other]))
          #expect(both == [mine.stored, other.stored], "\(table) as \(role)")
        }
      }
    }
  }

  @Test func withoutTheSettingNoRowIsSeen() async throws {
    try await withStorage { storage, _ in
      try await fill(storage)
      for (table, roles) in tables {
        for role in roles {
          #expect(try await workspaces(in: table, storage, ["role": role.rawValue]).isEmpty, "\(table) as \(role)")
          #expect(try await workspaces(in: table, storage, role.settings()).isEmpty, "\(table) as \(role)")
        }
      }
    }
  }

  // No message of ours does that; one that did would have its execution held by a process that may not read it.
  @Test func aWakeUpThatNamesAnotherWorkspaceGivesNothingAndHoldsNothing() async throws {
    try await withStorage { storage, _ in
      let me = ExecutorID.numbered(1)
      _ = try await storage.journal.commit([.accept(.numbered(1)), .accept(.numbered(2, in: other))])
      let wakeUps = [1, 2].map { WakeUp(execution: .numbered($0), workspace: other, lane: .normal) }
      let claimed = try await storage.claims.claim(wakeUps, for: me, at: .seconds(9), leaseExpiry: .seconds(0))
      #expect(claimed.map(\.id) == [.numbered(2)])
      _ = try await storage.claims.beat(me, holding: [.numbered(2)], at: .seconds(9))
      let again = try await storage.claims.claim([.numbered(1)], for: me, at: .seconds(10), leaseExpiry: .seconds(0))
      #expect(again.map(\.fence.term) == [2])
    }
  }

  /// No filter of the search in the audit log.
  private static let anything = [String](repeating: "NULL", count: 8).joined(separator: ", ")

  @Test func searchesKeepToTheWorkspacesOfTheTransaction() async throws {
    try await withStorage { storage, _ in
      try await fill(storage)
      let commands = [
        "SELECT jobsprint.find_workflows('\(other)', '''workflow'':*')",
        "SELECT jobsprint.find_audit_entries('\(other)', '''subject'':*', \(Self.anything), false, 10)",
      ]
      for sql in commands {
        let pool = storage.database.primary
        let own = try await pool.rows(PostgresCommand(sql: sql), setting: PostgresRole.api.settings([other]))
        #expect(own.count > 0, "\(sql)")
        let crossing = try await pool.rows(PostgresCommand(sql: sql), setting: PostgresRole.api.settings([mine]))
        #expect(crossing.isEmpty, "\(sql)")
        let without = try await pool.rows(PostgresCommand(sql: sql), setting: ["role": PostgresRole.api.rawValue])
        #expect(without.isEmpty, "\(sql)")
      }
    }
  }

  private func isDenied(_ storage: PostgresStorage, _ sql: String, _ settings: [String: String]) async throws -> Bool {
    do {
      try await storage.database.primary.rows(PostgresCommand(sql: sql), setting: settings)
      return false
    } catch let error as PostgresError { return error.sqlState == "42501" }
  }

  @Test func rightsEndWhereTheRoleEnds() async throws {
    try await withStorage { storage, _ in
      try await fill(storage)
      let mineOnly = "'\(mine)'"
      let denied: [(sql: String, settings: [String: String])] = [
        // Without a role there is nothing.
        ("SELECT 1 FROM jobsprint.executions", [:]), ("SELECT 1 FROM jobsprint.workflows", [:]),
        // The claimer sees ids and states.
        ("SELECT input FROM jobsprint.executions", PostgresRole.claimer.settings()),
        ("SELECT entries FROM jobsprint.execution_ends", PostgresRole.claimer.settings()),
        ("SELECT 1 FROM jobsprint.journal", PostgresRole.claimer.settings()),
        // The pen writes executions, and reads nobody's workflows or keys.
        ("SELECT 1 FROM jobsprint.workflow_versions", PostgresRole.journal.settings([mine])),
        ("SELECT 1 FROM jobsprint.api_keys", PostgresRole.journal.settings([mine])),
        ("UPDATE jobsprint.execution_ends SET state = 'success'", PostgresRole.journal.settings([mine])),
        // The pen writes letters, and settles none; what a letter says is nobody's to change.
        ("UPDATE jobsprint.dead_letters SET status = 'discarded'", PostgresRole.journal.settings([mine])),
        ("UPDATE jobsprint.dead_letters SET reason = 'cannot_run'", PostgresRole.api.settings([mine])),
        ("SELECT 1 FROM jobsprint.dead_letters", PostgresRole.claimer.settings()),
        // What is written stays: no role changes an audit entry, and none writes into another workspace.
        ("UPDATE jobsprint.audit_logs SET action = 'x'", PostgresRole.api.settings([mine])),
        ("UPDATE jobsprint.audit_logs SET action = 'x'", PostgresRole.keeper.settings([mine])),
        ("DELETE FROM jobsprint.audit_logs", PostgresRole.api.settings([mine])),
        (
          "INSERT INTO jobsprint.tags (workspace_id, id, created_at, updated_at, name) "
            + "VALUES (\(mineOnly), gen_random_uuid(), 0, 0, 'x')", PostgresRole.api.settings([other])
        ),
        (
          "UPDATE jobsprint.tags SET workspace_id = \(mineOnly)", PostgresRole.api.settings([other])
        ),
        // What people sign in with is for the keeper's eyes, and nobody makes himself a member.
        ("SELECT password FROM jobsprint.users", PostgresRole.api.settings([mine])),
        ("SELECT 1 FROM jobsprint.refresh_tokens", PostgresRole.api.settings([mine])),
        ("UPDATE jobsprint.users SET status = 'active'", PostgresRole.api.settings([mine])),
        ("UPDATE jobsprint.memberships SET role = 'owner'", PostgresRole.keeper.settings([mine])),
        (
          "INSERT INTO jobsprint.memberships (workspace_id, user_id, created_at, updated_at, role) "
            + "VALUES (\(mineOnly), gen_random_uuid(), 0, 0, 'owner')", PostgresRole.api.settings([mine])
        ),
        // Partitions are reached through their parent only.
        ("SELECT 1 FROM jobsprint.executions_default", PostgresRole.api.settings([mine])),
        ("DROP TABLE jobsprint.tags", PostgresRole.keeper.settings()),
      ]
      for (sql, settings) in denied { #expect(try await isDenied(storage, sql, settings), "\(sql)") }
    }
  }

  @Test func theOwnerIsNoException() async throws {
    try await withStorage { storage, name in
      try await fill(storage)
      let owner = PostgresPool(try TestServer.options(name, as: TestServer.owner, size: 1))
      let running = Task { await owner.run() }
      defer { running.cancel() }
      for table in ["executions", "journal", "workflows", "workflow_versions", "tags", "idempotency_keys"] {
        #expect(try await owner.rows(PostgresCommand(sql: "SELECT 1 FROM jobsprint.\(table)")).isEmpty, "\(table)")
      }
    }
  }
}

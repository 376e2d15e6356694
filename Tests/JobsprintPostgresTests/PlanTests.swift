// Every statement is explained as the role that runs it, with a generic plan and no switch of the planner, on 200,000
// executions of 50 workspaces: no large table is read from end to end.

import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintPostgres
@testable import Postgres

/// What fills the database; each workspace has a 50th of it. It begins with a week, so that each partition has as much as
/// it would have: a small one is rightly read from end to end.
private let filling = [
  """
  CREATE TEMP TABLE made ON COMMIT PRESERVE ROWS AS
  SELECT n, ('00000000-0000-7000-9000-' || lpad(to_hex(n % 50), 12, '0'))::uuid AS workspace_id,
    (left(jobsprint.first_id(at)::text, 15) || '000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id, at
  FROM generate_series(1, 200000) AS n CROSS JOIN LATERAL (
    SELECT (extract(epoch FROM date_trunc('week', now(), 'UTC') - interval '7 days') * 1000)::int8 + n::int8 * 12000 AS at
  ) AS times
  """,
  """
  INSERT INTO jobsprint.executions (workspace_id, id, workflow_id, version_id, accepted_at, mode, lane, input)
  SELECT workspace_id, id, ('00000000-0000-7000-a000-' || lpad(to_hex(n % 5000), 12, '0'))::uuid, id, at, 'webhook',
    'normal', 'input' FROM made
  """,
  """
  INSERT INTO jobsprint.live_executions (id, workspace_id, executor_id, wait_until, term, packs, state, lane)
  SELECT id, workspace_id, CASE WHEN n % 300 = 0 THEN id END, CASE WHEN n % 30 = 1 THEN at END, 1, 1,
    CASE WHEN n % 300 = 0 THEN 'running' WHEN n % 30 = 1 THEN 'waiting' ELSE 'new' END, 'normal'
  FROM made WHERE n % 10 IN (0, 1)
  """,
  """
  INSERT INTO jobsprint.execution_ends (id, workspace_id, workflow_id, finished_at, term, state, entries)
  SELECT id, workspace_id,
    CASE WHEN n % 50 = 7 AND n % 4 > 0
      THEN ('00000000-0000-7000-a000-' || lpad(to_hex(n % 5000), 12, '0'))::uuid END,
    at, 1, CASE WHEN n % 50 = 7 THEN 'error' ELSE 'success' END, 'entries'
  FROM made WHERE n % 10 NOT IN (0, 1)
  """,
  """
  INSERT INTO jobsprint.dead_letters (workspace_id, execution_id, workflow_id, version_id, died_at, reason, status)
  SELECT workspace_id, id, ('00000000-0000-7000-a000-' || lpad(to_hex(n % 5000), 12, '0'))::uuid, id, at,
    CASE WHEN n % 7 = 0 THEN 'cannot_run' ELSE 'attempts_exhausted' END,
    CASE WHEN n % 20 = 0 THEN 'open' ELSE 'redriven' END
  FROM made WHERE n <= 50000
  """,
  "INSERT INTO jobsprint.journal SELECT id, n % 2, workspace_id, 'entries' FROM made",
  """
  INSERT INTO jobsprint.workflow_versions SELECT workspace_id, id, id, at, 'name', '{}' FROM made WHERE n <= 50000
  """,
  """
  INSERT INTO jobsprint.workflows
    (workspace_id, id, version_id, active_version_id, is_archived, created_at, updated_at, name)
  SELECT workspace_id, id, id, id, false, at, at, n::text::bytea FROM made WHERE n <= 50000
  """,
  """
  INSERT INTO jobsprint.workflow_words SELECT workspace_id, id, array_to_tsvector(ARRAY['w' || n, workspace_id::text])
  FROM made WHERE n <= 50000
  """,
  """
  INSERT INTO jobsprint.tags (workspace_id, id, created_at, updated_at, name)
  SELECT workspace_id, id, at, at, n::text::bytea FROM made WHERE n <= 50000
  """,
  "INSERT INTO jobsprint.workflow_tags SELECT workspace_id, id, id FROM made WHERE n <= 50000",
  """
  INSERT INTO jobsprint.idempotency_keys
  SELECT workspace_id, n::text::bytea, at, 200, 'f', 'r' FROM made WHERE n <= 50000
  """,
  """
  INSERT INTO jobsprint.api_keys
  SELECT workspace_id, id, at, NULL, n::text::bytea, 'label', '{}' FROM made WHERE n <= 50000
  """,
  """
  INSERT INTO jobsprint.workspaces (id, created_at, updated_at, name)
  SELECT id, at, at, n::text::bytea FROM made WHERE n <= 50000
  """,
  """
  INSERT INTO jobsprint.audit_logs
    (id, workspace_id, at, sequence, hash, actor_kind, actor_id, action, subject, details, words)
  SELECT id, workspace_id, at, CASE WHEN n % 100 > 0 THEN n END, 'h', 'shell', '', 'tag.created', n::text::bytea, '{}',
    array_to_tsvector(ARRAY['w' || n, workspace_id::text]) FROM made WHERE n <= 100000
  """,
  "INSERT INTO jobsprint.audit_heads SELECT id, n, 'h' FROM made WHERE n <= 50000",
  "INSERT INTO jobsprint.audit_cursors SELECT id, n, n, 'otlp' FROM made WHERE n <= 50000",
  "INSERT INTO jobsprint.audit_checkpoints SELECT id, n, at, 'h', 's' FROM made WHERE n <= 50000",
  "INSERT INTO jobsprint.executors SELECT id, at FROM made WHERE n <= 500",
  "ANALYZE",
]

@Suite(.enabled(if: TestServer.isExpected, TestServer.missing)) struct PlanTests {
  private let workspace = WorkspaceID(UUIDv7(high: 0x7000, low: 0x9000_0000_0000_0007))

  private typealias Explained = (role: PostgresRole, command: PostgresCommand)

  private func statements() throws -> [Explained] {
    let id = ExecutionID.numbered(1)
    let append = JournalAppend(
      execution: id, workspace: workspace, fence: Fence(term: 1, executor: .numbered(1)), entries: [.entry(at: 0)])
    let new = NewExecution.numbered(1, in: workspace, idempotency: .of("key", in: workspace))
    let wakeUp = WakeUp(execution: id, workspace: workspace, lane: .normal)
    let write = JournalWrite.cancel(1, in: workspace)
    let time = Timestamp.seconds(0)
    let seal = AuditSeal(sequence: 1, hash: [1])
    let checkpoint = AuditCheckpoint(workspace: workspace, seal: seal, at: time, signature: [])
    let page = (limit: 100, payload: 1 << 20)
    var all: [Explained] = []
    func add(_ role: PostgresRole, _ statement: some PostgresStatement) throws {
      all.append((role, try statement.command()))
    }
    try add(.journal, AcceptExecutions(executions: [new]))
    try add(.journal, AcceptKeyedExecutions(executions: [new]))
    let owned = NewExecution.numbered(1, in: workspace, claimedBy: .numbered(1))
    let end = JournalWrite.append(1, in: workspace, by: 1, [.entry(at: 0)], .success())
    try add(.journal, StoreWholeExecutions(executions: [#require([.accept(owned), end].whole(at: 0))]))
    try add(.journal, ClaimByAppends(appends: [append]))
    try add(.journal, ContinueExecutions(appends: [append]))
    try add(.journal, FinishExecutions(appends: [append]))
    try add(.journal, FailExecutions(appends: [append]))
    let change = StaticDataChange.of(1, ["global": "{}"])
    try add(.journal, EndKeepingStaticData(appends: [append], changes: [(execution: id, change: change)]))
    try add(.journal, CancelExecutions(cancellations: [Cancellation(execution: id, workspace: workspace, at: time)]))
    try add(.journal, FindEnds(writes: [write]))
    try add(.journal, FindAccepted(executions: [new]))
    try add(.journal, FindContinued(appends: [append]))
    try add(.claimer, ClaimExecutions(ids: [id], executor: .numbered(1), now: time, leaseExpiry: time, tags: .none))
    try add(.claimer, ConfirmClaims(ids: [id], executor: .numbered(1)))
    try add(.api, ReadAccepted(wakeUps: [wakeUp]))
    try add(.api, ReadJournals(ids: [id]))
    try add(.claimer, Beat(executor: .numbered(1), now: time, holding: [id]))
    try add(.claimer, RetireExecutors(executors: [.numbered(1)]))
    try add(
      .claimer,
      StampRecoverable(
        now: time, dispatchedBefore: time, leaseExpiry: time, limit: 100, lineLimit: 1000, tags: .none))
    try add(.claimer, ListWaitingTags())
    try add(.claimer, CountBacklog(since: time, limit: 1000))
    try add(.claimer, NextDue(after: time, lease: .seconds(15), turn: .milliseconds(100), tags: .none))
    try add(.keeper, CompleteEnds(limit: 100))
    try add(.keeper, ExpireLeftovers(before: id, limit: 100))
    try add(.claimer, CheckEnded(ids: [id]))
    try add(.api, FindExecution(id: id, workspace: workspace))
    try add(.api, ReadJournal(execution: id, workspace: workspace))
    try add(.api, ReadExecutedDocument(execution: id, workspace: workspace))
    try add(.api, DeleteExecution(id: id, workspace: workspace))
    let states: [Set<ExecutionState>] = [
      [], [.success], [.error], [.new], [.running], [.waiting], [.error, .success, .new],
    ]
    for states in states {
      for workflow in [nil, WorkflowID.numbered(1)] {
        for after in [nil, id] {
          for limit in [0, 100, 250] {
            all.append(
              (
                .api,
                try ListExecutions(
                  filter: ExecutionFilter(
                    states: states, workflow: workflow, acceptedAfter: after.map { _ in time }, acceptedBefore: time),
                  workspace: workspace, page: PageRequest(after: after, limit: limit)
                ).command()
              ))
          }
        }
      }
    }
    try add(.journal, BuryExecutions(appends: [append]))
    try add(.api, FindDeadLetter(execution: id, workspace: workspace))
    try add(
      .api, SettleDeadLetter(execution: id, workspace: workspace, settlement: .redriven(as: .numbered(1)), time: time))
    for after in [nil, id] {
      for filter in [
        DeadLetterFilter(), DeadLetterFilter(status: nil), DeadLetterFilter(workflow: .numbered(1)),
        DeadLetterFilter(workflow: .numbered(1), reason: .cannotRun, status: nil),
        DeadLetterFilter(reason: .cannotRun, status: .redriven),
      ] {
        let list = ListDeadLetters(filter: filter, workspace: workspace, page: PageRequest(after: after))
        all.append((.api, try list.command()))
      }
      let ordered = ListDeadLettersInOrder(workspace: workspace, page: PageRequest(after: after))
      all.append((.api, try ordered.command()))
    }
    let workflow = StoredWorkflow.numbered(1, in: workspace)
    try add(.api, FindWorkflow(id: workflow.id, workspace: workspace))
    try add(.api, LockWorkflow(id: workflow.id, workspace: workspace))
    try add(.api, UpdateWorkflow(workflow: workflow))
    try add(.api, DeleteWorkflow(workspace: workspace, id: workflow.id))
    try add(.api, InsertWorkflow(workflow: workflow))
    try add(.api, IndexWorkflow(workflow: workflow))
    try add(.api, FindVersion(id: workflow.version, workspace: workspace))
    for after in [nil, workflow.id] {
      for filter in [
        WorkflowFilter(), WorkflowFilter(isActive: true), WorkflowFilter(name: "n"), WorkflowFilter(tags: ["a", "b"]),
        WorkflowFilter(text: "word"), WorkflowFilter(isActive: true, name: "n", tags: ["a"], text: "word"),
      ] {
        all.append(
          (
            .api,
            try ListWorkflows(
              filter: filter, workspace: workspace, page: PageRequest(after: after, limit: page.limit)
            ).command()
          ))
      }
    }
    for after in [nil, workflow.version] {
      all.append(
        (
          .api,
          try ListVersions(
            workflow: workflow.id, workspace: workspace, page: PageRequest(after: after)
          ).command()
        ))
    }
    try add(.api, FindTag(workspace: workspace, id: .numbered(1)))
    try add(.api, InsertTag(workspace: workspace, tag: .numbered(1)))
    try add(.api, RenameTag(workspace: workspace, id: .numbered(1), newName: "n", time: time))
    try add(.api, DeleteTag(workspace: workspace, id: .numbered(1)))
    try add(.api, ListWorkflowTags(workspace: workspace, workflows: [workflow.id]))
    try add(.api, LockTags(workspace: workspace, tags: [.numbered(1)]))
    try add(.api, ClearWorkflowTags(workspace: workspace, workflow: workflow.id))
    try add(.api, AddWorkflowTags(workspace: workspace, workflow: workflow.id, tags: [.numbered(1)]))
    for after in [nil, TagID.numbered(1)] {
      all.append((.api, try ListTags(workspace: workspace, page: PageRequest(after: after)).command()))
    }
    try add(.api, FindIdempotencyKey(workspace: workspace, key: "key"))
    try add(.api, InsertIdempotencyKey(record: .of("key", in: workspace)))
    try add(.api, CountVariables(workspace: workspace))
    try add(.keeper, ForgetIdempotencyKeys(time: time, limit: 100))
    try add(.api, FindAPIKey(hash: [1]))
    try add(.api, DeleteAPIKey(workspace: workspace, id: .numbered(1)))
    try add(.api, InsertAPIKey(key: .numbered(1, in: workspace)))
    for after in [nil, APIKeyID.numbered(1)] {
      all.append((.api, try ListAPIKeys(workspace: workspace, page: PageRequest(after: after)).command()))
    }
    try add(.api, FindStaticData(workspace: workspace, workflow: workflow.id, slots: ["global"]))
    try add(.api, ListStaticData(workspace: workspace, workflow: workflow.id))
    try add(.keeper, FindIdentity(issuer: "i", subject: "s"))
    try add(.keeper, ListIdentities(user: .numbered(1)))
    try add(.keeper, ListAllIdentities(after: nil, limit: 10))
    try add(.keeper, InsertIdentity(identity: .numbered(1)))
    try add(.keeper, DeleteIdentity(id: .numbered(1)))
    try add(.api, FindServiceAccount(workspace: workspace, id: .numbered(1)))
    try add(.api, InsertServiceAccount(account: .numbered(1, in: workspace)))
    try add(
      .api, UpdateServiceAccount(workspace: workspace, id: .numbered(1), newName: "n", role: .viewer, time: time))
    try add(.api, DeleteServiceAccount(workspace: workspace, id: .numbered(1)))
    try add(.api, DeleteAPIKeysOfOwner(workspace: workspace, owner: .numbered(1)))
    for after in [nil, UserID.numbered(1)] {
      all.append((.api, try ListServiceAccounts(workspace: workspace, page: PageRequest(after: after)).command()))
    }
    try add(.api, FindWorkspace(id: workspace))
    try add(.keeper, ListLimitedWorkspaces())
    try add(.keeper, UpdateWorkspace(id: workspace, change: WorkspaceChange(name: "n"), time: time))
    for after in [nil, workspace] {
      all.append((.keeper, try ListWorkspaces(page: PageRequest(after: after)).command()))
    }
    try add(.api, InsertAuditEntry(entry: .numbered(1, in: workspace)))
    for after in [nil, AuditEntryID.numbered(1)] {
      for filter in [
        AuditFilter(), AuditFilter(action: .tagCreated), AuditFilter(subject: "s"), AuditFilter(actor: "a"),
        AuditFilter(requestID: "r"), AuditFilter(address: "::1"),
        AuditFilter(after: time, before: time),
        AuditFilter(text: "word"),
      ] {
        all.append(
          (
            .api,
            try ListAuditEntries(
              filter: filter, workspace: workspace, page: PageRequest(after: after)
            ).command()
          ))
      }
    }
    try add(.keeper, ListUnsealed(limit: 100))
    try add(.api, FindAuditHead(workspace: workspace))
    try add(.keeper, MoveAuditHead(workspace: workspace, head: seal, previous: seal))
    try add(.keeper, SealEntries(workspace: workspace, seals: [(entry: .numbered(1), seal: seal)]))
    try add(.api, ListChain(workspace: workspace, after: 1, limit: 100))
    try add(.api, FindCheckpoint(workspace: workspace))
    try add(.keeper, WriteCheckpoint(checkpoint: checkpoint))
    try add(.keeper, ListCursorsBehind(stream: .otlp, limit: 100))
    try add(.api, FindAuditCursor(stream: .otlp, workspace: workspace))
    try add(.keeper, MoveAuditCursor(cursor: AuditCursor(of: .otlp, workspace: workspace, sequence: 1, fence: 1)))
    try add(.keeper, RemoveEntries(checkpoint: checkpoint, limit: 100))
    try add(.keeper, ExpireExecutions(workspace: workspace, before: id, limit: 100))
    return all
  }

  /// The lines of a statement's generic plan.
  private func plan(_ explained: Explained, _ pool: PostgresPool) async throws -> [String] {
    var settings = explained.role.settings([workspace])
    settings["enable_seqscan"] = nil
    return try await pool.transaction(setting: settings) { transaction in
      let types = explained.command.values.fields.map { field in
        let named: [PostgresType] = [.bool, .bytea, .int8, .int4, .text, .uuid]
        let single = named.first { $0.oid == field.type }?.name
        return single ?? named.first { $0.array == field.type }.map { $0.name + "[]" } ?? "?"
      }
      let parameters = types.isEmpty ? "" : "(" + types.joined(separator: ", ") + ")"
      try await transaction.script("PREPARE explained \(parameters) AS \(explained.command.sql)")
      let nulls = types.isEmpty ? "" : "(" + types.map { _ in "NULL" }.joined(separator: ", ") + ")"
      let rows = try await transaction.rows(PostgresCommand(sql: "EXPLAIN EXECUTE explained \(nulls)"))
      try await transaction.script("DEALLOCATE explained")
      return try rows.map { row in
        var row = row
        return try row.next(String.self)
      }
    }
  }

  /// What EXPLAIN does not show: the statements inside of functions.
  private func searchesUseTheirIndexes(_ storage: PostgresStorage) async throws {
    var settings = PostgresRole.api.settings([workspace])
    settings["enable_seqscan"] = nil
    let scans = try await storage.database.primary.transaction(setting: settings) { transaction in
      for sql in [
        "SELECT count(*) FROM jobsprint.find_workflows('\(workspace)', '''w1'':*')",
        "SELECT count(*) FROM jobsprint.find_audit_entries("
          + "'\(workspace)', '''w1'':*', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, 101)",
        "SELECT count(*) FROM jobsprint.find_api_key('1')",
      ] {
        var found = try await transaction.rows(PostgresCommand(sql: sql))[0]
        #expect(try found.next(Int.self) > 0, "\(sql)")
      }
      let sql = """
        SELECT coalesce(sum(seq_scan), 0)::int8 FROM pg_stat_xact_all_tables JOIN pg_class AS c ON c.oid = relid
        WHERE schemaname = 'jobsprint' AND c.reltuples > 1000
        """
      var row = try await transaction.rows(PostgresCommand(sql: sql))[0]
      return try row.next(Int.self)
    }
    #expect(scans == 0)
  }

  /// Tables and partitions with more than a thousand rows.
  private func largeTables(_ name: String) async throws -> [String] {
    let pool = PostgresPool(try TestServer.options(name, size: 1))
    let running = Task { await pool.run() }
    defer { running.cancel() }
    return try await pool.rows(
      PostgresCommand(
        sql: "SELECT relname::text FROM pg_class WHERE relnamespace = 'jobsprint'::regnamespace AND reltuples > 1000")
    ).map { row in
      var row = row
      return try row.next(String.self)
    }
  }

  /// Plans are made and kept while a week's partition is empty, and no statistics say anything.
  @Test func whatWasAcceptedIsFoundByItsKeyFromTheFirstRowOn() async throws {
    try await withStorage { storage, _ in
      let wakeUp = WakeUp(execution: .numbered(1), workspace: workspace, lane: .normal)
      let reading: Explained = (.api, try ReadAccepted(wakeUps: [wakeUp]).command())
      let scans = try await plan(reading, storage.database.primary).filter { $0.contains(" on executions_") }
      #expect(scans.count > 5)
      #expect(scans.allSatisfy { $0.contains("_pkey on executions_") }, "\(scans)")
    }
  }

  @Test(.timeLimit(.minutes(5))) func noLargeTableIsReadFromEndToEnd() async throws {
    try await withStorage { storage, name in
      try await TestServer.administer(filling, on: name)
      let large = try await largeTables(name)
      #expect(large.count > 20)
      var failures: [String] = []
      let statements = try statements()
      for explained in statements {
        let lines = try await plan(explained, storage.database.primary)
        let isScanning = lines.contains { line in
          line.contains("Seq Scan on ") && large.contains { line.contains("Seq Scan on \($0) ") }
        }
        if isScanning {
          failures.append("\(explained.command.name): \(explained.command.sql)\n" + lines.joined(separator: "\n"))
        }
      }
      try await searchesUseTheirIndexes(storage)
      #expect(failures.isEmpty, "\(failures.count) of \(statements.count):\n\(failures.joined(separator: "\n\n"))")
    }
  }
}

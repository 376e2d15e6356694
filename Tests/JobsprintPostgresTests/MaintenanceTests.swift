import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Postgres
import Testing

@testable import JobsprintPostgres

@Suite(.enabled(if: TestServer.isExpected, TestServer.missing)) struct MaintenanceTests {
  private let week = Duration.seconds(7 * 86_400)

  private func rows(of table: String, _ name: String) async throws -> Int {
    let pool = PostgresPool(try TestServer.options(name, size: 1))
    let running = Task { await pool.run() }
    let rows = try await pool.rows(PostgresCommand(sql: "SELECT 1 FROM jobsprint.\(table)"))
    running.cancel()
    await running.value
    return rows.count
  }

  // The ids of tests are of January 2027: no partition was made for them.
  @Test func rowsWithoutAPartitionAreKeptAndMovedToTheirs() async throws {
    try await withStorage { storage, name in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: .numbered(1))), .append(1, [.entry(at: 0)]),
        .append(1, [.entry(at: 1)], .success()),
      ])
      #expect(try await rows(of: "executions_default", name) == 1)
      #expect(try await storage.maintenance.prepare(at: .seconds(0)) ?? 0 > 0)
      for table in ["executions_default", "execution_ends_default", "journal_default"] {
        #expect(try await rows(of: table, name) == 0)
      }
      #expect(try await storage.executions.execution(.numbered(1), in: .initial)?.state == .success)
      #expect(try await storage.executions.journal(of: .numbered(1), in: .initial).count == 2)
      #expect(try await storage.maintenance.prepare(at: .seconds(0)) == 0)
    }
  }

  @Test func failuresThatAnOlderProgramWroteAreListedAndCompleted() async throws {
    try await withStorage { storage, name in
      _ = try await storage.journal.commit(
        [1, 2, 3, 4].map { .accept(.numbered($0, claimedBy: .numbered(1))) })
      _ = try await storage.journal.commit([
        .append(1, [.entry(at: 0)], .finish(.error, error: nil, lastNode: nil, at: .seconds(1))),
        .append(2, [.entry(at: 0)], .finish(.error, error: nil, lastNode: nil, at: .seconds(1))),
        .append(3, [.entry(at: 0)], .success()), .cancel(4),
      ])
      #expect(try await rows(of: "execution_ends WHERE workflow_id IS NOT NULL", name) == 3)
      try await TestServer.administer(
        ["UPDATE jobsprint.execution_ends SET workflow_id = NULL WHERE id = '\(ExecutionID.numbered(1))'"], on: name)
      let workflow = try #require(try await storage.executions.execution(.numbered(1), in: .initial)?.workflow)
      let filter = ExecutionFilter(states: [.error], workflow: workflow)
      for incomplete in [1, 0] {
        let all = try await storage.executions.executions(matching: filter, in: .initial, page: PageRequest(limit: 10))
        #expect(all.elements.map(\.id) == [.numbered(2), .numbered(1)] && !all.hasMore)
        let first = try await storage.executions.executions(matching: filter, in: .initial, page: PageRequest(limit: 1))
        #expect(first.elements.map(\.id) == [.numbered(2)] && first.hasMore)
        let next = try await storage.executions.executions(
          matching: filter, in: .initial, page: PageRequest(after: .numbered(2), limit: 1))
        #expect(next.elements.map(\.id) == [.numbered(1)] && !next.hasMore)
        #expect(try await storage.maintenance.completeEnds(limit: 100) == incomplete)
      }
      #expect(try await rows(of: "execution_ends WHERE workflow_id IS NOT NULL", name) == 3)
    }
  }

  @Test func weeksAreDroppedWhenNothingLivesInThem() async throws {
    try await withStorage { storage, name in
      _ = try await storage.maintenance.prepare(at: .seconds(0))
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: .numbered(1))), .accept(.numbered(2)), .append(1, [.entry(at: 0)], .success()),
      ])
      _ = try await storage.tags.create(.numbered(1), in: .initial, recording: .noted())
      _ = try await storage.executions.setTags([.numbered(1)], of: .numbered(1), in: .initial, recording: .noted())
      let dropped = try await storage.maintenance.dropPartitions(before: .seconds(0) + week + week)
      #expect(!dropped.contains("executions_20270111"))
      #expect(try await storage.executions.execution(.numbered(1), in: .initial) != nil)
      _ = try await storage.journal.commit([.cancel(2)])
      let next = try await storage.maintenance.dropPartitions(before: .seconds(0) + week + week)
      #expect(next.contains("executions_20270111") && next.contains("journal_20270111"))
      #expect(try await rows(of: "execution_tags", name) == 0)
      #expect(try await storage.executions.execution(.numbered(1), in: .initial) == nil)
    }
  }

  @Test func whatLivesInAWeekDoesNotKeepTheRestOfItForGood() async throws {
    try await withStorage { storage, _ in
      _ = try await storage.maintenance.prepare(at: .seconds(0))
      let other = WorkspaceID.numbered(77)
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: .numbered(1))), .accept(.numbered(2)), .accept(.numbered(3, in: other)),
        .append(1, [.entry(at: 0)], .success()), .cancel(3, in: other),
      ])
      let maintenance = storage.maintenance
      #expect(try await maintenance.expireLeftovers(before: .seconds(1000), limit: 9) == 0, "its week goes as a whole:")
      #expect(try await maintenance.expireLeftovers(before: .seconds(1000) + week, limit: 1) == 1)
      #expect(try await maintenance.expireLeftovers(before: .seconds(1000) + week, limit: 9) == 1)
      #expect(try await storage.executions.execution(.numbered(1), in: .initial) == nil)
      #expect(try await storage.executions.execution(.numbered(2), in: .initial) != nil)
      #expect(try await storage.executions.execution(.numbered(3), in: other) == nil)
    }
  }

  @Test func payloadsAreCompressedWithLZ4WhereTheServerCan() async throws {
    try await withStorage { storage, name in
      let pool = PostgresPool(try TestServer.options(name, size: 1))
      let running = Task { await pool.run() }
      let columns = """
        FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'jobsprint'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'entries'
          AND a.attcompression
        """
      let can = try await pool.rows(
        PostgresCommand(
          sql: """
            SELECT 1 FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)
            """))
      _ = try await storage.maintenance.prepare(at: .seconds(0))
      let compressed = try await pool.rows(PostgresCommand(sql: "SELECT 1 \(columns) = 'l'"))
      let others = try await pool.rows(PostgresCommand(sql: "SELECT 1 \(columns) <> 'l'"))
      #expect(can.count == 0 ? compressed.count == 0 : others.count == 0 && compressed.count > 8)
      running.cancel()
      await running.value
    }
  }

  @Test func settledLettersGoInBatchesAndOpenOnesStay() async throws {
    try await withStorage { storage, _ in
      let other = WorkspaceID.numbered(77)
      let end = ExecutionTransition.finish(
        .crashed, error: nil, lastNode: nil, at: .seconds(9), deadLetter: .cannotRun)
      _ = try await storage.journal.commit(
        (1...4).flatMap { [.accept(.numbered($0, claimedBy: .numbered(1))), .append($0, [], end)] }
          + [.accept(.numbered(5, in: other, claimedBy: .numbered(1))), .append(5, in: other, [], end)])
      for (number, workspace, time) in [(1, .initial, 20), (2, .initial, 21), (3, .initial, 900), (5, other, 20)]
        as [(Int, WorkspaceID, Int64)]
      {
        _ = try await storage.deadLetters.settle(
          .numbered(number), in: workspace, as: .discarded, at: .seconds(time), recording: .noted(in: workspace))
      }
      let maintenance = storage.maintenance
      #expect(try await maintenance.expireLetters(before: .seconds(500), in: .initial, limit: 1) == 1)
      #expect(try await maintenance.expireLetters(before: .seconds(500), in: .initial, limit: 9) == 1)
      let rest = try await storage.deadLetters.letters(
        matching: DeadLetterFilter(status: nil), in: .initial, page: PageRequest())
      #expect(rest.elements.map(\.execution) == [.numbered(4), .numbered(3)])
      #expect(try await storage.deadLetters.letter(of: .numbered(5), in: other) != nil)
    }
  }

  @Test func aWorkspacesOwnRetentionGoesInBatches() async throws {
    try await withStorage { storage, _ in
      let other = WorkspaceID.numbered(77)
      _ = try await storage.journal.commit(
        (1...5).flatMap { [.accept(.numbered($0, claimedBy: .numbered(1))), .append($0, [.entry(at: 0)], .success())] }
          + [.accept(.numbered(6)), .accept(.numbered(7, in: other)), .cancel(7, in: other)])
      let later = Timestamp.seconds(1000)
      #expect(try await storage.maintenance.expire(before: later, in: .initial, limit: 2) == 2)
      #expect(try await storage.executions.execution(.numbered(2), in: .initial) == nil)
      #expect(try await storage.maintenance.expire(before: later, in: .initial, limit: 9) == 3)
      #expect(try await storage.maintenance.expire(before: later, in: .initial, limit: 9) == 0)
      #expect(try await storage.executions.execution(.numbered(6), in: .initial) != nil)
      #expect(try await storage.executions.execution(.numbered(7), in: other) != nil)
    }
  }
}

// What a database shows after a fault, read by its superuser past all of the adapter's own code but the unpacking of
// journals.

import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Postgres
import Testing

@testable import JobsprintPostgres

struct FaultEvidence {
  /// Answered with an id, and not stored.
  let lost: Set<ExecutionID>
  /// Answered by the liar, and not stored.
  let lostLies: Set<ExecutionID>
  /// Stored, and not ended.
  let open: Set<ExecutionID>
  /// Ended, and not with success.
  let failed: Set<ExecutionID>
  /// A position of its journal was finished twice, or a `started` of one attempt was noted twice.
  let doubled: Set<ExecutionID>
  let ended: Int

  init(_ tally: Tally, in options: PostgresOptions) async throws {
    let pool = PostgresPool(options)
    let running = Task { await pool.run() }
    defer { running.cancel() }
    let stored = try await Self.ids("SELECT id FROM jobsprint.executions", pool)
    let finished = try await Self.ids("SELECT id FROM jobsprint.execution_ends", pool)
    lost = Set(tally.answered).subtracting(stored)
    lostLies = Set(tally.lies).subtracting(stored)
    open = stored.subtracting(finished)
    failed = try await Self.ids("SELECT id FROM jobsprint.execution_ends WHERE state <> 'success'", pool)
    doubled = try await Self.doubled(pool)
    ended = finished.count
  }

  private static func ids(_ sql: String, _ pool: PostgresPool) async throws -> Set<ExecutionID> {
    Set(
      try await pool.rows(PostgresCommand(sql: sql)).map { row in
        var row = row
        return try row.id()
      })
  }

  private struct Record: Hashable {
    let execution: ExecutionID
    let position: Int
    let kind: JournalEntry.Kind
    let attempt: Int
    let term: Int
  }

  private static func doubled(_ pool: PostgresPool) async throws -> Set<ExecutionID> {
    let sql = """
      SELECT execution_id, entries FROM jobsprint.journal
      UNION ALL SELECT id, entries FROM jobsprint.execution_ends WHERE entries IS NOT NULL
      """
    var records: Set<Record> = []
    var doubled: Set<ExecutionID> = []
    for var row in try await pool.rows(PostgresCommand(sql: sql)) {
      let (id, pack): (ExecutionID, [UInt8]) = (try row.id(), try row.next())
      for entry in try JournalPack.entries(in: pack) {
        // A run is finished once, whoever did it; an uncertain one may be started again under the next term.
        let isEnd = entry.kind == .finished
        let record = Record(
          execution: id, position: entry.position, kind: entry.kind, attempt: isEnd ? 0 : entry.attempt,
          term: isEnd ? 0 : entry.term)
        if !records.insert(record).inserted { doubled.insert(id) }
      }
    }
    return doubled
  }
}

extension FaultFlow {
  /// Waits until everything that is stored has ended, and reads what came of it.
  /// - Parameter options: the superuser's.
  func evidence(_ options: PostgresOptions) async throws -> FaultEvidence {
    let pool = PostgresPool(options)
    let running = Task { await pool.run() }
    defer { running.cancel() }
    let limit = ContinuousClock.now + .seconds(30)
    let open = PostgresCommand(sql: "SELECT count(*) FROM jobsprint.live_executions")
    while ContinuousClock.now < limit {
      var row = try #require(try await pool.rows(open).first)
      if try row.next() as Int == 0 { break }
    }
    return try await FaultEvidence(tally, in: options)
  }

  /// What every fault must leave behind.
  /// - Parameter codes: how the store may have failed meanwhile.
  func check(
    _ options: PostgresOptions, errors codes: Set<PortError.Code> = [.unavailable], liesBreak: Bool = true,
    _ location: SourceLocation = #_sourceLocation
  ) async throws {
    let found = try await evidence(options)
    #expect(found.lost == [], sourceLocation: location)
    #expect(found.open == [], sourceLocation: location)
    #expect(found.failed == [], sourceLocation: location)
    #expect(found.doubled == [], sourceLocation: location)
    #expect(found.ended >= tally.answered.count, sourceLocation: location)
    #expect(tally.strange == [], sourceLocation: location)
    #expect(Set(tally.errors.keys).isSubset(of: codes), "\(tally.errors)", sourceLocation: location)
    // The same evidence, of somebody who answers before the commit: it turns red.
    if liesBreak { #expect(found.lostLies != [], "the fault has not struck", sourceLocation: location) }
  }
}

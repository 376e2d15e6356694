import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintSQLite

/// What concerns the folder and its file, not the ports.
@Suite struct SQLiteDatabaseTests {
  private let folder = TemporaryFolder()

  private func failure(_ body: () async throws -> Void) async -> PortError? {
    do {
      try await body()
      return nil
    } catch { return error as? PortError }
  }

  @Test func aReopenedFolderKeepsItsData() async throws {
    let first = try SQLiteDatabase.open(directory: folder.path)
    let storage = StorageUnderTest(first)
    let entry = JournalEntry.entry(at: 0, payload: "kept")
    _ = try await storage.journal.commit([
      .accept(.numbered(1, claimedBy: .numbered(1))), .append(1, [entry], .success()),
    ])
    _ = try await storage.workflows.create(.numbered(1), recording: .noted())
    await first.close()

    let second = try SQLiteDatabase.open(directory: folder.path)
    let reopened = StorageUnderTest(second)
    #expect(try await reopened.executions.execution(.numbered(1), in: .initial)?.state == .success)
    #expect(try await reopened.executions.journal(of: .numbered(1), in: .initial) == [entry])
    #expect(try await reopened.workflows.workflow(.numbered(1), in: .initial) == .numbered(1))
    await second.close()
  }

  @Test func aCommitIsOnTheDiskBeforeItIsAcknowledged() async throws {
    let database = try SQLiteDatabase.open(directory: folder.path)
    _ = try await SQLiteJournal(database).commit([.accept(.numbered(1))])
    #expect(try await database.write { try $0.first(SynchronousSetting()) } == 2)
    // What a crash would leave behind: the files as they are while the database is open.
    let copy = TemporaryFolder()
    try FileManager.default.copyItem(atPath: folder.path, toPath: copy.path)
    let recovered = try SQLiteDatabase.open(directory: copy.path)
    #expect(try await SQLiteExecutionStore(recovered).execution(.numbered(1), in: .initial)?.state == .new)
    await recovered.close()
    await database.close()
  }

  @Test func aFolderHasOneUserAtATime() async throws {
    let first = try SQLiteDatabase.open(directory: folder.path)
    let error = await failure { _ = try SQLiteDatabase.open(directory: folder.path) }
    #expect(error?.code == .inUse)
    #expect(error?.message.contains(folder.path) == true)
    #expect(error?.message.contains("process \(ProcessInfo.processInfo.processIdentifier)") == true)
    await first.close()
    await (try SQLiteDatabase.open(directory: folder.path)).close()
  }

  @Test func aFolderThatIsDroppedIsFree() async throws {
    _ = try SQLiteDatabase.open(directory: folder.path)
    await (try SQLiteDatabase.open(directory: folder.path)).close()
  }

  @Test func aClosedDatabaseIsUnavailable() async throws {
    let database = try SQLiteDatabase.open(directory: folder.path)
    await database.close()
    await database.close()
    #expect(await failure { _ = try await SQLiteJournal(database).commit([.cancel(1)]) }?.code == .unavailable)
    #expect(await failure { _ = try await SQLiteAPIKeyStore(database).hasAny() }?.code == .unavailable)
  }

  @Test func folderAndFilesAreTheOwnersOnly() async throws {
    let database = try SQLiteDatabase.open(directory: folder.path + "/a/b")
    _ = try await SQLiteJournal(database).commit([.accept(.numbered(1))])
    for path in ["/a", "/a/b", "/a/b/jobsprint.sqlite", "/a/b/jobsprint.sqlite-wal", "/a/b/jobsprint.lock"] {
      let facts = try FileManager.default.attributesOfItem(atPath: folder.path + path)
      let permissions = try #require(facts[.posixPermissions] as? NSNumber).intValue
      #expect(permissions & 0o077 == 0, "\(path)")
    }
    await database.close()
  }

  @Test func aFileInPlaceOfTheFolderIsForbidden() async throws {
    try Data().write(to: URL(fileURLWithPath: folder.path))
    for path in [folder.path, folder.path + "/below"] {
      let error = await failure { _ = try SQLiteDatabase.open(directory: path) }
      #expect(error?.code == .forbidden)
      #expect(error?.message.contains(path) == true)
    }
  }

  @Test(.enabled(if: getuid() != 0, "root may write everywhere"))
  func aFolderThatMayNotBeWrittenIsForbidden() async throws {
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)
    #expect(await failure { _ = try SQLiteDatabase.open(directory: folder.path) }?.code == .forbidden)
  }

  @Test func aFileThatIsNoDatabaseIsCorrupted() async throws {
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    try Data(repeating: 0x41, count: 20_000).write(to: URL(fileURLWithPath: folder.path + "/jobsprint.sqlite"))
    #expect(await failure { _ = try SQLiteDatabase.open(directory: folder.path) }?.code == .corrupted)
    #expect(await failure { _ = try SQLiteDatabase.open(directory: folder.path) }?.code == .corrupted, "lock released")
  }

  @Test func aNewerDatabaseIsRefusedAndLeftAlone() async throws {
    let database = try SQLiteDatabase.open(directory: folder.path)
    try await database.write { _ = try $0.run(SetSchemaVersion(version: 1000)) }
    await database.close()
    for _ in 0..<2 {
      let error = await failure { _ = try SQLiteDatabase.open(directory: folder.path) }
      #expect(error?.code == .newer)
      #expect(error?.message.contains("1000") == true)
    }
  }

  @Test func aFullDiskTakesNothingHalf() async throws {
    let database = try SQLiteDatabase.open(directory: folder.path)
    let storage = StorageUnderTest(database)
    let pages = try #require(try await database.write { try $0.first(PageCount()) })
    _ = try await database.write { try $0.first(MaxPageCount(pages: pages + 40)) }
    var accepted = 0
    var error: PortError?
    while error == nil, accepted < 1000 {
      let number = accepted
      error = await failure {
        _ = try await storage.journal.commit([
          .accept(
            .numbered(
              number, input: String(repeating: "x", count: 5000), claimedBy: .numbered(1), idempotency: .of("\(number)")
            )),
          .append(number, [.entry(at: 0, payload: String(repeating: "y", count: 5000))], .success()),
        ])
      }
      if error == nil { accepted += 1 }
    }
    #expect(error?.code == .full)
    #expect(accepted > 0)
    #expect(try await storage.executions.execution(.numbered(accepted), in: .initial) == nil)
    #expect(try await storage.executions.journal(of: .numbered(accepted), in: .initial) == [])
    #expect(try await storage.idempotency.record(of: "\(accepted)", in: .initial) == nil)
    #expect(try await storage.executions.ended(among: (0...accepted).map { .numbered($0) }).count == accepted)

    _ = try await database.write { try $0.first(MaxPageCount(pages: 1_000_000)) }
    #expect(
      try await storage.journal.commit([.accept(.numbered(accepted))]) == [.committed], "once there is room again")
    await database.close()
  }

  @Test func everyRecoveryQueryReadsItsPartialIndex() async throws {
    let database = try SQLiteDatabase.open(directory: folder.path)
    let late = ListLate(
      now: .seconds(1), dispatchedBefore: .seconds(1), leaseExpiry: .seconds(1), limit: 1, tags: .none)
    let plan = try await database.read { try $0.all(QueryPlan(explained: late.sql)).joined(separator: "\n") }
    for index in ["executions_new", "executions_waiting", "executions_running"] { #expect(plan.contains(index)) }
    for sql in [ListHeldLines.sql, ListHeld.sql] {
      let plan = try await database.read { try $0.all(QueryPlan(explained: sql)).joined(separator: "\n") }
      #expect(plan.contains("executions_held") && !plan.contains("TEMP B-TREE"), "\(plan)")
    }
    for sql in [ListLimitedWorkflows.sql, ListLimited.sql] {
      let plan = try await database.read { try $0.all(QueryPlan(explained: sql)).joined(separator: "\n") }
      #expect(plan.contains("executions_limited") && !plan.contains("SCAN executions\n"), "\(plan)")
    }
    for state in ExecutionState.allCases {
      let list = ListExecutions(
        filter: ExecutionFilter(states: [state]), workspace: .initial, page: PageRequest(after: .numbered(1), limit: 1))
      let plan = try await database.read { try $0.all(QueryPlan(explained: list.sql)).joined(separator: "\n") }
      #expect(!plan.contains("SCAN executions"), "\(state): \(plan)")
    }
    await database.close()
  }
}

private struct SynchronousSetting: FixedSQLStatement {
  static let sql = "PRAGMA synchronous"
  static func decode(_ row: inout RowReader) -> Int { row.int() }
}

private struct PageCount: FixedSQLStatement {
  static let sql = "PRAGMA page_count"
  static func decode(_ row: inout RowReader) -> Int { row.int() }
}

private struct MaxPageCount: SQLStatement {
  let pages: Int
  var sql: String { "PRAGMA max_page_count = \(pages)" }
  static func decode(_ row: inout RowReader) -> Int { row.int() }
}

private struct QueryPlan: SQLStatement {
  let explained: String
  var sql: String { "EXPLAIN QUERY PLAN \(explained)" }
  static func decode(_ row: inout RowReader) -> String {
    for _ in 0..<3 { _ = row.int() }
    return row.text()
  }
}

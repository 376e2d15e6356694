import GRDB
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintSQLite

/// What concerns the audit log's and the keys' tables, not the ports.
@Suite struct SQLiteAuditTests {
  private let folder = TemporaryFolder()

  private func file() throws -> DatabaseQueue { try DatabaseQueue(path: folder.path + "/jobsprint.sqlite") }

  /// Five sealed entries in a closed folder.
  private func fill() async throws {
    let database = try SQLiteDatabase.open(directory: folder.path)
    for number in 1...5 {
      _ = try await SQLiteTagStore(database).create(.numbered(number), in: .initial, recording: .numbered(number))
    }
    let sealing = Task { await AuditSealer(audit: SQLiteAuditLog(database), clock: TestClock()).run() }
    sealing.cancel()
    await sealing.value
    await database.close()
  }

  private func verdict() async throws -> AuditVerdict {
    let database = try SQLiteDatabase.openReadOnly(directory: folder.path)
    let verdict = try await AuditVerifier(audit: SQLiteAuditLog(database), key: nil).verify(.initial)
    await database.close()
    return verdict
  }

  @Test func anUntouchedFolderHolds() async throws {
    try await fill()
    #expect(try await verdict().flaw == nil)
    #expect(try await verdict().entries == 5)
  }

  @Test(arguments: [
    "UPDATE audit_entries SET subject = 'other' WHERE sequence = 3",
    "UPDATE audit_entries SET at = at + 1 WHERE sequence = 3",
    "UPDATE audit_entries SET details = x'7b7d20' WHERE sequence = 3",
    "UPDATE audit_entries SET actor_kind = 'system' WHERE sequence = 3",
    "UPDATE audit_entries SET address = '' WHERE sequence = 3",
    "UPDATE audit_entries SET hash = zeroblob(32) WHERE sequence = 3",
  ])
  func aRowThatWasChangedIsFound(change: String) async throws {
    try await fill()
    try await file().write { try $0.execute(sql: change) }
    #expect(try await verdict().flaw == .wrongHash(sequence: 3, entry: .numbered(3)))
  }

  @Test func aRowThatWasRemovedOrMadeUnreadableIsFound() async throws {
    try await fill()
    try await file().write { try $0.execute(sql: "UPDATE audit_entries SET action = 'x' WHERE sequence = 3") }
    #expect(try await verdict().flaw == .unreadable(after: 2))
    try await file().write { try $0.execute(sql: "DELETE FROM audit_entries WHERE sequence = 3") }
    #expect(try await verdict().flaw == .gap(expected: 3, found: 4))
  }

  @Test func aFolderIsCheckedBesideItsServer() async throws {
    try await fill()
    let database = try SQLiteDatabase.open(directory: folder.path)
    _ = try await SQLiteTagStore(database).create(.numbered(6), in: .initial, recording: .numbered(6))
    #expect(try await verdict().entries == 5)
    await database.close()
  }

  @Test func aReaderWritesNothingAndNeedsADatabase() async throws {
    #expect(throws: PortError.self) { try SQLiteDatabase.openReadOnly(directory: folder.path) }
    try await fill()
    let database = try SQLiteDatabase.openReadOnly(directory: folder.path)
    await #expect(throws: PortError.self) {
      try await SQLiteTagStore(database).create(.numbered(9), in: .initial, recording: .numbered(9))
    }
    await database.close()
    try await file().write { try $0.execute(sql: "PRAGMA user_version = 6") }
    let older = #expect(throws: PortError.self) { try SQLiteDatabase.openReadOnly(directory: folder.path) }
    #expect(older?.message.contains("jobsprint migrate up") == true)
  }

  @Test func keysFromBeforeMayDoEverythingAndGoOn() async throws {
    await (try SQLiteDatabase.open(directory: folder.path)).close()
    try await file().write { database in
      let later = [
        "static_data", "audit_cursors", "identities", "service_accounts", "deleted_api_keys", "execution_tags",
        "variables", "credentials", "users", "memberships", "sessions", "refresh_tokens", "one_time_tokens",
        "dead_letters", "migrations",
        "workspaces",
        "audit_entries", "audit_checkpoints", "audit_words", "api_keys",
      ]
      for table in later {
        try database.execute(sql: "DROP TABLE \(table)")
      }
      for index in ["executions_held", "executions_limited"] { try database.execute(sql: "DROP INDEX \(index)") }
      for column in ["concurrency", "tag"] {
        try database.execute(sql: "ALTER TABLE executions DROP COLUMN \(column)")
      }
      try database.execute(sql: String(decoding: PackageResources.V0006_api_keys_sql, as: UTF8.self))
      try database.execute(
        sql: "INSERT INTO api_keys VALUES (x'01', x'00000000000070008000000000000002', "
          + "x'00000000000070008000000000000001', 'old', 5)")
      try database.execute(sql: "PRAGMA user_version = 6")
    }
    let database = try SQLiteDatabase.open(directory: folder.path)
    let key = try #require(try await SQLiteAPIKeyStore(database).key(withHash: [1]))
    #expect(key.scopes == Set(Scope.allCases))
    #expect(key.expiresAt == nil)
    #expect(try await SQLiteWorkspaceStore(database).workspace(.initial)?.name == "default")
    await database.close()
  }

  @Test func everyQueryOfTheAuditLogAndOfDeadLettersReadsAnIndex() async throws {
    let database = try SQLiteDatabase.open(directory: folder.path)
    func plan(_ sql: String) async throws -> String {
      try await database.read { try $0.all(Explained(sql: "EXPLAIN QUERY PLAN \(sql)")).joined(separator: "\n") }
    }
    for (sql, index) in [
      (ListUnsealed.sql, "audit_entries_unsealed"), (ListChain.sql, "audit_entries_chain"),
      (LastSeal.sql, "audit_entries_chain"), (ListRemovable.sql, "audit_entries_chain"),
    ] { #expect(try await plan(sql).contains(index), "\(sql)") }
    for filter in [
      DeadLetterFilter(), DeadLetterFilter(status: nil), DeadLetterFilter(workflow: .numbered(1)),
      DeadLetterFilter(reason: .cannotRun),
    ] {
      let page = PageRequest<ExecutionID>(after: .numbered(1), limit: 1)
      let plan = try await plan(ListDeadLetters(filter: filter, workspace: .initial, page: page).sql)
      #expect(plan.contains("SEARCH dead_letters USING") && !plan.contains("TEMP B-TREE"), "\(plan)")
    }
    for filter in [
      AuditFilter(), AuditFilter(action: .tagCreated), AuditFilter(subject: "a"), AuditFilter(after: .seconds(1)),
      AuditFilter(actor: "a"), AuditFilter(requestID: "r"), AuditFilter(address: "::1"),
    ] {
      for isOldestFirst in [false, true] {
        let page = PageRequest<AuditEntryID>(after: .numbered(1), isOldestFirst: isOldestFirst, limit: 1)
        let list = ListAuditEntries(filter: filter, workspace: .initial, page: page)
        let plan = try await plan(list.sql)
        #expect(plan.contains("SEARCH audit_entries USING INDEX") && !plan.contains("TEMP B-TREE"), "\(plan)")
      }
    }
    await database.close()
  }
}

private struct Explained: SQLStatement {
  let sql: String
  static func decode(_ row: inout RowReader) -> String {
    for _ in 0..<3 { _ = row.int() }
    return row.text()
  }
}

import JobsprintDomain
import JobsprintPorts
import JobsprintSQLite
import JobsprintTesting
import Testing

@Suite struct MaintenanceTests {
  @Test func whatHasEndedIsRemovedInBatchesOldestFirst() async throws {
    let folder = TemporaryFolder()
    let database = try SQLiteDatabase.open(directory: folder.path)
    let executions = SQLiteExecutionStore(database)
    _ = try await SQLiteJournal(database).commit(
      (1...5).flatMap { [.accept(.numbered($0, claimedBy: .numbered(1))), .append($0, [.entry(at: 0)], .success())] }
        + [.accept(.numbered(6)), .accept(.numbered(7, in: .numbered(77))), .cancel(7, in: .numbered(77))])
    let maintenance = SQLiteMaintenance(database)
    let later = Timestamp.seconds(1000)
    #expect(try await maintenance.expire(before: later, in: .initial, limit: 2) == 2)
    #expect(try await executions.execution(.numbered(2), in: .initial) == nil)
    #expect(try await executions.execution(.numbered(3), in: .initial) != nil)
    #expect(try await maintenance.expire(before: later, in: .initial, limit: 9) == 3)
    #expect(try await maintenance.expire(before: later, in: .initial, limit: 9) == 0)
    #expect(try await executions.journal(of: .numbered(5), in: .initial).isEmpty)
    #expect(try await executions.execution(.numbered(6), in: .initial)?.state == .new)
    #expect(try await executions.execution(.numbered(7), in: .numbered(77)) != nil, "of another workspace")
    await database.close()
  }
}

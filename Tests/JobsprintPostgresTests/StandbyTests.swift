// A second address that only reads, with a streaming standby behind it: lists and searches go there, everything else to
// the primary; while it is away, the primary answers them too.

import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Postgres
import Synchronization
import Testing

@testable import JobsprintPostgres

extension ServerFaults {
  @Suite struct Standby {
    private func withStandby(
      _ body: (PostgresStorage, FaultServer, _ standby: PostgresOptions) async throws -> Void
    ) async throws {
      let server = try await FaultServer.shared.value
      let database = try await server.makeDatabase()
      try await server.start("standby")
      let address = try server.value("JOBSPRINT_TEST_STANDBY")
      let replica = try TestServer.options(database, as: TestServer.program, at: address)
      // It may not have replayed the new database yet.
      try await replayed(by: address, at: server)
      let storage = PostgresStorage(
        primary: try server.options(database, as: TestServer.program), replica: replica)
      let running = Task { await storage.run() }
      defer { running.cancel() }
      while !storage.database.replica.isConnected { try await storage.check() }
      try await body(storage, server, try TestServer.options("postgres", size: 1, at: address))
      running.cancel()
      await running.value
      try await server.halt("standby")
    }

    /// Returns when the standby has all that the primary has now.
    private func replayed(by address: String, at server: FaultServer) async throws {
      let primary = PostgresPool(try server.options("postgres", size: 1))
      let running = Task { await primary.run() }
      defer { running.cancel() }
      var wanted = try #require(
        try await primary.rows(PostgresCommand(sql: "SELECT pg_current_wal_lsn()::text")).first)
      let command = try PostgresCommand("SELECT 1 FROM pg_stat_replication WHERE replay_lsn >= $1::pg_lsn") {
        try $0.bind(try wanted.next() as String)
      }
      while try await primary.rows(command).count == 0 {}
    }

    private func names(_ storage: PostgresStorage) async throws -> [String] {
      try await storage.tags.tags(in: .initial, page: PageRequest(after: nil, limit: 50)).elements.map(\.name)
    }

    @Test func listsAreTheStandbysAndTheRestIsThePrimarys() async throws {
      try await withStandby { storage, server, standby in
        let address = try server.value("JOBSPRINT_TEST_STANDBY")
        _ = try await storage.tags.create(.numbered(1, name: "old"), in: .initial, recording: .noted())
        try await replayed(by: address, at: server)
        #expect(try await names(storage) == ["old"])
        // It stands still: what is written from now on can't be in a list.
        try await TestServer.administer(["SELECT pg_wal_replay_pause()"], at: address)
        _ = try await storage.tags.create(.numbered(2, name: "new"), in: .initial, recording: .noted())
        #expect(try await names(storage) == ["old"])
        #expect(try await storage.tags.tag(.numbered(2), in: .initial)?.name == "new")
        try await TestServer.administer(["SELECT pg_wal_replay_resume()"], at: address)
        try await replayed(by: address, at: server)
        #expect(try await names(storage).sorted() == ["new", "old"])
      }
    }

    @Test func allListsAndSearchesWorkThere() async throws {
      try await withStandby { storage, server, _ in
        _ = try await storage.workflows.create(.numbered(1, name: "Needle"), recording: .noted())
        _ = try await storage.journal.commit([.accept(.numbered(1))])
        try await replayed(by: try server.value("JOBSPRINT_TEST_STANDBY"), at: server)
        let before = storage.database.primary.metrics.succeeded
        var filter = WorkflowFilter()
        filter.text = "needle"
        let found = try await storage.workflows.workflows(
          matching: filter, in: .initial, page: PageRequest(after: nil, limit: 10))
        #expect(found.elements.map(\.id) == [.numbered(1)])
        let executions = try await storage.executions.executions(
          matching: ExecutionFilter(), in: .initial, page: PageRequest(after: nil, limit: 10))
        #expect(executions.elements.count == 1)
        let versions = try await storage.workflows.versions(
          of: .numbered(1), in: .initial, page: PageRequest(after: nil, limit: 10))
        #expect(versions.elements.count == 1)
        _ = try await storage.workspaces.workspaces(page: PageRequest(after: nil, limit: 10))
        _ = try await names(storage)
        #expect(storage.database.replica.metrics.succeeded == 5)
        // The tags of the workflows that were found.
        #expect(storage.database.primary.metrics.succeeded == before + 1)
      }
    }

    @Test func aStandbyThatLeavesUnderLoadIsNotMissed() async throws {
      try await withStandby { storage, server, _ in
        _ = try await storage.tags.create(.numbered(1, name: "there"), in: .initial, recording: .noted())
        try await replayed(by: try server.value("JOBSPRINT_TEST_STANDBY"), at: server)
        let tally = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<4 {
            group.addTask {
              while !tally.isOver.load(ordering: .relaxed) {
                do {
                  if try await names(storage) == ["there"] { tally.answer(.numbered(1)) }
                } catch { tally.fail(error) }
              }
            }
          }
          defer { tally.isOver.store(true, ordering: .relaxed) }
          await tally.wait(forMore: 50)
          try await server.halt("standby")
          let start = ContinuousClock.now
          await tally.wait(forMore: 50)
          #expect(ContinuousClock.now - start < .seconds(5))
          // Whoever asks it alone is left without an answer.
          #expect(!storage.database.replica.isConnected)
          try await server.start("standby")
          while !storage.database.replica.isConnected { await tally.wait(forMore: 1) }
          await tally.wait(forMore: 50)
        }
        #expect(tally.errors == [:] && tally.strange == [])
      }
    }
  }
}

extension PostgresMetrics {
  fileprivate var succeeded: Int { statements.values.reduce(0) { $0 + $1.succeeded } }
}

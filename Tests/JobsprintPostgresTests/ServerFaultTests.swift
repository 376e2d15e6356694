// The flow under load while its server breaks: nothing that was answered is lost, nothing is recorded twice, everything
// ends, and soon after the server is back executions are accepted again.

import Glibc
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Postgres
import Testing

@testable import JobsprintPostgres

extension ServerFaults {
  @Suite struct Flow {
    /// Promised: the first success after a fault has healed.
    private static let recovery: Duration = .seconds(5)

    /// A flow over a database of its own with a workflow in it, on the shared server.
    private func withFlow(
      size: Int = 4, _ body: (FaultFlow, FaultServer, _ admin: PostgresOptions) async throws -> Void
    ) async throws {
      let server = try await FaultServer.shared.value
      // A test that failed may have left it as it was.
      try await server.start()
      let database = try await server.makeDatabase()
      var options = try server.options(database, as: TestServer.program, size: size)
      options.waitLimit = .seconds(1)
      let storage = PostgresStorage(primary: options)
      let workflow = FaultFlow.storedWorkflow
      try await prepare(workflow, try server.options(database, as: TestServer.program))
      try await body(FaultFlow(storage, workflow: workflow), server, try server.options(database, size: 1))
    }

    /// By a storage of its own: the flow's may find no server at first.
    private func prepare(_ workflow: StoredWorkflow, _ options: PostgresOptions) async throws {
      let storage = PostgresStorage(primary: options)
      let running = Task { await storage.run() }
      _ = try await storage.workflows.create(workflow, recording: .noted())
      running.cancel()
      await running.value
    }

    private func recovers(_ flow: FaultFlow, _ location: SourceLocation = #_sourceLocation) async {
      let healed = ContinuousClock.now
      await flow.tally.wait(forMore: 1)
      #expect(ContinuousClock.now - healed < Self.recovery, sourceLocation: location)
      await flow.tally.wait(forMore: 20)
    }

    @Test func sessionsThatAreTerminatedAtRandom() async throws {
      try await withFlow { flow, server, admin in
        let database = admin.parameters["dbname"] ?? ""
        try await flow.run {
          try await flow.underLoad {
            await flow.tally.wait(forMore: 20)
            var kills = 0
            while kills < 20 || flow.tally.numbers.brokenLies == 0 {
              let count = try await server.numbers(
                """
                SELECT count(pg_terminate_backend(pid))::int4 FROM (
                  SELECT pid FROM pg_stat_activity
                  WHERE usename = '\(TestServer.program)' AND datname = '\(database)' AND random() < 0.5) AS p
                """)
              kills += Int(count.first ?? 0)
              await flow.tally.wait(forMore: 2)
            }
            await recovers(flow)
          }
          try await flow.check(admin)
        }
      }
    }

    @Test func aSessionThatIsKilledTakesAllOthersWithIt() async throws {
      try await withFlow { flow, server, admin in
        let database = admin.parameters["dbname"] ?? ""
        try await flow.run {
          try await flow.underLoad {
            await flow.tally.wait(forMore: 20)
            repeat {
              let pids = try await server.numbers(
                """
                SELECT pid FROM pg_stat_activity WHERE usename = '\(TestServer.program)' AND datname = '\(database)'
                """)
              kill(try #require(pids.randomElement()), SIGKILL)
              // Answers when the server has been through its recovery.
              try await server.start()
              _ = try? await server.numbers("SELECT 1")
              await recovers(flow)
            } while flow.tally.numbers.brokenLies == 0
          }
          try await flow.check(admin)
        }
      }
    }

    @Test(arguments: [true, false])
    func aServerThatRestarts(isOrderly: Bool) async throws {
      try await withFlow { flow, server, admin in
        try await flow.run {
          try await flow.underLoad {
            await flow.tally.wait(forMore: 20)
            if isOrderly { try await server.halt() } else { try await server.crash() }
            // Callers are told while it is away.
            let before = flow.tally.numbers.errors
            await flow.tally.wait { $0.errors > before && $0.brokenLies > 0 }
            try await server.start()
            await recovers(flow)
          }
          #expect(flow.tally.errors[.unavailable, default: 0] > 0)
          try await flow.check(admin)
        }
      }
    }

    @Test func aServerThatIsNotThereAtTheStart() async throws {
      try await withFlow { flow, server, admin in
        try await server.halt()
        try await flow.run {
          try await flow.underLoad {
            await flow.tally.wait { $0.errors > 0 && $0.brokenLies > 0 }
            #expect(flow.tally.numbers.answered == 0)
            try await server.start()
            await recovers(flow)
          }
          try await flow.check(admin)
        }
      }
    }

    @Test func aServerWithFewerConnectionsThanThePoolWants() async throws {
      try await withFlow(size: 20) { flow, server, admin in
        try server.configure("max_connections = 14")
        try await server.halt()
        try await server.start()
        try await flow.run {
          try await flow.underLoad {
            await flow.tally.wait(forMore: 100)
            let metrics = flow.storage.database.primary.metrics
            #expect(metrics.connected > 0 && metrics.connected <= 11 && metrics.connectsFailed > 0)
            try server.configure("max_connections = 100")
            try await server.halt()
            await flow.tally.wait { $0.brokenLies > 0 }
            try await server.start()
            await recovers(flow)
          }
          try await flow.check(admin)
        }
      }
    }

    @Test func theEvidenceTurnsRed() async throws {
      try await withFlow { flow, server, admin in
        try await flow.run {
          let database = admin.parameters["dbname"] ?? ""
          let id = try #require(try await flow.acceptOne())
          flow.tally.answer(id)
          flow.tally.answer(.numbered(1))
          _ = try await flow.evidence(admin)
          try await TestServer.administer(
            [
              "INSERT INTO jobsprint.journal SELECT id, 7, workspace_id, entries FROM jobsprint.execution_ends",
              """
              INSERT INTO jobsprint.executions SELECT workspace_id, gen_random_uuid(), workflow_id, version_id,
                accepted_at, retry_of, mode, lane, input FROM jobsprint.executions
              """,
            ], on: database, at: try server.address)
          let found = try await FaultEvidence(flow.tally, in: admin)
          #expect(found.lost == [.numbered(1)] && found.doubled == [id] && found.open.count == 1)
        }
      }
    }
  }
}

// The connection is cut between the end of a transaction and its answer, in front of the server and behind it. Callers
// notice nothing; and where the server stays away for longer than anybody waits, what is in doubt is found out later.

import Dispatch
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime
import JobsprintTesting
import Postgres
import Synchronization
import Testing

@testable import JobsprintPostgres

extension ServerFaults {
  @Suite struct CommitCuts {
    /// A flow whose connections go through a proxy.
    private func withFlow(
      waitLimit: Duration, journal: (PostgresStorage) -> any Journal = { $0.journal },
      _ body: (FaultFlow, CutProxy, _ admin: PostgresOptions) async throws -> Void
    ) async throws {
      let server = try await FaultServer.shared.value
      let database = try await server.makeDatabase()
      var options = try server.options(database, as: TestServer.program)
      let proxy = try proxy(before: options)
      defer { proxy.close() }
      options = options.through(proxy)
      options.waitLimit = waitLimit
      let storage = PostgresStorage(primary: options)
      let flow = FaultFlow(storage, workflow: FaultFlow.storedWorkflow, journal: journal)
      try await flow.run {
        // On a busy machine the first connection takes longer than the limit.
        try await flow.asking { storage.database.primary.isConnected }
        _ = try await storage.workflows.create(FaultFlow.storedWorkflow, recording: .noted())
        try await body(flow, proxy, try server.options(database, size: 1))
      }
    }

    @Test func answersThatGetLostUnderLoad() async throws {
      try await withFlow(waitLimit: .seconds(5)) { flow, proxy, admin in
        try await flow.underLoad {
          var cuts = 0
          for cut in CutProxy.Cut.allCases {
            for sql in [
              AcceptExecutions.sql, ContinueExecutions.sql, FinishExecutions.sql, ClaimExecutions.sql,
              StampRecoverable.sql, Beat.sql, FaultFlow.lie,
            ] {
              proxy.cut(cut) { $0 == sql }
              cuts += 1
              try await flow.asking { proxy.cuts == cuts }
              await flow.tally.wait(forMore: 2)
            }
          }
        }
        try await flow.check(admin)
      }
    }

    @Test func oneAttemptAloneIsNotEnough() async throws {
      try await withFlow(waitLimit: .seconds(5)) { flow, proxy, _ in
        for cut in CutProxy.Cut.allCases {
          let new = flow.unclaimed()
          proxy.cut(cut) { $0 == FaultFlow.lie }
          await #expect { try await flow.sendOnce(new) } throws: { ($0 as? PostgresError)?.outcome == .unknown }
          let stored = try await flow.storage.journal.stored(among: [.accept(new)])
          #expect(stored.isEmpty == (cut == .before))
          // As if nobody asked what is stored: what is there already is refused.
          if cut == .after {
            await #expect { try await flow.sendOnce(new) } throws: { ($0 as? PostgresError)?.sqlState == "23505" }
          }
        }
      }
    }

    // An append whose commit was stored, and whose answers were lost until nobody sent it any more, is sent again by
    // the execution that it belongs to. Where nobody remembers that, the store refuses it, and the execution is given
    // up.
    @Test(arguments: [(ContinueExecutions.sql, true), (FinishExecutions.sql, true), (ContinueExecutions.sql, false)])
    func anAppendThatIsSentAgainMuchLater(sql: String, isRemembered: Bool) async throws {
      let failures = Tally()
      let journal = { WatchedJournal(storage: $0, isForgetful: !isRemembered, failures: failures) }
      try await withFlow(waitLimit: .milliseconds(300), journal: journal) { flow, proxy, admin in
        proxy.cut(.after, takesAway: true) { $0 == sql }
        // Not one that this process accepts: the first append of it would go with its accept.
        let new = flow.unclaimed()
        try await flow.sendOnce(new)
        flow.tally.answer(new.id)
        try await flow.asking { proxy.cuts == 1 }
        // All attempts of one commit have failed.
        await failures.wait { $0.errors > 0 }
        proxy.comeBack()
        let found = try await flow.evidence(admin)
        #expect(found.open == [] && found.doubled == [] && found.ended == 1)
        #expect(found.failed.isEmpty == isRemembered)
      }
    }

    @Test(arguments: CutProxy.Cut.allCases)
    func anExecutionWithItsEndIsStoredOnceWhereTheAnswerIsLost(cut: CutProxy.Cut) async throws {
      try await withFlow(waitLimit: .seconds(5)) { flow, proxy, _ in
        let storage = flow.storage
        proxy.cut(cut) { $0 == StoreWholeExecutions.sql }
        let outcomes = try await storage.journal.commit([
          .accept(.numbered(901, claimedBy: .numbered(901))), .append(901, by: 901, [.entry(at: 0)], .success()),
        ])
        #expect(outcomes == [.committed, .committed] && proxy.cuts == 1)
        #expect(try await storage.executions.execution(.numbered(901), in: .initial)?.state == .success)
        #expect(try await storage.executions.journal(of: .numbered(901), in: .initial).count == 1)
      }
    }

    @Test(arguments: CutProxy.Cut.allCases)
    func anAppendClaimsOnceWhereTheAnswerIsLost(cut: CutProxy.Cut) async throws {
      try await withFlow(waitLimit: .seconds(5)) { flow, proxy, _ in
        let storage = flow.storage
        // Or the flow's recoverer would take what this executor holds.
        _ = try await storage.claims.beat(.numbered(901), holding: [], at: flow.clock.now)
        let ways: [(ExecutionTransition, sql: String, ExecutionState)] = [
          (.none, ClaimByAppends.sql, .running), (.success(), FinishExecutions.sql, .success),
          (.wait(until: .seconds(9_000_000)), ContinueExecutions.sql, .waiting),
        ]
        for (number, way) in zip(901..., ways) {
          // As told in an hour, or the flow's recoverer would tell of it again.
          let time = flow.clock.now + .seconds(3600)
          _ = try await storage.journal.commit([.accept(.numbered(number, at: time))])
          proxy.cut(cut) { $0 == way.sql }
          let outcomes = try await storage.journal.commit([
            .append(number, by: 901, [.entry(at: 0)], way.0, claimingAt: .seconds(1))
          ])
          #expect(outcomes == [.committed] && proxy.cuts == number - 900, "\(way.0): \(outcomes), \(proxy.cuts) cuts")
          let record = try await storage.executions.execution(.numbered(number), in: .initial)
          #expect(record?.state == way.2 && record?.term == 1 && record?.startedAt == .seconds(1))
          #expect(try await storage.executions.journal(of: .numbered(number), in: .initial).count == 1)
        }
      }
    }

    @Test(arguments: CutProxy.Cut.allCases)
    func staticDataIsKeptWithItsEndWhereTheAnswerIsLost(cut: CutProxy.Cut) async throws {
      try await withFlow(waitLimit: .seconds(5)) { flow, proxy, _ in
        let storage = flow.storage
        _ = try await storage.workflows.create(.numbered(901), recording: .noted())
        // Or the flow's recoverer would take what this executor holds.
        _ = try await storage.claims.beat(.numbered(901), holding: [], at: flow.clock.now)
        _ = try await storage.journal.commit([.accept(.numbered(901, claimedBy: .numbered(901)))])
        proxy.cut(cut) { $0 == EndKeepingStaticData.sql }
        let outcomes = try await storage.journal.commit([
          .append(901, by: 901, [.entry(at: 0)], .success(), leaving: .of(901, ["global": "[1]"]))
        ])
        #expect(outcomes == [.committed] && proxy.cuts == 1)
        let kept = try await storage.staticData.staticData(in: ["global"], of: .numbered(901), in: .initial)
        #expect(kept == [StaticDatum(slot: "global", value: Array("[1]".utf8))])
      }
    }

    // DoubtfulHolds from end to end: stored as held by this process's executor, which doesn't know, and goes on
    // beating.
    @Test(arguments: [true, false])
    func anExecutionThatItsHolderDoesNotKnowOf(isGivenBack: Bool) async throws {
      try await withFlow(waitLimit: .milliseconds(300)) { flow, proxy, admin in
        proxy.cut(.after, takesAway: true) { $0 == AcceptExecutions.sql }
        await #expect { try await flow.acceptOne() } throws: { $0.isUnavailable }
        let doubts = flow.storage.doubts.take()
        #expect(doubts.count == 1)
        if isGivenBack { flow.storage.doubts.putBack(doubts) }
        proxy.comeBack()
        if isGivenBack {
          // Nothing else is written meanwhile.
          let found = try await flow.evidence(admin)
          #expect(found.open == [] && found.failed == [] && found.doubled == [] && found.ended == 1)
        } else {
          try await flow.beats(4)
          let found = try await FaultEvidence(flow.tally, in: admin)
          #expect(found.open == Set(doubts.map(\.execution)))
        }
      }
    }

    // Nothing is heard of the loss before something is sent: the thread that would hear of it is kept busy meanwhile.
    @Test func aStatementThatIsPreparedOnADeadConnectionIsSentOnTheNext() async throws {
      let server = try await FaultServer.shared.value
      let own = try server.options(try await server.makeDatabase(), size: 1)
      let (proxy, other) = (try proxy(before: own), try proxy(before: own))
      defer {
        proxy.close()
        other.close()
      }
      let gate = DispatchSemaphore(value: 0)
      defer { gate.signal() }
      let isBusy = Atomic(false)
      var keeping = own.through(other)
      keeping.observer = {
        guard case .lost = $0 else { return }
        isBusy.store(true, ordering: .releasing)
        gate.wait()
      }
      let (pool, keeper) = (PostgresPool(own.through(proxy)), PostgresPool(keeping))
      let running = [Task { await pool.run() }, Task { await keeper.run() }]
      defer { for task in running { task.cancel() } }
      try await eventually { pool.isConnected && keeper.isConnected }
      other.goAway()
      try await eventually { isBusy.load(ordering: .acquiring) }
      proxy.goAway()
      proxy.comeBack()
      // libpq claims that a write has succeeded the first time that it fails, so it takes some statements.
      var pipeline = PostgresPipeline()
      let question = try pipeline.add(HasMigrationTable())
      try pipeline.add(ListMigrations())
      async let results = pool.transaction(pipeline, isolation: .repeatableRead, setting: ["work_mem": "1MB"])
      try await eventually { pool.metrics.connectionsLost > 0 || pool.metrics.inFlight > 0 }
      gate.signal()
      #expect(try await results.decode(question) == [true])
    }

    private func proxy(before options: PostgresOptions) throws -> CutProxy {
      try CutProxy(before: try #require(UInt16(options.parameters["port"] ?? "")))
    }

    // Everything else that is to be written stands behind the commit whose answer was lost.
    @Test func theServerStaysAwayAndOneWaitIsAllThatTheOthersWait() async throws {
      let server = try await FaultServer.shared.value
      let database = try await server.makeDatabase()
      var options = try server.options(database, as: TestServer.program)
      let proxy = try proxy(before: options)
      defer { proxy.close() }
      options = options.through(proxy)
      options.waitLimit = .milliseconds(300)
      options.size = 1
      let storage = PostgresStorage(primary: options)
      let running = Task { await storage.run() }
      defer { running.cancel() }
      try await eventually { storage.database.primary.isConnected }
      #expect(try await storage.journal.commit([.accept(.numbered(1))]) == [.committed])
      let before = storage.database.primary.metrics.waitsTimedOut
      proxy.cut(.after, takesAway: true) { $0 == AcceptExecutions.sql }
      let new = NewExecution.numbered(2, claimedBy: .numbered(1))
      await #expect { try await storage.journal.commit([.accept(new)]) } throws: { $0.isUnavailable }
      #expect(storage.database.primary.metrics.waitsTimedOut <= before + 1)
      // It was stored, and that it may be is remembered.
      proxy.comeBack()
      #expect(storage.doubts.take().map(\.execution) == [new.id])
      try await eventually { storage.database.primary.isConnected }
      #expect(try await storage.journal.stored(among: [.accept(new)]) == [0])
    }

    @Test func aClaimWhoseAnswerIsLost() async throws {
      try await withFlow(waitLimit: .milliseconds(300)) { flow, proxy, admin in
        try await flow.beats(1)
        proxy.cut(.after, takesAway: true) { $0 == ClaimExecutions.sql }
        let new = flow.unclaimed()
        try await flow.sendOnce(new)
        try await flow.asking { proxy.cuts == 1 }
        try await flow.asking { flow.storage.doubts.claims(of: flow.executor.id) == [new.id] }
        proxy.comeBack()
        let found = try await flow.evidence(admin)
        #expect(found.open == [] && found.failed == [] && found.doubled == [] && found.ended == 1)
      }
    }

    // The connection is gone, and the server is still at the commit: who asks then must wait for its end.
    @Test func aClaimThatIsCommittedWhileItsFateIsAsked() async throws {
      let server = try await FaultServer.shared.value
      let database = try await server.makeDatabase()
      let admin = try server.options(database, size: 1)
      // No flow around it: its recoverer would take an execution whose holder never beats.
      let storage = PostgresStorage(primary: try server.options(database, as: TestServer.program))
      let pool = PostgresPool(admin)
      let running = [Task { await storage.run() }, Task { await pool.run() }]
      defer { for task in running { task.cancel() } }
      let me = ExecutorID.numbered(7)
      _ = try await storage.journal.commit([.accept(.numbered(1, claimedBy: .numbered(1)))])
      let asking = try await storage.database.primary.transaction(setting: PostgresRole.claimer.settings()) { open in
        let claims = try await open.query(
          ClaimExecutions(ids: [.numbered(1)], executor: me, now: .seconds(9), leaseExpiry: .seconds(9), tags: .all))
        try #require(claims.map(\.term) == [2])
        let asking = Task { try await storage.write(ConfirmClaims(ids: [.numbered(1)], executor: me), as: .claimer) }
        let waits = "SELECT 1 FROM pg_stat_activity WHERE datname = '\(database)' AND wait_event_type = 'Lock'"
        while try await pool.rows(PostgresCommand(sql: waits)).count == 0 { try Task.checkCancellation() }
        return asking
      }
      #expect(try await asking.value.map(\.term) == [2])
    }

    // The transaction is stored; only what a replayed request is answered with could not be looked up.
    @Test func aBatchWhoseLastQuestionFails() async throws {
      try await withFlow(waitLimit: .milliseconds(300)) { flow, proxy, admin in
        let key = IdempotencyRecord.of("key")
        let first = flow.unclaimed(idempotency: key)
        #expect(try await flow.storage.journal.commit([.accept(first)]) == [.committed])
        let held = flow.unclaimed(claimedBy: flow.executor.id)
        proxy.cut(.before, takesAway: true) { $0 == FindIdempotencyKey.sql }
        let batch: [JournalWrite] = [.accept(held), .accept(flow.unclaimed(idempotency: key))]
        await #expect { try await flow.storage.journal.commit(batch) } throws: { $0.isUnavailable }
        proxy.comeBack()
        let found = try await flow.evidence(admin)
        #expect(found.open == [] && found.failed == [] && found.ended == 2)
        // A question that fails once is asked again.
        proxy.cut(.before) { $0 == FindIdempotencyKey.sql }
        let again: [JournalWrite] = [.accept(flow.unclaimed()), .accept(flow.unclaimed(idempotency: key))]
        #expect(try await flow.storage.journal.commit(again) == [.committed, .replayed(key)])
      }
    }
  }
}

/// Tells of commits that fail; or has forgotten, by the next commit, what the one before left in doubt.
private struct WatchedJournal: Journal {
  let storage: PostgresStorage
  let isForgetful: Bool
  let failures: Tally

  func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    if isForgetful { storage.doubts.settled(writes) }
    do { return try await storage.journal.commit(writes) } catch {
      failures.fail(error)
      throw error
    }
  }
}

extension Error {
  /// What the API answers with 503 and Retry-After.
  var isUnavailable: Bool {
    ((self as? RuntimeError)?.port?.code ?? (self as? PortError)?.code) == .unavailable
  }
}

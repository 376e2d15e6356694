// What processes without anything to do ask of a database, and how they hear that there is something to do.

import JobsprintAccess
import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintPostgres
import JobsprintRuntime
import JobsprintScript
import JobsprintTesting
import Logging
import Postgres
import Testing

@Suite(.enabled(if: TestServer.isExpected, TestServer.missing), .timeLimit(.minutes(2))) struct IdleTests {
  private static let processes = 4
  private static let loops = 3

  @Test func aMinuteOfFourIdleProcessesTakesFewerThan150Transactions() async throws {
    try await withStorage { storage, _ in
      let clock = TestClock()
      let running = Task {
        await withDiscardingTaskGroup { group in
          for number in 1...Self.processes { group.addTask { await process(number, on: storage, clock) } }
        }
      }
      // A start looks at everything.
      await clock.sleepers(atLeast: Self.processes * Self.loops)
      let before = transactions(of: storage)
      for _ in 0..<240 {
        clock.advance(by: .milliseconds(250))
        await clock.sleepers(atLeast: Self.processes * Self.loops)
      }
      #expect(transactions(of: storage) - before < 150)
      running.cancel()
      await running.value
    }
  }

  private func transactions(of storage: PostgresStorage) -> Int {
    storage.database.primary.metrics.statements.values.reduce(0) { $0 + $1.succeeded }
  }

  /// The loops of a process that look into the store.
  private func process(_ number: Int, on storage: PostgresStorage, _ clock: TestClock) async {
    var log = Logger(label: "test")
    log.logLevel = .critical
    let queue = MemoryWakeUpQueue()
    let timers = TimerSignal()
    let bus = MemoryEventBus()
    let writer = JournalWriter(journal: storage.journal, relay: EventRelay(bus: bus))
    let executor = Executor(
      id: .numbered(number), queue: queue, claims: storage.claims,
      catalog: WorkflowCatalog(store: storage.workflows, library: NodeLibrary([]), isSoleWriter: false),
      variables: VariableCatalog(store: storage.variables), credentials: .without(storage, clock),
      staticData: storage.staticData, writer: writer,
      limits: WorkspaceLimits(store: storage.workspaces, isSoleWriter: false), bus: bus,
      evaluator: NativeExpressionEvaluator(), clock: clock, timers: timers, log: log)
    let recoverer = Recoverer(
      claims: storage.claims, dispatcher: Dispatcher(queue: queue, clock: clock, log: log), clock: clock,
      timers: timers, log: log)
    let sealer = AuditSealer(audit: storage.audit, clock: clock, bell: AuditBell())
    await withDiscardingTaskGroup { group in
      group.addTask { await executor.run() }
      group.addTask { await recoverer.run() }
      group.addTask { await sealer.run() }
    }
  }

  @Test func othersHearWhatConcernsThem() async throws {
    try await withStorage { storage, name in
      let (heard, speak) = AsyncStream<PostgresNews>.makeStream()
      let reader = PostgresNewsReader(try TestServer.options(name, as: TestServer.program))
      let running = Task { await reader.run { speak.yield($0) } }
      var news = heard.makeAsyncIterator()
      // A new connection has heard nothing of what was before: it tells everything.
      var first: Set<PostgresNews?> = []
      for _ in PostgresNews.allCases { first.insert(await news.next()) }
      #expect(first == Set(PostgresNews.allCases))
      _ = try await storage.tags.create(.numbered(1), in: .initial, recording: .numbered(1, in: .initial))
      #expect(await news.next() == .auditWritten)
      _ = try await storage.claims.beat(.numbered(1), holding: [], at: .seconds(0))
      try await storage.claims.retire([.numbered(1)])
      #expect(await news.next() == .executorLeft)
      for held in [NewExecution.numbered(1, concurrency: 1), .numbered(2, isInLimitedWorkspace: true)] {
        _ = try await storage.journal.commit([.accept(held)])
        #expect(await news.next() == .executionHeld)
      }
      running.cancel()
      await running.value
    }
  }
}

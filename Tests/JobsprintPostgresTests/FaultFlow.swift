// The whole flow in one process over a database: acceptor, pen, queue in memory, executor, recoverer, and the callers
// who accept without a pause. Beside them a liar accepts too: he answers with an id whatever becomes of his commit, so
// what he answered and the store does not have shows that the fault has struck, and that the evidence would see a loss.

import JobsprintDomain
import JobsprintMemory
import JobsprintNodes
import JobsprintPorts
import JobsprintScript
import JobsprintTesting
import Logging
import Postgres
import Synchronization
import Testing

@testable import JobsprintPostgres
@testable import JobsprintRuntime

/// What callers were told.
final class Tally: Sendable {
  private struct State {
    var answered: [ExecutionID] = []
    var lies: [ExecutionID] = []
    var brokenLies = 0
    var errors: [PortError.Code: Int] = [:]
    /// Anything that is not the store's failure.
    var strange: [String] = []
    var sleepers: [Int: Sleeper] = [:]
    var nextSleeper = 0
  }

  private struct Sleeper {
    let isAwake: @Sendable (Numbers) -> Bool
    let continuation: CheckedContinuation<Void, Never>
  }

  struct Numbers: Sendable {
    var answered = 0
    var errors = 0
    var brokenLies = 0
  }

  private let state = Mutex(State())
  /// Whoever accepts goes on until then.
  let isOver = Atomic(false)

  func answer(_ id: ExecutionID) { change { $0.answered.append(id) } }
  func lie(_ id: ExecutionID) { change { $0.lies.append(id) } }
  func breakLie() { change { $0.brokenLies += 1 } }

  func fail(_ error: any Error) {
    change { state in
      if let code = (error as? RuntimeError)?.port?.code ?? (error as? PortError)?.code {
        state.errors[code, default: 0] += 1
      } else {
        state.strange.append("\(error)")
      }
    }
  }

  var answered: [ExecutionID] { state.withLock { $0.answered } }
  var lies: [ExecutionID] { state.withLock { $0.lies } }
  var errors: [PortError.Code: Int] { state.withLock { $0.errors } }
  var strange: [String] { state.withLock { $0.strange } }
  var numbers: Numbers { state.withLock { Self.numbers($0) } }

  /// Returns when the numbers are such, or when the test's time is over.
  func wait(until isAwake: @escaping @Sendable (Numbers) -> Bool) async {
    let id = state.withLock { state in
      state.nextSleeper += 1
      return state.nextSleeper
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isNow = state.withLock { state in
          if Task.isCancelled || isAwake(Self.numbers(state)) { return true }
          state.sleepers[id] = Sleeper(isAwake: isAwake, continuation: continuation)
          return false
        }
        if isNow { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume()
    }
  }

  /// Returns when so many more executions were accepted.
  func wait(forMore count: Int) async {
    let before = numbers.answered
    await wait { $0.answered >= before + count }
  }

  private func change(_ body: (inout State) -> Void) {
    let awake = state.withLock { state in
      body(&state)
      let numbers = Self.numbers(state)
      let awake = state.sleepers.filter { $0.value.isAwake(numbers) }
      for id in awake.keys { state.sleepers[id] = nil }
      return awake.values
    }
    for sleeper in awake { sleeper.continuation.resume() }
  }

  private static func numbers(_ state: State) -> Numbers {
    Numbers(
      answered: state.answered.count, errors: state.errors.values.reduce(0, +), brokenLies: state.brokenLies)
  }
}

final class FaultFlow: Sendable {
  let storage: PostgresStorage
  let tally = Tally()
  let executor: Executor
  let writer: JournalWriter
  let acceptor: Acceptor
  let workflow: WorkflowID
  let version: VersionID
  private let recoverer: Recoverer
  private let dispatcher: Dispatcher
  private let ids: IdentifierSource
  let clock = MachineClock()

  /// - Parameter journal: what stands in for the storage's own.
  init(
    _ storage: PostgresStorage, workflow: StoredWorkflow,
    journal wrap: (PostgresStorage) -> any Journal = { $0.journal }
  ) {
    self.storage = storage
    self.workflow = workflow.id
    version = workflow.version
    var log = Logger(label: "faults")
    log.logLevel = .critical
    let queue = MemoryWakeUpQueue()
    let bus = MemoryEventBus()
    ids = IdentifierSource(clock: clock)
    writer = JournalWriter(journal: wrap(storage), relay: EventRelay(bus: bus))
    let catalog = WorkflowCatalog(store: storage.workflows, library: Self.library, isSoleWriter: false)
    dispatcher = Dispatcher(queue: queue, clock: clock, log: log)
    var options = ExecutorOptions()
    options.slots = 16
    options.heartbeat = .milliseconds(500)
    options.grace = .seconds(1)
    executor = Executor(
      id: ids.next(), options: options, queue: queue, claims: storage.claims, catalog: catalog,
      variables: VariableCatalog(store: storage.variables), credentials: .without(storage, clock),
      staticData: storage.staticData, writer: writer,
      limits: WorkspaceLimits(store: storage.workspaces, isSoleWriter: false), bus: bus,
      evaluator: NativeExpressionEvaluator(), clock: clock, log: log)
    acceptor = Acceptor(
      catalog: catalog, executions: storage.executions, writer: writer, dispatcher: dispatcher,
      budget: DispatchBudget(claims: storage.claims, clock: clock, patience: .seconds(1), log: log),
      limits: WorkspaceLimits(store: storage.workspaces, isSoleWriter: false), executor: executor, bus: bus,
      clock: clock, ids: ids)
    var recovery = RecovererOptions()
    recovery.interval = .milliseconds(200)
    recovery.longestInterval = .milliseconds(200)
    recovery.patience = .seconds(1)
    recoverer = Recoverer(claims: storage.claims, dispatcher: dispatcher, clock: clock, options: recovery, log: log)
  }

  private static let library = NodeLibrary(BuiltInNodes.all(includingTestNodes: TestNodeOptions(ledgerPath: nil)))

  /// A chain with an outside effect in it, so that an execution is journaled before the effect and at its end.
  static let document: JSONObject = [
    "name": "Faults",
    "nodes": [
      ["name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1],
      ["name": "Nothing", "type": "n8n-nodes-base.noOp", "typeVersion": 1],
      ["name": "Effect", "type": "jobsprint.testEffect", "typeVersion": 1],
      ["name": "End", "type": "n8n-nodes-base.noOp", "typeVersion": 1],
    ],
    "connections": [
      "Start": ["main": [[["node": "Nothing", "type": "main", "index": 0]]]],
      "Nothing": ["main": [[["node": "Effect", "type": "main", "index": 0]]]],
      "Effect": ["main": [[["node": "End", "type": "main", "index": 0]]]],
    ],
  ]

  static var storedWorkflow: StoredWorkflow {
    .numbered(1, name: "Faults", document: String(decoding: JSONValue.object(document).jsonBytes, as: UTF8.self))
  }

  // MARK: running

  /// Runs `body` beside all loops; nobody accepts yet.
  func run(_ body: () async throws -> Void) async throws {
    let storing = Task { await storage.run() }
    let writing = Task { await writer.run() }
    let executing = Task { await executor.run() }
    let recovering = Task { await recoverer.run() }
    let dispatching = Task { await dispatcher.run() }
    func end() async {
      tally.isOver.store(true, ordering: .relaxed)
      recovering.cancel()
      executing.cancel()
      await executing.value
      dispatcher.close()
      await dispatching.value
      writer.close()
      await writing.value
      storing.cancel()
      await storing.value
    }
    do { try await body() } catch {
      await end()
      throw error
    }
    await end()
  }

  /// Accepts without a pause, by callers and by the liar, while `body` runs.
  func underLoad(callers: Int = 8, _ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<callers { group.addTask { await self.accept() } }
      group.addTask { await self.lie() }
      defer { tally.isOver.store(true, ordering: .relaxed) }
      try await body()
    }
  }

  private var command: ExecuteCommand { ExecuteCommand(workspace: .initial, workflow: workflow) }

  func acceptOne() async throws -> ExecutionID? {
    if case .created(let accepted) = try await acceptor.execute(command) { accepted.id } else { nil }
  }

  private func accept() async {
    while !tally.isOver.load(ordering: .relaxed) {
      do { if let id = try await acceptOne() { tally.answer(id) } } catch { tally.fail(error) }
      await Task.yield()
    }
  }

  private func lie() async {
    while !tally.isOver.load(ordering: .relaxed) {
      let new = unclaimed()
      tally.lie(new.id)
      do { try await sendOnce(new) } catch { tally.breakLie() }
      await Task.yield()
    }
  }

  /// An execution that waits for somebody to claim it.
  func unclaimed(claimedBy executor: ExecutorID? = nil, idempotency: IdempotencyRecord? = nil) -> NewExecution {
    NewExecution(
      id: ids.next(), workspace: .initial, workflow: workflow, version: version, mode: .manual, acceptedAt: clock.now,
      input: ExecutionInput.bytes(for: command), claimedBy: executor, idempotency: idempotency)
  }

  /// The text by which the liar accepts.
  static let lie = AcceptExecutions.sql + " -- once"

  /// An accept that nobody sends again or recognizes.
  func sendOnce(_ new: NewExecution) async throws {
    let command = try PostgresCommand(Self.lie, name: "once") {
      try AcceptExecutions(executions: [new]).bind(into: &$0)
    }
    try await storage.database.primary.rows(command, setting: PostgresRole.journal.settings([.initial]))
  }

  /// Returns when the executor's heart has beaten so often.
  func beats(_ count: Int) async throws {
    let succeeded = { self.storage.database.primary.metrics.statements[Beat.name]?.succeeded ?? 0 }
    let before = succeeded()
    try await asking { succeeded() >= before + count }
  }

  /// Returns when it has come about; asks the database in between, which takes its time while there is none.
  func asking(until hasComeAbout: () -> Bool) async throws {
    while !hasComeAbout() {
      try Task.checkCancellation()
      try? await storage.check()
    }
  }
}

// The flow over memory stores and a clock that stands still: everything that an embedded installation has but HTTP.

import JobsprintDomain
import JobsprintMemory
import JobsprintNodes
import JobsprintPorts
import JobsprintScript
import JobsprintTesting
import Logging
import Testing

@testable import JobsprintRuntime

struct Rig: Sendable {
  let clock = TestClock()
  let gate = Gate()
  let failures = Failures()
  let queue = MemoryWakeUpQueue()
  let bus = MemoryEventBus()
  let journal: SpyJournal
  let workflows: MemoryWorkflowStore
  let executions: MemoryExecutionStore
  let deadLetters: MemoryDeadLetterStore
  let claims: MemoryExecutionClaims
  let audit: MemoryAuditLog
  let variables: VariableCatalog
  let variableEditor: VariableEditor
  let credentials: ShyCredentialStore
  let staticData: MemoryStaticDataStore
  let writer: JournalWriter
  let catalog: WorkflowCatalog
  let library: NodeLibrary
  let ids: IdentifierSource
  let dispatcher: Dispatcher
  let budget: DispatchBudget
  let timers = TimerSignal()
  let workspaces: MemoryWorkspaceStore
  let limits: WorkspaceLimits
  let log: Logger

  static let lineLimit = 10

  init(journal wrap: (any Journal) -> any Journal = { $0 }, log: Logger? = nil) {
    let store = MemoryStore()
    journal = SpyJournal(wrap(MemoryJournal(store)))
    workflows = MemoryWorkflowStore(store)
    executions = MemoryExecutionStore(store)
    deadLetters = MemoryDeadLetterStore(store)
    audit = MemoryAuditLog(store)
    claims = MemoryExecutionClaims(store)
    credentials = ShyCredentialStore(MemoryCredentialStore(store))
    staticData = MemoryStaticDataStore(store)
    workspaces = MemoryWorkspaceStore(store)
    limits = WorkspaceLimits(store: workspaces, isSoleWriter: true)
    writer = JournalWriter(journal: journal, relay: EventRelay(bus: bus))
    library = NodeLibrary(
      BuiltInNodes.all(includingTestNodes: TestNodeOptions(ledgerPath: nil))
        + [
          GateNode(gate: gate, hasEffect: true), GateNode(gate: gate, hasEffect: false),
          FailingNode(failures: failures),
        ])
    catalog = WorkflowCatalog(store: workflows, library: library, isSoleWriter: true)
    ids = IdentifierSource(clock: clock)
    variables = VariableCatalog(store: MemoryVariableStore(store))
    variableEditor = VariableEditor(store: MemoryVariableStore(store), catalog: variables, clock: clock, ids: ids)
    var silence = Logger(label: "test")
    silence.logLevel = .critical
    let log = log ?? silence
    self.log = log
    dispatcher = Dispatcher(queue: queue, clock: clock, log: log)
    budget = DispatchBudget(claims: claims, clock: clock, patience: .seconds(30), limit: Self.lineLimit, log: log)
  }

  /// - Parameters:
  ///   - queue: nil: that of the dispatcher.
  ///   - javaScript: runs the code of nodes; nil: there is none.
  func executor(
    _ id: ExecutorID, options: ExecutorOptions = ExecutorOptions(), queue: (any WakeUpQueue)? = nil,
    javaScript: SandboxEvaluator? = nil
  ) -> Executor {
    Executor(
      id: id, options: options, queue: queue ?? self.queue, claims: claims, catalog: catalog, variables: variables,
      credentials: desk, staticData: staticData, writer: writer, limits: limits, bus: bus,
      evaluator: javaScript ?? NativeExpressionEvaluator(),
      code: javaScript, clock: clock, timers: timers, log: log)
  }

  /// With keys that encrypt nothing (``PlainCipher``).
  var desk: CredentialDesk {
    CredentialDesk(
      store: credentials, cipher: PlainCipher(), library: CredentialLibrary(BuiltInCredentials.all), audit: audit,
      clock: clock, ids: ids)
  }

  func acceptor(_ executor: Executor?) -> Acceptor {
    Acceptor(
      catalog: catalog, executions: executions, writer: writer, dispatcher: dispatcher, budget: budget,
      limits: limits, executor: executor,
      bus: bus, clock: clock, timers: timers, ids: ids)
  }

  var recoverer: Recoverer { recoverer(.all) }

  func recoverer(_ tags: WorkerTags) -> Recoverer {
    var options = RecovererOptions()
    options.tags = tags
    options.lineLimit = Self.lineLimit
    return Recoverer(claims: claims, dispatcher: dispatcher, clock: clock, options: options, timers: timers, log: log)
  }

  var workspaceEditor: WorkspaceEditor {
    WorkspaceEditor(store: workspaces, limits: limits, clock: clock, ids: ids)
  }

  var editor: WorkflowEditor {
    WorkflowEditor(
      store: workflows, catalog: catalog, library: library, clock: clock, ids: ids, isTimeZone: { $0.contains("/") })
  }

  /// Stores nodes in a chain behind a manual trigger: `(name, type, more members)`.
  /// - Parameter loops: the last node leads to itself.
  func store(
    _ nodes: [(String, String, JSONObject)], settings: JSONObject = [:], loops: Bool = false, name: String = "Test"
  ) async throws -> WorkflowID {
    let all = [("Start", "n8n-nodes-base.manualTrigger", JSONObject())] + nodes
    var document: JSONObject = ["name": .string(name), "settings": .object(settings)]
    document["nodes"] = .array(
      all.map { name, type, more in
        var members: JSONObject = ["name": .string(name), "type": .string(type), "typeVersion": 1]
        members.merge(more)
        return .object(members)
      })
    document["connections"] = .object(
      JSONObject(
        zip(all, all.dropFirst() + (loops ? all.suffix(1) : [])).map { source, target in
          (source.0, ["main": [[["node": .string(target.0), "type": "main", "index": 0]]]])
        }))
    let created = try await editor.create(
      document, bytes: JSONValue.object(document).jsonBytes, by: Caller(workspace: .initial, actor: .system))
    guard case .created(let workflow) = created else { throw RigError() }
    return workflow.id
  }

  func accept(
    _ workflow: WorkflowID, by executor: Executor?, body: String = "{}", trace: TraceContext? = nil
  ) async throws -> ExecutionID {
    var command = ExecuteCommand(workspace: .initial, workflow: workflow, body: Array(body.utf8))
    command.trace = trace
    guard case .created(let accepted) = try await acceptor(executor).execute(command) else { throw RigError() }
    return accepted.id
  }

  /// The record once it has ended; the time of the clock does not move meanwhile.
  func ended(_ id: ExecutionID) async throws -> ExecutionRecord {
    let events = bus.events(of: id)
    if let record = try await executions.execution(id, in: .initial), record.state.isTerminal { return record }
    for await event in events where event.state.isTerminal { break }
    return try #require(try await executions.execution(id, in: .initial))
  }

  /// Returns when the execution waits for the time of that many suspensions; until when it does.
  func suspended(_ id: ExecutionID, times: Int) async throws -> Timestamp {
    let events = bus.events(of: id)
    if let until = try await end(ofSuspension: times, of: id) { return until }
    for await event in events where event.state == .waiting {
      if let until = try await end(ofSuspension: times, of: id) { return until }
    }
    throw RigError()
  }

  private func end(ofSuspension number: Int, of id: ExecutionID) async throws -> Timestamp? {
    guard let record = try await executions.execution(id, in: .initial), record.state == .waiting,
      try await executions.journal(of: id, in: .initial).count(where: { $0.kind == .suspended }) == number
    else { return nil }
    return record.waitUntil
  }

  /// The data of the first item that a node put out in its last run.
  func data(of node: String, in id: ExecutionID) async throws -> JSONObject? {
    let entry = try await executions.journal(of: id, in: .initial).last { $0.node == node && $0.kind == .finished }
    return try entry.flatMap { try NodeRun(node: node, run: 0, payload: $0.payload).outputs.first?.first?.json }
  }

  /// Runs `body` beside the loops that it needs, and ends them behind it.
  func run(_ executors: [Executor] = [], _ body: () async throws -> Void) async throws {
    for executor in executors { try await executor.register() }
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { await writer.run() }
      group.addTask { await dispatcher.run() }
      let loops = Task {
        await withDiscardingTaskGroup { loops in
          for executor in executors { loops.addTask { await executor.run() } }
        }
      }
      do { try await body() } catch {
        gate.openForGood()
        loops.cancel()
        await loops.value
        dispatcher.close()
        writer.close()
        throw error
      }
      gate.openForGood()
      loops.cancel()
      await loops.value
      dispatcher.close()
      writer.close()
    }
  }
}

struct RigError: Error {}

// `jobsprint serve`: every part in one process over one folder. The only place that knows all of them.

import JobsprintAPI
import JobsprintAccess
import JobsprintDomain
import JobsprintMemory
import JobsprintNodes
import JobsprintPorts
import JobsprintRuntime
import JobsprintSQLite
import JobsprintScript
public import Logging
import ServiceLifecycle
import UnixSignals

/// The parts of an embedded installation, put together and not started.
public struct EmbeddedPlatform: Sendable {
  private let configuration: ServeConfiguration
  private let log: Logger
  private let database: SQLiteDatabase
  private let dependencies: APIDependencies
  private let services: [any Service]
  /// Set when this start has made the first API key; to be shown once.
  public let newAPIKey: String?

  /// Opens the data folder and puts everything together.
  /// - Throws: ``PortError`` when the folder can't be used, ``AccessError`` when the first API key is unusable.
  public init(_ configuration: ServeConfiguration, log: Logger) async throws {
    self.configuration = configuration
    self.log = log
    let clock = SystemClock()
    let ids = IdentifierSource(clock: clock)
    let database = try SQLiteDatabase.open(directory: configuration.dataDirectory)
    self.database = database
    let workflows = SQLiteWorkflowStore(database)
    let executions = SQLiteExecutionStore(database)
    let claims = SQLiteExecutionClaims(database)
    let tags = SQLiteTagStore(database)
    let idempotency = SQLiteIdempotencyStore(database)
    let apiKeys = SQLiteAPIKeyStore(database)
    let workspaces = SQLiteWorkspaceStore(database)
    let audit = SQLiteAuditLog(database)
    let authenticator = APIKeyAuthenticator(store: apiKeys, clock: clock, isSoleWriter: true)
    newAPIKey = try await authenticator.bootstrap(
      presented: configuration.bootstrapAPIKey, id: ids.next(), entry: ids.next())
    // Made at the first start, so that it is in the first backup.
    _ = try AuditKeyFile(folder: configuration.dataDirectory).key(configured: configuration.auditKey, creating: true)
    let sealer = AuditSealer(audit: audit, clock: clock) { error in
      log.warning("could not seal audit entries", metadata: ["error": "\(error)"])
    }

    let library = NodeLibrary(
      BuiltInNodes.all(
        includingTestNodes: configuration.testNodes.map { TestNodeOptions(ledgerPath: $0.ledger) }))
    var journal: any Journal = SQLiteJournal(database)
    if configuration.testNodes?.sabotage == .answerBeforeCommit {
      journal = AnswerBeforeCommitJournal(journal: journal, clock: clock)
    }
    let bus = MemoryEventBus()
    let queue = MemoryWakeUpQueue()
    let writer = JournalWriter(journal: journal, relay: EventRelay(bus: bus))
    let catalog = WorkflowCatalog(store: workflows, library: library, isSoleWriter: true)
    let dispatcher = Dispatcher(queue: queue, log: log)
    let timers = TimerSignal()
    var executorOptions = ExecutorOptions()
    executorOptions.slots = configuration.slots
    executorOptions.lease = .seconds(configuration.lease)
    executorOptions.heartbeat = .milliseconds(configuration.lease * 1000 / 3)
    executorOptions.mostBytes = configuration.executionMegabytes << 20
    let executor = Executor(
      id: ids.next(), options: executorOptions, queue: queue, claims: claims, catalog: catalog, writer: writer,
      evaluator: NativeExpressionEvaluator(), clock: clock, timers: timers, log: log)
    var recovererOptions = RecovererOptions()
    recovererOptions.lease = executorOptions.lease
    let recoverer = Recoverer(
      claims: claims, dispatcher: dispatcher, clock: clock, options: recovererOptions, timers: timers, log: log)

    // Nobody else can have the folder open: whoever held executions before is gone.
    try await claims.retire(nil)
    try await executor.register()

    dependencies = APIDependencies(
      acceptor: Acceptor(
        catalog: catalog, executions: executions, writer: writer, dispatcher: dispatcher, executor: executor, bus: bus,
        clock: clock, ids: ids),
      executionControl: ExecutionControl(
        executions: executions, writer: writer, executor: executor, clock: clock, ids: ids),
      workflowEditor: WorkflowEditor(store: workflows, catalog: catalog, library: library, clock: clock, ids: ids),
      tagEditor: TagEditor(tags: tags, workflows: workflows, clock: clock, ids: ids),
      apiKeyEditor: APIKeyEditor(store: apiKeys, clock: clock, ids: ids, onDelete: { authenticator.forget($0) }),
      workspaceEditor: WorkspaceEditor(store: workspaces, clock: clock, ids: ids),
      workflows: workflows, executions: executions, tags: tags, apiKeys: apiKeys, workspaces: workspaces,
      audit: audit, library: library, authenticator: authenticator, clock: clock)
    // Stopped from the last to the first: no requests, then no executions, then no more writing; what was written last is
    // sealed.
    services = [
      LoopService(run: { await sealer.run() }),
      LoopService(run: { await database.withWritingThread { await writer.run() } }, stop: { writer.close() }),
      LoopService(run: { await recoverer.run() }),
      LoopService(run: { await executor.run() }),
      LoopService(run: { await Housekeeping(idempotency: idempotency, clock: clock, log: log).run() }),
    ]
  }

  /// Serves until SIGTERM or SIGINT, or until the task is cancelled; then stops in order.
  /// - Parameter onReady: called with the port once requests are answered.
  public func run(onReady: @escaping @Sendable (Int) async -> Void) async throws {
    let application = makeApplication(
      dependencies, host: configuration.host, port: configuration.port, log: log, onReady: onReady)
    var group = ServiceGroupConfiguration(
      services: services + [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
    group.maximumGracefulShutdownDuration = .seconds(20)
    let running = ServiceGroup(configuration: group)
    // A task of its own: cancelling the group itself would stop all its parts at once, in no order.
    let serving = Task { try await running.run() }
    try await withTaskCancellationHandler {
      try await serving.value
    } onCancel: {
      Task { await running.triggerGracefulShutdown() }
    }
    await database.close()
  }
}

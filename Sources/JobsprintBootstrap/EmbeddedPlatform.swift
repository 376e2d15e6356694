// `jobsprint serve`: every part in one process over one folder. The only place that knows all of them.

import JobsprintAPI
import JobsprintAccess
import JobsprintDomain
import JobsprintMemory
import JobsprintNodes
import JobsprintPorts
import JobsprintRuntime
public import Logging
import ServiceLifecycle
import UnixSignals

/// The parts of an embedded installation, put together and not started.
public struct EmbeddedPlatform: Sendable {
  private let configuration: ServeConfiguration
  private let log: Logger
  private let storage: Storage
  private let javaScript: JavaScript
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
    let storage = try await Storage.open(configuration.storage)
    self.storage = storage
    let (workflows, executions) = (storage.workflows, storage.executions)
    let authenticator = APIKeyAuthenticator(store: storage.apiKeys, clock: clock, isSoleWriter: storage.isExclusive)
    newAPIKey = try await authenticator.bootstrap(
      presented: configuration.bootstrapAPIKey, id: ids.next(), entry: ids.next())
    if case .folder(let folder) = configuration.storage {
      // Made at the first start, so that it is in the first backup.
      _ = try AuditKeyFile(folder: folder).key(configured: configuration.auditKey, creating: true)
    }
    let bell = storage.listen == nil ? nil : AuditBell()
    let sealer = AuditSealer(audit: storage.audit, clock: clock, bell: bell) { error in
      log.warning("could not seal audit entries", metadata: ["error": "\(error)"])
    }

    let library = NodeLibrary(
      BuiltInNodes.all(
        includingTestNodes: configuration.testNodes.map { TestNodeOptions(ledgerPath: $0.ledger) }))
    var journal = storage.journal
    if configuration.testNodes?.sabotage == .answerBeforeCommit {
      journal = AnswerBeforeCommitJournal(journal: journal, clock: clock)
    }
    let javaScript = JavaScript(configuration.javaScript)
    self.javaScript = javaScript
    let bus = MemoryEventBus()
    let queue = MemoryWakeUpQueue()
    let writer = JournalWriter(journal: journal, relay: EventRelay(bus: bus))
    let catalog = WorkflowCatalog(store: workflows, library: library, isSoleWriter: storage.isExclusive)
    let dispatcher = Dispatcher(queue: queue, clock: clock, log: log)
    let timers = TimerSignal()
    var executorOptions = ExecutorOptions()
    executorOptions.slots = configuration.slots
    executorOptions.lease = .seconds(configuration.lease)
    executorOptions.heartbeat = .milliseconds(configuration.lease * 1000 / 3)
    executorOptions.mostBytes = configuration.executionMegabytes << 20
    let executor = Executor(
      id: ids.next(), options: executorOptions, queue: queue, claims: storage.claims, catalog: catalog, writer: writer,
      bus: bus, evaluator: javaScript.evaluator, code: javaScript.code, clock: clock, timers: timers, log: log)
    var recovererOptions = RecovererOptions()
    recovererOptions.lease = executorOptions.lease
    recovererOptions.longestInterval = min(executorOptions.lease, recovererOptions.longestInterval)
    // What another process hands back must not wait long where nobody tells of it.
    if storage.listen == nil, !storage.isExclusive { recovererOptions.longestInterval = .seconds(4) }
    let recoverer = Recoverer(
      claims: storage.claims, dispatcher: dispatcher, clock: clock, options: recovererOptions, timers: timers, log: log)

    // Whoever held executions before is gone.
    if storage.isExclusive { try await storage.claims.retire(nil) }
    try await executor.register()

    dependencies = APIDependencies(
      acceptor: Acceptor(
        catalog: catalog, executions: executions, writer: writer, dispatcher: dispatcher, executor: executor, bus: bus,
        clock: clock, ids: ids),
      executionControl: ExecutionControl(
        executions: executions, writer: writer, clock: clock, ids: ids),
      workflowEditor: WorkflowEditor(store: workflows, catalog: catalog, library: library, clock: clock, ids: ids),
      tagEditor: TagEditor(tags: storage.tags, workflows: workflows, clock: clock, ids: ids),
      apiKeyEditor: APIKeyEditor(
        store: storage.apiKeys, clock: clock, ids: ids, onDelete: { authenticator.forget($0) }),
      workspaceEditor: WorkspaceEditor(store: storage.workspaces, clock: clock, ids: ids),
      workflows: workflows, executions: executions, tags: storage.tags, apiKeys: storage.apiKeys,
      workspaces: storage.workspaces, audit: storage.audit, library: library, authenticator: authenticator, clock: clock
    )
    let housekeeping = Housekeeping(
      storage: storage, clock: clock, log: log,
      retention: configuration.retentionDays.map { .seconds(86_400 * $0) })
    let news = StorageNews(
      auditWritten: { bell?.ring() },
      executorLeft: { timers.tell(clock.now + .milliseconds(.random(in: 0...300))) })
    let listening = storage.listen.map { listen in [LoopService(run: { await listen(news) })] } ?? []
    // Stopped from the last to the first: no requests, then no executions, then no more writing; what was written last is
    // sealed.
    services =
      listening + [
        LoopService(run: { await sealer.run() }),
        LoopService(run: { await storage.keepJournal(writer) }, stop: { writer.close() }),
        LoopService(run: { await recoverer.run() }),
        LoopService(run: { await executor.run() }),
        LoopService(run: { await housekeeping.run() }),
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
    javaScript.close()
    await storage.close()
  }
}

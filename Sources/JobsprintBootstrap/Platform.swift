// One process of an installation, put together: the only place that knows all parts.
//
//   embedded  API and executor, over one folder or a database; wake-ups never leave the process  (jobsprint serve)
//   api       takes requests and publishes wake-ups                                              (jobsprint-api)
//   worker    consumes wake-ups and executes                                                     (jobsprint-worker)

import JobsprintAPI
import JobsprintAccess
import JobsprintDomain
import JobsprintMemory
import JobsprintNodes
import JobsprintPorts
import JobsprintRabbitMQ
import JobsprintRedis
import JobsprintRuntime
public import Logging
import ServiceLifecycle
import UnixSignals

public struct Platform: Sendable {
  private let configuration: ProcessConfiguration
  private let log: Logger
  private let storage: Storage
  private let executor: Executor?
  private let javaScript: JavaScript?
  private let services: [any Service]
  private let site: Site
  /// Set when this start has made the first API key; to be shown once.
  public let newAPIKey: String?
  /// Makes the first owner; to be shown once. nil where there is a user, or nobody can sign in.
  public let setupToken: String?

  /// What is answered over HTTP.
  private enum Site {
    case api(APIDependencies, ProcessMetrics)
    case health(WorkerHealth, ProcessMetrics)
  }

  /// Opens the stores and puts everything together; nothing is started but the first heartbeat.
  /// - Throws: ``PortError`` when a store can't be used, ``AccessError`` when the first API key is unusable,
  ///   ``SettingError`` when the role needs a setting that is missing.
  public init(_ role: ProcessRole, _ configuration: ProcessConfiguration, log: Logger) async throws {
    let messaging = try await Messaging(role, configuration, clock: SystemClock(), log: log)
    self = try await Self.over(messaging, role, configuration, log: log)
  }

  /// As ``init(_:_:log:)``, but a database that is away is waited for, and the configured port answers meanwhile that
  /// it is.
  /// - Returns: nil when the process was told to stop meanwhile.
  public static func waiting(
    _ role: ProcessRole, _ configuration: ProcessConfiguration, log: Logger
  ) async throws -> Platform? {
    let messaging = try await Messaging(role, configuration, clock: SystemClock(), log: log)
    return try await StoreArrival(configuration: configuration, log: log).wait {
      try await Storage.probe(configuration.storage)
      return try await over(messaging, role, configuration, log: log)
    }
  }

  private static func over(
    _ messaging: Messaging, _ role: ProcessRole, _ configuration: ProcessConfiguration, log: Logger
  ) async throws -> Platform {
    let storage = try await Storage.open(configuration.storage)
    do { return try await Platform(role, configuration, messaging, storage, log: log) } catch {
      await storage.close()
      throw error
    }
  }

  private init(
    _ role: ProcessRole, _ configuration: ProcessConfiguration, _ messaging: Messaging, _ storage: Storage, log: Logger
  ) async throws {
    self.configuration = configuration
    self.log = log
    let clock = SystemClock()
    let ids = IdentifierSource(clock: clock)
    self.storage = storage
    let shared = try SharedState(role, configuration, clock: clock, makeID: { (ids.next() as FeedEventID).uuid })
    let bus = FeedingEventBus(bus: messaging.bus, feed: shared.feed)
    let faults = configuration.testFaults
    let library = NodeLibrary(faults?.nodes ?? BuiltInNodes.all())
    let claims = faults?.claims(storage.claims) ?? storage.claims
    let journal = faults?.journal(storage.journal, storage.claims, clock: clock) ?? storage.journal
    let queue = faults?.queue(messaging.queue, clock: clock) ?? messaging.queue
    let writer = JournalWriter(journal: journal, relay: EventRelay(bus: bus))
    let caches = CacheCounts()
    let catalog = WorkflowCatalog(
      store: storage.workflows, library: library, isSoleWriter: storage.isExclusive, shared: shared.versions,
      counts: caches)
    let variables = VariableCatalog(store: storage.variables)
    let cipher = CredentialVault(try configuration.credentialRingKeys(at: clock.now))
    let credentialTypes = CredentialLibrary(BuiltInCredentials.all)
    let dispatcher = Dispatcher(queue: queue, clock: clock, log: log)
    let budget = DispatchBudget(claims: claims, clock: clock, patience: configuration.patience, log: log)
    let limits = WorkspaceLimits(store: storage.workspaces, isSoleWriter: storage.isExclusive)
    let timers = TimerSignal()
    let bell = storage.listen == nil ? nil : AuditBell()
    let sealer = AuditSealer(audit: storage.audit, clock: clock, bell: bell) { error in
      log.warning("could not seal audit entries", metadata: ["error": "\(error)"])
    }
    let news = StorageNews(
      auditWritten: { bell?.ring() },
      executorLeft: { timers.tell(clock.now + .milliseconds(.random(in: 0...300))) },
      executionHeld: { timers.tell(clock.now) })
    let signingKey = try configuration.auditSigningKey(for: role)
    let housekeeping = Housekeeping(
      storage: storage, clock: clock, log: log, retentionDays: configuration.retentionDays,
      audit: signingKey.flatMap { key in
        configuration.auditDays.map {
          (retention: AuditRetention(audit: storage.audit, key: key, clock: clock), days: $0)
        }
      }, auditStreams: configuration.auditStreams, locks: shared.locks)
    let streamers = try configuration.auditSinks(for: role, clock: clock).map { stream, sink in
      AuditStreamer(
        stream, audit: storage.audit, cursors: storage.auditCursors, sink: sink, locks: shared.locks, clock: clock
      ) { log.warning("could not stream audit entries", metadata: ["error": "\($0)"]) }
    }
    // Stopped from the last to the first: no requests, then no executions, then no more publishing and writing; what
    // was written last is told and sealed.
    var services: [any Service] = [
      LoopService(run: { await sealer.run() }),
      LoopService(run: { await housekeeping.run() }),
    ]
    for streamer in streamers { services.append(LoopService(run: { await streamer.run() })) }
    if let listen = storage.listen { services.append(LoopService(run: { await listen(news) })) }
    if let redis = shared.redis { services.append(LoopService(run: { await redis.run() })) }
    if shared.versions != nil { services.append(LoopService(run: { await catalog.run() })) }
    if let broker = messaging.broker { services.append(LoopService(run: { await broker.run() })) }
    services += [
      LoopService(run: { await storage.keepJournal(writer) }, stop: { writer.close() }),
      LoopService(run: { await dispatcher.run() }, stop: { dispatcher.close() }),
    ]
    var executor: Executor?
    var javaScript: JavaScript?
    if role != .api {
      let evaluators = JavaScript(configuration.javaScript)
      var options = configuration.executorOptions
      // Whoever runs a worker starts it again; somebody at a laptop would find the program gone.
      options.leavesWhenStuck = role == .worker
      // A process alone has nobody to leave a tag to.
      options.tags = role == .worker ? configuration.workerTags : .all
      let own = Executor(
        id: ids.next(), options: options, queue: queue, claims: claims, catalog: catalog, variables: variables,
        credentials: CredentialDesk(
          store: storage.credentials, cipher: cipher, library: credentialTypes, audit: storage.audit, clock: clock,
          ids: ids), staticData: storage.staticData, writer: writer, limits: limits, bus: bus,
        evaluator: evaluators.evaluator, code: evaluators.code, clock: clock, timers: timers, log: log)
      var recovering = RecovererOptions()
      recovering.lease = options.lease
      recovering.tags = options.tags
      recovering.longestInterval = min(options.lease, recovering.longestInterval)
      recovering.patience = configuration.patience
      // What another process hands back must not wait long where nobody tells of it.
      if storage.listen == nil, !storage.isExclusive { recovering.longestInterval = .seconds(4) }
      let recoverer = Recoverer(
        claims: claims, dispatcher: dispatcher, clock: clock, options: recovering, timers: timers, log: log)
      // Whoever held executions before is gone.
      if storage.isExclusive { try await storage.claims.retire(nil) }
      try await own.register()
      services += [LoopService(run: { await recoverer.run() }), LoopService(run: { await own.run() })]
      (executor, javaScript) = (own, evaluators)
    }
    self.executor = executor
    self.javaScript = javaScript
    let metrics = ProcessMetrics(
      role, storage: storage, broker: messaging.broker, redis: shared.redis, writer: writer, dispatcher: dispatcher,
      executor: executor, sandboxes: javaScript?.sandboxes, auditStreams: streamers, caches: caches)
    if role == .worker {
      newAPIKey = nil
      setupToken = nil
      site = .health(WorkerHealth(storage: storage, messaging: messaging), metrics)
      self.services = services
      return
    }
    services.append(LoopService(run: { await budget.run() }))
    let endWatch = storage.isExclusive ? nil : EndWatch(executions: storage.executions, clock: clock, log: log)
    if let endWatch { services.append(LoopService(run: { await endWatch.run() })) }
    let keys = APIKeyAuthenticator(
      store: storage.apiKeys, epoch: shared.epoch, clock: clock, isSoleWriter: storage.isExclusive, counts: caches)
    newAPIKey = try await keys.bootstrap(
      presented: configuration.bootstrapAPIKey, id: ids.next(), entry: ids.next())
    if case .folder(let folder) = configuration.storage {
      // Made at the first start, so that it is in the first backup.
      _ = try AuditKeyFile(folder: folder).key(configured: configuration.auditKey, creating: true)
    }
    let tokens = AccessTokenRing(try configuration.tokenRingKeys(at: clock.now), clock: clock)
    let standings = StandingCache(
      accounts: storage.accounts, serviceAccounts: storage.serviceAccounts, sessions: storage.sessions,
      epoch: shared.epoch, clock: clock, counts: caches)
    let access = AccessContext(
      accounts: storage.accounts, sessions: storage.sessions, workspaces: storage.workspaces,
      audit: storage.audit, hasher: PasswordHasher(), limiter: AttemptLimiter(ledger: shared.attempts, clock: clock),
      standings: standings,
      clock: clock,
      makeID: { (ids.next() as UserID).uuid })
    let accounts = AccountOffice(access)
    setupToken = tokens == nil ? nil : try await accounts.offerSetup()
    let (workflows, executions) = (storage.workflows, storage.executions)
    let acceptor = Acceptor(
      catalog: catalog, executions: executions, writer: writer, dispatcher: dispatcher, budget: budget,
      limits: limits, executor: executor, bus: bus, endWatch: endWatch, clock: clock, timers: timers, ids: ids)
    let sessions = SessionOffice(access, tokens: tokens, lifetimes: configuration.lifetimes)
    let identities = IdentityOffice(
      access, identities: storage.identities, pending: shared.pendingSignIns, accounts: accounts, sessions: sessions,
      providers: configuration.identityProviders.map(\.provider), transport: ProviderHTTP())
    site = .api(
      APIDependencies(
        acceptor: acceptor,
        executionControl: ExecutionControl(executions: executions, writer: writer, clock: clock, ids: ids),
        deadLetterOffice: DeadLetterOffice(letters: storage.deadLetters, acceptor: acceptor, clock: clock, ids: ids),
        workflowEditor: WorkflowEditor(
          store: workflows, catalog: catalog, library: library, clock: clock, ids: ids,
          isTimeZone: BuiltInNodes.isTimeZone),
        tagEditor: TagEditor(
          tags: storage.tags, workflows: workflows, executions: executions, clock: clock, ids: ids),
        variableEditor: VariableEditor(store: storage.variables, catalog: variables, clock: clock, ids: ids),
        credentialEditor: CredentialEditor(
          store: storage.credentials, cipher: cipher, library: credentialTypes, audit: storage.audit, clock: clock,
          ids: ids),
        apiKeyEditor: APIKeyEditor(
          store: storage.apiKeys, clock: clock, ids: ids, onDelete: { await keys.forget() }),
        workspaceEditor: WorkspaceEditor(store: storage.workspaces, limits: limits, clock: clock, ids: ids),
        workflows: workflows, executions: executions, deadLetters: storage.deadLetters, tags: storage.tags,
        variables: storage.variables, credentials: storage.credentials,
        apiKeys: storage.apiKeys, workspaces: storage.workspaces, audit: storage.audit,
        idempotency: storage.idempotency, library: library,
        authenticator: Authenticator(keys: keys, tokens: tokens, standings: standings, clock: clock),
        accounts: accounts, identities: identities,
        serviceAccounts: ServiceAccountOffice(access, store: storage.serviceAccounts), sessions: sessions,
        limits: RequestLimits(limiter: shared.rateLimiter, quotas: configuration.rateLimits), feed: shared.feed,
        clock: clock,
        metrics: { metrics.text }), metrics)
    self.services = services
  }

  /// Serves until SIGTERM or SIGINT, or until the task is cancelled; then stops in order.
  /// - Parameters:
  ///   - onReady: called with the port once requests are answered.
  ///   - onMetricsReady: the same of the port of the metrics, where they have one of their own.
  /// - Throws: ``StuckNode`` when a node made a worker stop.
  public func run(
    onReady: @escaping @Sendable (Int) async -> Void,
    onMetricsReady: @escaping @Sendable (Int) async -> Void = { _ in }
  ) async throws {
    let (host, port) = (configuration.host, configuration.port)
    var applications: [any Service]
    switch site {
    case .api(let dependencies, let metrics):
      applications = [
        try makeApplication(
          dependencies, host: host, port: port, origins: configuration.origins, log: log, onReady: onReady)
      ]
      if let port = configuration.metricsPort {
        applications.append(
          makeMetricsApplication({ metrics.text }, host: host, port: port, log: log, onReady: onMetricsReady))
      }
    case .health(let health, let metrics):
      applications = [
        makeHealthApplication(
          health.checks, metrics: { metrics.text }, host: host, port: port, log: log, onReady: onReady)
      ]
    }
    // An executor that ends by itself stops the process, in the same order as a signal does.
    var group = ServiceGroupConfiguration(
      services: (services + applications).map {
        .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
      },
      gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
    group.maximumGracefulShutdownDuration = .seconds(configuration.grace + 10)
    let running = ServiceGroup(configuration: group)
    // A task of its own: cancelling the group itself would stop all its parts at once, in no order.
    let serving = Task { try await running.run() }
    try await withTaskCancellationHandler {
      try await serving.value
    } onCancel: {
      Task { await running.triggerGracefulShutdown() }
    }
    javaScript?.close()
    await storage.close()
    if let id = executor?.stuckExecution { throw StuckNode(execution: id) }
  }
}

public import JobsprintAPI
import JobsprintAccess
public import JobsprintDomain
public import JobsprintPorts
import JobsprintRuntime
public import Logging

/// What a process is to do.
public enum ProcessRole: String, Sendable {
  /// API and executor in one process, over one folder or a database; wake-ups never leave it.
  case embedded
  /// Takes requests and publishes wake-ups.
  case api
  /// Consumes wake-ups and executes.
  case worker

  /// As people start it.
  var program: String {
    switch self {
    case .embedded: "jobsprint serve"
    case .api: "jobsprint-api"
    case .worker: "jobsprint-worker"
    }
  }
}

/// How a process runs.
public struct ProcessConfiguration: Sendable {
  public var host = "127.0.0.1"
  public var port = 8080
  /// Where an API answers `/metrics` without a key; nil: on its own port only, with one.
  public var metricsPort: Int?
  /// A folder is made when it does not exist; a database is migrated beforehand.
  public var storage = StorageLocation.folder("data")
  /// A name that stays from start to start, for connections and logs.
  public var instance = "local"
  /// RabbitMQ's; it may hold a password.
  var brokerAddress: String?
  /// What the names of queues begin with: installations that share a broker have different ones.
  var brokerPrefix = "jobsprint"
  /// Redis's; it may hold a password. nil: what would be shared through it is each process's own.
  var redisAddress: String?
  /// What the names of keys and channels begin with: installations that share a Redis have different ones.
  var redisPrefix = "jobsprint"
  /// Classes of requests that are not named are not limited.
  public var rateLimits: [RateClass: RateQuota] = RateLimitSetting.standard
  /// Whose pages may use the API from a browser.
  public var origins: Set<String> = []
  /// They sign wake-ups; the first one signs, all are accepted.
  var ticketKeys: [NamedKey] = []
  /// They sign access tokens; the first one signs, all are accepted. Without any, a folder has one of its own.
  var tokenKeys: [NamedKey] = []
  /// They encrypt the secrets of credentials; the first one seals, all open. Without any, a folder has some of its own.
  var credentialKeys: [NamedKey] = []
  /// How long people stay signed in.
  var lifetimes = SessionOffice.Lifetimes()
  /// Who may say who somebody is.
  public var identityProviders: [IdentityProviderSetting] = []
  /// The first API key; nil: one is made and shown once.
  public var bootstrapAPIKey: String?
  /// Signs checkpoints of the audit log, as 64 hexadecimal digits; nil: the one in the data folder.
  public var auditKey: String?
  /// Executions at a time.
  public var slots = 256
  /// Whose executions a worker takes.
  public var workerTags = WorkerTags.none
  /// Seconds.
  public var lease = 15
  /// Seconds that running nodes have to finish when the process stops.
  public var grace = 10
  /// What the data of one execution may weigh.
  public var executionMegabytes = 256
  /// Days for which executions are kept after they were accepted, once they have ended; nil: for good.
  public var retentionDays: Int?
  /// Days for which entries of the audit log are kept; nil: for good.
  public var auditDays: Int?
  /// Who gets the entries of the audit log; nil: nobody.
  public var auditWebhook: AuditWebhookSetting?
  /// Who gets them as OpenTelemetry's log records; nil: nobody.
  public var auditOTLP: AuditOTLPSetting?
  public var javaScript = JavaScriptConfiguration()
  public var logLevel = Logger.Level.notice
  /// Node types and faults for tests; nil: none.
  public var testFaults: TestFaults?

  public init() {}

  /// Nobody has answered a wake-up for so long: it is issued again.
  var patience: Duration { .seconds(lease * 2) }

  var executorOptions: ExecutorOptions {
    var options = ExecutorOptions()
    options.slots = slots
    options.lease = .seconds(lease)
    options.heartbeat = .milliseconds(lease * 1000 / 3)
    options.grace = .seconds(grace)
    options.mostBytes = executionMegabytes << 20
    return options
  }
}

// Where the settings come from: environment variables, with the command line's options before them.
//
//   key                          | variable                        | type   | default
//   -----------------------------+---------------------------------+--------+------------
//   jobsprint.host               | JOBSPRINT_HOST                  | text   | 127.0.0.1
//   jobsprint.port               | JOBSPRINT_PORT                  | number | 8080; a worker's health: 8081
//   jobsprint.metrics.port       | JOBSPRINT_METRICS_PORT          | number | none; a worker's: its health port
//   jobsprint.data               | JOBSPRINT_DATA                  | path   | data
//   jobsprint.database.url       | JOBSPRINT_DATABASE_URL          | secret | none: the folder
//   jobsprint.database.replica   | JOBSPRINT_DATABASE_REPLICA      | secret | none
//   jobsprint.database.pool      | JOBSPRINT_DATABASE_POOL         | number | 6
//   jobsprint.database.pgbouncer | JOBSPRINT_DATABASE_PGBOUNCER    | 1      | off
//   jobsprint.instance           | JOBSPRINT_INSTANCE              | text   | the host's name
//   jobsprint.broker.url         | JOBSPRINT_BROKER_URL            | secret | none
//   jobsprint.broker.prefix      | JOBSPRINT_BROKER_PREFIX         | text   | jobsprint
//   jobsprint.redis.url          | JOBSPRINT_REDIS_URL             | secret | none: nothing is shared
//   jobsprint.redis.prefix       | JOBSPRINT_REDIS_PREFIX          | text   | jobsprint
//   jobsprint.rate.limits        | JOBSPRINT_RATE_LIMITS           | text   | anonymous=3000/60
//   jobsprint.cors.origins       | JOBSPRINT_CORS_ORIGINS          | text   | none
//   jobsprint.ticket.keys        | JOBSPRINT_TICKET_KEYS           | secret | none: id:hex,id:hex,…
//   jobsprint.token.keys         | JOBSPRINT_TOKEN_KEYS            | secret | in the folder: id:hex,id:hex,…
//   jobsprint.credential.keys    | JOBSPRINT_CREDENTIAL_KEYS       | secret | in the folder: id:hex,id:hex,…
//   jobsprint.token.minutes      | JOBSPRINT_TOKEN_MINUTES         | number | 1440
//   jobsprint.session.days       | JOBSPRINT_SESSION_DAYS          | number | 30
//   jobsprint.oidc.providers     | JOBSPRINT_OIDC_PROVIDERS        | names  | none; the next five are of each name
//   jobsprint.oidc.N.issuer      | JOBSPRINT_OIDC_N_ISSUER         | text   | needed
//   jobsprint.oidc.N.client.id   | JOBSPRINT_OIDC_N_CLIENT_ID      | text   | needed
//   jobsprint.oidc.N.client.secret | JOBSPRINT_OIDC_N_CLIENT_SECRET | secret | none: a public client
//   jobsprint.oidc.N.scopes      | JOBSPRINT_OIDC_N_SCOPES         | text   | openid
//   jobsprint.oidc.N.redirect.uri | JOBSPRINT_OIDC_N_REDIRECT_URI  | text   | needed
//   jobsprint.bootstrap.api.key  | JOBSPRINT_BOOTSTRAP_API_KEY     | secret | one is made
//   jobsprint.audit.key          | JOBSPRINT_AUDIT_KEY             | secret | in the folder
//   jobsprint.audit.days         | JOBSPRINT_AUDIT_DAYS            | number | none: for good
//   jobsprint.audit.webhook.url  | JOBSPRINT_AUDIT_WEBHOOK_URL     | secret | none: entries go nowhere
//   jobsprint.audit.webhook.key  | JOBSPRINT_AUDIT_WEBHOOK_KEY     | secret | none
//   jobsprint.audit.otlp.url     | JOBSPRINT_AUDIT_OTLP_URL        | secret | none: entries go nowhere
//   jobsprint.audit.otlp.headers | JOBSPRINT_AUDIT_OTLP_HEADERS    | secret | none: name=value,name=value
//   jobsprint.slots              | JOBSPRINT_SLOTS                 | number | 256
//   jobsprint.worker.tags        | JOBSPRINT_WORKER_TAGS           | text   | untagged
//   jobsprint.lease.seconds      | JOBSPRINT_LEASE_SECONDS         | number | 15
//   jobsprint.grace.seconds      | JOBSPRINT_GRACE_SECONDS         | number | 10
//   jobsprint.execution.megabytes| JOBSPRINT_EXECUTION_MEGABYTES   | number | 256
//   jobsprint.retention.days     | JOBSPRINT_RETENTION_DAYS        | number | none: for good
//   jobsprint.sandbox.path       | JOBSPRINT_SANDBOX_PATH          | path   | beside the program
//   jobsprint.sandbox.count      | JOBSPRINT_SANDBOX_COUNT         | number | one for each core
//   jobsprint.insecure.sandbox   | JOBSPRINT_INSECURE_SANDBOX      | 1      | off
//   jobsprint.expression.environment | JOBSPRINT_EXPRESSION_ENVIRONMENT | names of variables | none
//   jobsprint.log.level          | JOBSPRINT_LOG_LEVEL             | text   | notice
//   jobsprint.test.nodes         | JOBSPRINT_TEST_NODES            | 1      | off
//   jobsprint.test.ledger        | JOBSPRINT_TEST_LEDGER           | path   | none
//   jobsprint.test.sabotage      | JOBSPRINT_TEST_SABOTAGE         | text   | none
//   jobsprint.test.kill          | JOBSPRINT_TEST_KILL             | text   | none: point:n
//   jobsprint.test.pause         | JOBSPRINT_TEST_PAUSE            | text   | none: point:n
//   jobsprint.test.duplicates    | JOBSPRINT_TEST_DUPLICATES       | 1      | off

public import Configuration
public import Foundation
import JobsprintAccess
import JobsprintDomain
import Logging

extension ProcessConfiguration {
  /// - Throws: ``SettingError`` for a value that can't be meant: running with another one would surprise.
  public init(_ config: ConfigReader, for role: ProcessRole) throws(SettingError) {
    self.init()
    if role == .worker { port = 8081 }
    host = config.string(forKey: "jobsprint.host", default: host)
    port = try config.number("jobsprint.port", in: 0...65_535) ?? port
    if role != .worker { metricsPort = try config.number("jobsprint.metrics.port", in: 0...65_535) }
    instance = config.string(forKey: "jobsprint.instance") ?? ProcessInfo.processInfo.hostName
    storage = try StorageLocation(config, application: "jobsprint-\(role.rawValue) \(instance)")
    brokerAddress = config.string(forKey: "jobsprint.broker.url", isSecret: true)
    brokerPrefix = config.string(forKey: "jobsprint.broker.prefix", default: brokerPrefix)
    redisAddress = config.string(forKey: "jobsprint.redis.url", isSecret: true).flatMap { $0.isEmpty ? nil : $0 }
    redisPrefix = config.string(forKey: "jobsprint.redis.prefix", default: redisPrefix)
    if let text = config.string(forKey: "jobsprint.rate.limits") {
      guard let quotas = RateLimitSetting.quotas(text) else {
        throw SettingError("jobsprint.rate.limits", RateLimitSetting.expectation, found: text)
      }
      rateLimits = quotas
    }
    if let text = config.string(forKey: "jobsprint.cors.origins") {
      guard let named = OriginSetting.origins(text) else {
        throw SettingError("jobsprint.cors.origins", OriginSetting.expectation, found: text)
      }
      origins = named
    }
    ticketKeys = try config.keys("jobsprint.ticket.keys")
    tokenKeys = try config.keys("jobsprint.token.keys")
    credentialKeys = try config.keys("jobsprint.credential.keys")
    if let minutes = try config.number("jobsprint.token.minutes", in: 1...43_200) {
      lifetimes.access = .seconds(60 * minutes)
    }
    if let days = try config.number("jobsprint.session.days", in: 1...366) {
      lifetimes.session = .seconds(86_400 * days)
    }
    identityProviders = try IdentityProviderSetting.settings(config)
    bootstrapAPIKey = config.string(forKey: "jobsprint.bootstrap.api.key", isSecret: true)
    auditKey = config.string(forKey: "jobsprint.audit.key", isSecret: true)
    if let address = config.string(forKey: "jobsprint.audit.webhook.url", isSecret: true), !address.isEmpty {
      let key = config.string(forKey: "jobsprint.audit.webhook.key", isSecret: true) ?? ""
      guard let webhook = AuditWebhookSetting(address: address, key: key) else {
        throw SettingError(
          "jobsprint.audit.webhook.url",
          "an address with http:// or https://, beside JOBSPRINT_AUDIT_WEBHOOK_KEY with "
            + "\(AuditWebhookSetting.shortestKey) or more random characters", found: "…")
      }
      auditWebhook = webhook
    }
    if let address = config.string(forKey: "jobsprint.audit.otlp.url", isSecret: true), !address.isEmpty {
      let headers = config.string(forKey: "jobsprint.audit.otlp.headers", isSecret: true) ?? ""
      guard let setting = AuditOTLPSetting(address: address, headers: headers) else {
        throw SettingError("jobsprint.audit.otlp.url", AuditOTLPSetting.expectation, found: "…")
      }
      auditOTLP = setting
    }
    auditDays = try config.number("jobsprint.audit.days", in: 1...36_500)
    slots = try config.number("jobsprint.slots", in: 1...100_000) ?? slots
    if let text = config.string(forKey: "jobsprint.worker.tags"), !text.isEmpty {
      workerTags = try WorkerTags(
        setting: text.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
    }
    lease = try config.number("jobsprint.lease.seconds", in: 1...3600) ?? lease
    grace = try config.number("jobsprint.grace.seconds", in: 0...3600) ?? grace
    executionMegabytes = try config.number("jobsprint.execution.megabytes", in: 1...65_536) ?? executionMegabytes
    retentionDays = try config.number("jobsprint.retention.days", in: 1...36_500)
    if let text = config.string(forKey: "jobsprint.log.level"), !text.isEmpty {
      guard let level = Logger.Level(rawValue: text) else {
        throw SettingError("jobsprint.log.level", "one of \(Logger.Level.allCases.map(\.rawValue))", found: text)
      }
      logLevel = level
    }
    javaScript.executable = config.string(forKey: "jobsprint.sandbox.path") ?? javaScript.executable
    javaScript.size = try config.number("jobsprint.sandbox.count", in: 1...64) ?? javaScript.size
    javaScript.isInsecure = config.string(forKey: "jobsprint.insecure.sandbox") == "1"
    for name in (config.string(forKey: "jobsprint.expression.environment") ?? "").split(separator: ",") {
      let name = name.trimmingCharacters(in: .whitespaces)
      guard !name.uppercased().hasPrefix("JOBSPRINT_") else {
        throw SettingError(
          "jobsprint.expression.environment", "names of variables that are no settings of Jobsprint's own", found: name)
      }
      javaScript.environment[name] = ProcessInfo.processInfo.environment[name]
    }
    if config.string(forKey: "jobsprint.test.nodes") == "1" {
      var faults = TestFaults()
      faults.ledger = config.string(forKey: "jobsprint.test.ledger")
      faults.sabotage = try config.word("jobsprint.test.sabotage", "the name of a Sabotage") { Sabotage(rawValue: $0) }
      for (key, signal) in [("jobsprint.test.kill", SIGKILL), ("jobsprint.test.pause", SIGSTOP)] {
        let named = try config.word(key, "point:n with a KillPoint") { KillSwitch($0, signal: signal) }
        faults.killSwitch = named ?? faults.killSwitch
      }
      faults.doublesWakeUps = config.string(forKey: "jobsprint.test.duplicates") == "1"
      testFaults = faults
    }
  }

  /// - Parameter variables: the environment; that of this process, if no other is given.
  public static func fromEnvironment(
    _ role: ProcessRole, _ variables: [String: String] = ProcessInfo.processInfo.environment
  ) throws(SettingError) -> ProcessConfiguration {
    let provider = EnvironmentVariablesProvider(environmentVariables: variables)
    return try ProcessConfiguration(ConfigReader(provider: provider), for: role)
  }
}

extension WorkerTags {
  /// - Throws: ``SettingError`` for a name that is no tag.
  init(setting names: [String]) throws(SettingError) {
    do throws(WrongWorkerTag) {
      try self.init(named: names.map { $0.trimmingCharacters(in: .whitespaces) })
    } catch {
      throw SettingError(
        "jobsprint.worker.tags",
        "a list like gpu,untagged: each tag \(WorkerTag.expectation), which stands for what has no tag",
        found: error.name)
    }
  }
}

extension StorageLocation {
  /// A database where one is named, else a folder.
  init(_ config: ConfigReader, application: String) throws(SettingError) {
    guard let address = config.string(forKey: "jobsprint.database.url", isSecret: true), !address.isEmpty else {
      self = .folder(config.string(forKey: "jobsprint.data", default: "data"))
      return
    }
    var location = PostgresLocation(address: address)
    location.replica = config.string(forKey: "jobsprint.database.replica", isSecret: true)
    location.pool = try config.number("jobsprint.database.pool", in: 2...1000) ?? location.pool
    location.isPooled = config.string(forKey: "jobsprint.database.pgbouncer") == "1"
    location.application = application
    self = .postgres(location)
  }

  /// From the environment of this process, unless a folder is named.
  public static func fromEnvironment(folder: String? = nil) throws(SettingError) -> StorageLocation {
    if let folder { return .folder(folder) }
    return try StorageLocation(ConfigReader(provider: EnvironmentVariablesProvider()), application: "jobsprint-shell")
  }
}

/// A setting that can't be meant.
public struct SettingError: Error {
  public let message: String

  /// A setting that a role can't do without.
  init(missing key: String, for role: ProcessRole, example: String) {
    let variable = key.uppercased().replacing(".", with: "_")
    message = "\(role.program) needs \(variable), for example \(variable)=\(example)"
  }

  static let ownKeysOnly = SettingError(
    message:
      "A new key is made in the credential.key of a data folder only. Elsewhere put one in front of the others in "
      + "JOBSPRINT_CREDENTIAL_KEYS, for all processes, and leave --new-key out.")

  private init(message: String) { self.message = message }

  init(_ key: String, _ expected: String, found: String) {
    let variable = key.uppercased().replacing(".", with: "_")
    message = "\(variable) must be \(expected), not '\(found.prefix(64))'. Change the variable, or unset it."
  }
}

extension ConfigReader {
  /// nil where the setting is absent.
  fileprivate func number(_ key: String, in range: ClosedRange<Int>) throws(SettingError) -> Int? {
    guard let text = string(forKey: ConfigKey(key)), !text.isEmpty else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw SettingError(key, "a whole number from \(range.lowerBound) to \(range.upperBound)", found: text)
    }
    return number
  }

  /// None where the setting is absent.
  fileprivate func keys(_ key: String) throws(SettingError) -> [NamedKey] {
    guard let text = string(forKey: ConfigKey(key), isSecret: true) else { return [] }
    guard let keys = NamedKey.list(text) else { throw SettingError(key, NamedKey.expectation, found: "…") }
    return keys
  }

  /// nil where the setting is absent.
  fileprivate func word<Value>(
    _ key: String, _ expected: String, _ read: (String) -> Value?
  ) throws(SettingError) -> Value? {
    guard let text = string(forKey: ConfigKey(key)), !text.isEmpty else { return nil }
    guard let value = read(text) else { throw SettingError(key, expected, found: text) }
    return value
  }
}

// Where the settings come from: environment variables, with the command line's options before them.
//
//   key                          | variable                        | type   | default
//   -----------------------------+---------------------------------+--------+------------
//   jobsprint.host               | JOBSPRINT_HOST                  | text   | 127.0.0.1
//   jobsprint.port               | JOBSPRINT_PORT                  | number | 8080
//   jobsprint.data               | JOBSPRINT_DATA                  | path   | data
//   jobsprint.bootstrap.api.key  | JOBSPRINT_BOOTSTRAP_API_KEY     | secret | one is made
//   jobsprint.slots              | JOBSPRINT_SLOTS                 | number | 256
//   jobsprint.lease.seconds      | JOBSPRINT_LEASE_SECONDS         | number | 15
//   jobsprint.log.level          | JOBSPRINT_LOG_LEVEL             | text   | notice
//   jobsprint.test.nodes         | JOBSPRINT_TEST_NODES            | 1      | off
//   jobsprint.test.ledger        | JOBSPRINT_TEST_LEDGER           | path   | none
//   jobsprint.test.sabotage      | JOBSPRINT_TEST_SABOTAGE         | text   | none

public import Configuration

extension ServeConfiguration {
  public init(_ config: ConfigReader) {
    self.init()
    host = config.string(forKey: "jobsprint.host", default: host)
    port = config.int(forKey: "jobsprint.port", default: port)
    dataDirectory = config.string(forKey: "jobsprint.data", default: dataDirectory)
    bootstrapAPIKey = config.string(forKey: "jobsprint.bootstrap.api.key", isSecret: true)
    slots = max(1, config.int(forKey: "jobsprint.slots", default: slots))
    lease = max(1, config.int(forKey: "jobsprint.lease.seconds", default: lease))
    logLevel = config.string(forKey: "jobsprint.log.level", default: logLevel)
    if config.string(forKey: "jobsprint.test.nodes") == "1" {
      testNodes = TestNodes(
        ledger: config.string(forKey: "jobsprint.test.ledger"),
        sabotage: config.string(forKey: "jobsprint.test.sabotage").flatMap { Sabotage(rawValue: $0) })
    }
  }

  /// From the environment of this process.
  public static func fromEnvironment() -> ServeConfiguration {
    ServeConfiguration(ConfigReader(provider: EnvironmentVariablesProvider()))
  }
}

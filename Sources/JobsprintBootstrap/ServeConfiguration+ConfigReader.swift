// Where the settings come from: environment variables, with the command line's options before them.
//
//   key                          | variable                        | type   | default
//   -----------------------------+---------------------------------+--------+------------
//   jobsprint.host               | JOBSPRINT_HOST                  | text   | 127.0.0.1
//   jobsprint.port               | JOBSPRINT_PORT                  | number | 8080
//   jobsprint.data               | JOBSPRINT_DATA                  | path   | data
//   jobsprint.bootstrap.api.key  | JOBSPRINT_BOOTSTRAP_API_KEY     | secret | one is made
//   jobsprint.audit.key          | JOBSPRINT_AUDIT_KEY             | secret | in the folder
//   jobsprint.slots              | JOBSPRINT_SLOTS                 | number | 256
//   jobsprint.lease.seconds      | JOBSPRINT_LEASE_SECONDS         | number | 15
//   jobsprint.execution.megabytes| JOBSPRINT_EXECUTION_MEGABYTES   | number | 256
//   jobsprint.log.level          | JOBSPRINT_LOG_LEVEL             | text   | notice
//   jobsprint.test.nodes         | JOBSPRINT_TEST_NODES            | 1      | off
//   jobsprint.test.ledger        | JOBSPRINT_TEST_LEDGER           | path   | none
//   jobsprint.test.sabotage      | JOBSPRINT_TEST_SABOTAGE         | text   | none

public import Configuration
import Logging

extension ServeConfiguration {
  /// - Throws: ``SettingError`` for a value that can't be meant: running with another one would surprise.
  public init(_ config: ConfigReader) throws(SettingError) {
    self.init()
    host = config.string(forKey: "jobsprint.host", default: host)
    port = try config.number("jobsprint.port", in: 0...65_535) ?? port
    dataDirectory = config.string(forKey: "jobsprint.data", default: dataDirectory)
    bootstrapAPIKey = config.string(forKey: "jobsprint.bootstrap.api.key", isSecret: true)
    auditKey = config.string(forKey: "jobsprint.audit.key", isSecret: true)
    slots = try config.number("jobsprint.slots", in: 1...100_000) ?? slots
    lease = try config.number("jobsprint.lease.seconds", in: 1...3600) ?? lease
    executionMegabytes = try config.number("jobsprint.execution.megabytes", in: 1...65_536) ?? executionMegabytes
    if let text = config.string(forKey: "jobsprint.log.level"), !text.isEmpty {
      guard let level = Logger.Level(rawValue: text) else {
        throw SettingError("jobsprint.log.level", "one of \(Logger.Level.allCases.map(\.rawValue))", found: text)
      }
      logLevel = level
    }
    if config.string(forKey: "jobsprint.test.nodes") == "1" {
      testNodes = TestNodes(
        ledger: config.string(forKey: "jobsprint.test.ledger"),
        sabotage: config.string(forKey: "jobsprint.test.sabotage").flatMap { Sabotage(rawValue: $0) })
    }
  }

  /// From the environment of this process.
  public static func fromEnvironment() throws(SettingError) -> ServeConfiguration {
    try ServeConfiguration(ConfigReader(provider: EnvironmentVariablesProvider()))
  }
}

/// A setting that can't be meant.
public struct SettingError: Error {
  public let message: String

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
}

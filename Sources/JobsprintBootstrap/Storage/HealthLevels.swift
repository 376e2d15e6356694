// From which figures on `jobsprint doctor` warns, and from which on it calls it critical. Each is set by two numbers
// with a comma between.
//
//   key                                    | variable                               | of what               | default
//   ---------------------------------------+----------------------------------------+-----------------------+----------
//   jobsprint.doctor.connections.percent   | JOBSPRINT_DOCTOR_CONNECTIONS_PERCENT   | max_connections       | 80,95
//   jobsprint.doctor.database.gigabytes    | JOBSPRINT_DOCTOR_DATABASE_GIGABYTES    | the database          | none
//   jobsprint.doctor.transaction.seconds   | JOBSPRINT_DOCTOR_TRANSACTION_SECONDS   | the longest one       | 300,3600
//   jobsprint.doctor.dead.percent          | JOBSPRINT_DOCTOR_DEAD_PERCENT          | dead beside live rows | 50,200
//   jobsprint.doctor.partition.days        | JOBSPRINT_DOCTOR_PARTITION_DAYS        | the oldest executions | none
//   jobsprint.doctor.tag.seconds           | JOBSPRINT_DOCTOR_TAG_SECONDS           | wait for a worker tag | 60,600
//   jobsprint.doctor.statement.milliseconds| JOBSPRINT_DOCTOR_STATEMENT_MILLISECONDS| p99 of a statement    | 50,500

import Configuration

/// How bad a figure is.
public enum HealthLevel: String, Sendable {
  case ok, warning, critical
}

struct HealthLevels: Sendable {
  struct Pair: Sendable {
    let warning: Int
    let critical: Int

    func level(of value: Int) -> HealthLevel {
      value >= critical ? .critical : value >= warning ? .warning : .ok
    }
  }

  var connectionsPercent = Pair(warning: 80, critical: 95)
  var databaseGigabytes: Pair?
  var transactionSeconds = Pair(warning: 300, critical: 3600)
  var deadPercent = Pair(warning: 50, critical: 200)
  var partitionDays: Pair?
  var tagSeconds = Pair(warning: 60, critical: 600)
  var statementMilliseconds = Pair(warning: 50, critical: 500)

  init() {}

  /// - Throws: ``SettingError``.
  init(_ config: ConfigReader) throws(SettingError) {
    func pair(_ name: String) throws(SettingError) -> Pair? {
      let key = "jobsprint.doctor.\(name)"
      guard let text = config.string(forKey: ConfigKey(key)), !text.isEmpty else { return nil }
      let numbers = text.split(separator: ",").map { Int($0) }
      guard numbers.count == 2, let warning = numbers[0], let critical = numbers[1], 0...critical ~= warning else {
        throw SettingError(key, "two whole numbers, of a warning and of what is critical, like 80,95", found: text)
      }
      return Pair(warning: warning, critical: critical)
    }
    connectionsPercent = try pair("connections.percent") ?? connectionsPercent
    databaseGigabytes = try pair("database.gigabytes")
    transactionSeconds = try pair("transaction.seconds") ?? transactionSeconds
    deadPercent = try pair("dead.percent") ?? deadPercent
    partitionDays = try pair("partition.days")
    tagSeconds = try pair("tag.seconds") ?? tagSeconds
    statementMilliseconds = try pair("statement.milliseconds") ?? statementMilliseconds
  }
}

import Postgres

/// Databases of measurements. Their names are the program's own.
enum DatabaseStatements {
  static func create(_ name: String) -> PostgresCommand { PostgresCommand(sql: "CREATE DATABASE \(name)") }

  static func drop(_ name: String) -> PostgresCommand {
    PostgresCommand(sql: "DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
  }

  /// Executions that have not ended.
  static let unfinished = PostgresCommand(sql: "SELECT count(*) FROM jobsprint.live_executions")

  /// Anything that needs a snapshot.
  static let snapshot = PostgresCommand(sql: "SELECT count(*) FROM jobsprint.executors")
}

import Foundation
import JobsprintPorts
import JobsprintPostgres
import JobsprintSQLite
import Postgres

/// The schema of an installation's store.
public struct Migrations: Sendable {
  public struct Step: Sendable, Hashable {
    /// For example `V0002_journal`.
    public let name: String
    public let isApplied: Bool
    /// How long it took; nil where that is not known.
    public let milliseconds: Int?
  }

  private let location: StorageLocation

  public init(_ location: StorageLocation) { self.location = location }

  /// All migrations in their order; those of a newer program behind them. Changes nothing.
  /// - Throws: ``PortError``, ``SettingError``.
  public func status() async throws -> [Step] {
    switch location {
    case .folder(let folder):
      try SQLiteDatabase.migrations(of: folder).map { Step(name: $0.name, isApplied: $0.isApplied, milliseconds: nil) }
    case .postgres(let postgres):
      try await PostgresMigrations(try postgres.options(postgres.address)).status().map(Step.init)
    }
  }

  /// Applies what is pending. A folder is made where it is missing, and copied first where it holds data.
  /// - Parameter login: PostgreSQL's user as whom the program will connect, where that is not the owner.
  /// - Returns: what was applied.
  /// - Throws: ``PortError`` with `inUse` while a process uses the folder; ``SettingError``.
  public func up(login: String? = nil) async throws -> [Step] {
    switch location {
    case .folder(let folder):
      let pending = try await status().filter { !$0.isApplied }
      let database = try SQLiteDatabase.open(directory: folder)
      await database.close()
      return pending.map { Step(name: $0.name, isApplied: true, milliseconds: nil) }
    case .postgres(let postgres):
      return try await PostgresMigrations(try postgres.options(postgres.address)).up(login: login).map(Step.init)
    }
  }

  /// Migrations whose text is not the one that the store has had; empty when all is well.
  /// - Throws: ``PortError``, ``SettingError``.
  public func verify() async throws -> [String] {
    switch location {
    case .folder(let folder): try SQLiteDatabase.changedMigrations(of: folder)
    case .postgres(let postgres):
      try await PostgresMigrations(try postgres.options(postgres.address)).verify()
    }
  }

  /// Takes the last migration back, with the data that it brought.
  /// - Returns: nil when there is none.
  /// - Throws: ``PortError``: a folder is taken back by restoring a copy; ``SettingError``.
  public func down() async throws -> Step? {
    switch location {
    case .folder(let folder):
      throw PortError(
        .refused,
        "A data folder is not migrated back. Stop the server and put back the copy that was made before the update: "
          + "\(folder)/before-…")
    case .postgres(let postgres):
      return try await PostgresMigrations(try postgres.options(postgres.address)).down().map(Step.init)
    }
  }

  /// Dumps a database with `pg_dump`, in its custom format. A folder is copied by ``up(login:)`` itself.
  /// - Throws: ``PortError`` when the dump fails.
  public func dump(to file: String) throws {
    guard case .postgres(let postgres) = location else { return }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["pg_dump", "--format=custom", "--file=\(file)"]
    var environment = ProcessInfo.processInfo.environment
    // Not on the command line, where every user of the machine could read it.
    for (keyword, value) in try postgres.options(postgres.address).parameters {
      let variable = ["dbname": "PGDATABASE"][keyword] ?? "PG" + keyword.uppercased()
      environment[variable] = value
    }
    process.environment = environment
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw PortError(
        .unavailable,
        "pg_dump failed (its words are above); nothing was migrated. Install postgresql-client, or dump by hand.")
    }
  }
}

extension Migrations.Step {
  fileprivate init(_ step: PostgresMigrations.Step) {
    self.init(name: step.name, isApplied: step.isApplied, milliseconds: step.milliseconds)
  }
}

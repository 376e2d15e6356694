// Brings a database to this program's schema. Each migration is a transaction of its own that begins with the same
// advisory lock, so that of ten replicas that start together one does it and the others find it done, also behind
// PgBouncer. What a database has had is recorded with the checksum of its text.

public import JobsprintPorts
public import Postgres

/// - Note: Connect as the owner: whoever makes the tables, and may create roles where they do not exist.
public struct PostgresMigrations: Sendable {
  struct Migration: Sendable {
    let name: String
    let up: [UInt8]
    let down: [UInt8]
  }

  /// A migration, and whether a database has had it.
  public struct Step: Sendable, Hashable {
    /// For example `V0001_roles`.
    public let name: String
    public let isApplied: Bool
    /// How long it took.
    public let milliseconds: Int?
  }

  /// Append only: what a database has had once never changes.
  static let migrations = [
    Migration(
      name: "V0001_roles", up: PackageResources.V0001_roles_sql, down: PackageResources.V0001_roles_down_sql),
    Migration(
      name: "V0002_executions", up: PackageResources.V0002_executions_sql,
      down: PackageResources.V0002_executions_down_sql),
    Migration(
      name: "V0003_journal", up: PackageResources.V0003_journal_sql, down: PackageResources.V0003_journal_down_sql),
    Migration(
      name: "V0004_workflows", up: PackageResources.V0004_workflows_sql,
      down: PackageResources.V0004_workflows_down_sql),
    Migration(
      name: "V0005_idempotency_keys", up: PackageResources.V0005_idempotency_keys_sql,
      down: PackageResources.V0005_idempotency_keys_down_sql),
    Migration(
      name: "V0006_workspaces", up: PackageResources.V0006_workspaces_sql,
      down: PackageResources.V0006_workspaces_down_sql),
    Migration(name: "V0007_audit", up: PackageResources.V0007_audit_sql, down: PackageResources.V0007_audit_down_sql),
    Migration(
      name: "V0008_partitions", up: PackageResources.V0008_partitions_sql,
      down: PackageResources.V0008_partitions_down_sql),
    Migration(
      name: "V0009_compression", up: PackageResources.V0009_compression_sql,
      down: PackageResources.V0009_compression_down_sql),
    Migration(
      name: "V0010_dead_letters", up: PackageResources.V0010_dead_letters_sql,
      down: PackageResources.V0010_dead_letters_down_sql),
    Migration(
      name: "V0011_ends_of_workflows", up: PackageResources.V0011_ends_of_workflows_sql,
      down: PackageResources.V0011_ends_of_workflows_down_sql),
    Migration(
      name: "V0012_indexes_of_ends", up: PackageResources.V0012_indexes_of_ends_sql,
      down: PackageResources.V0012_indexes_of_ends_down_sql),
    Migration(
      name: "V0013_metrics_scope", up: PackageResources.V0013_metrics_scope_sql,
      down: PackageResources.V0013_metrics_scope_down_sql),
    Migration(
      name: "V0014_live_executions_by_id", up: PackageResources.V0014_live_executions_by_id_sql,
      down: PackageResources.V0014_live_executions_by_id_down_sql),
    Migration(
      name: "V0015_accounts", up: PackageResources.V0015_accounts_sql, down: PackageResources.V0015_accounts_down_sql),
    Migration(
      name: "V0016_member_scopes", up: PackageResources.V0016_member_scopes_sql,
      down: PackageResources.V0016_member_scopes_down_sql),
    Migration(
      name: "V0017_held_executions", up: PackageResources.V0017_held_executions_sql,
      down: PackageResources.V0017_held_executions_down_sql),
    Migration(
      name: "V0018_executions_by_key", up: PackageResources.V0018_executions_by_key_sql,
      down: PackageResources.V0018_executions_by_key_down_sql),
    Migration(
      name: "V0019_variables", up: PackageResources.V0019_variables_sql, down: PackageResources.V0019_variables_down_sql
    ),
    Migration(
      name: "V0020_credentials", up: PackageResources.V0020_credentials_sql,
      down: PackageResources.V0020_credentials_down_sql),
    Migration(
      name: "V0021_execution_tags", up: PackageResources.V0021_execution_tags_sql,
      down: PackageResources.V0021_execution_tags_down_sql),
    Migration(
      name: "V0022_deleted_api_keys", up: PackageResources.V0022_deleted_api_keys_sql,
      down: PackageResources.V0022_deleted_api_keys_down_sql),
    Migration(
      name: "V0023_retention_of_workspaces", up: PackageResources.V0023_retention_of_workspaces_sql,
      down: PackageResources.V0023_retention_of_workspaces_down_sql),
    Migration(
      name: "V0024_retention_of_letters", up: PackageResources.V0024_retention_of_letters_sql,
      down: PackageResources.V0024_retention_of_letters_down_sql),
    Migration(
      name: "V0025_audit_search", up: PackageResources.V0025_audit_search_sql,
      down: PackageResources.V0025_audit_search_down_sql),
    Migration(
      name: "V0026_service_accounts", up: PackageResources.V0026_service_accounts_sql,
      down: PackageResources.V0026_service_accounts_down_sql),
    Migration(
      name: "V0027_audit_cursors", up: PackageResources.V0027_audit_cursors_sql,
      down: PackageResources.V0027_audit_cursors_down_sql),
    Migration(
      name: "V0028_static_data", up: PackageResources.V0028_static_data_sql,
      down: PackageResources.V0028_static_data_down_sql),
    Migration(
      name: "V0029_identities", up: PackageResources.V0029_identities_sql,
      down: PackageResources.V0029_identities_down_sql),
    Migration(
      name: "V0030_workspace_limits", up: PackageResources.V0030_workspace_limits_sql,
      down: PackageResources.V0030_workspace_limits_down_sql),
    Migration(
      name: "V0031_worker_tags", up: PackageResources.V0031_worker_tags_sql,
      down: PackageResources.V0031_worker_tags_down_sql),
    Migration(
      name: "V0032_audit_streams", up: PackageResources.V0032_audit_streams_sql,
      down: PackageResources.V0032_audit_streams_down_sql),
    Migration(
      name: "V0033_claimed_packs", up: PackageResources.V0033_claimed_packs_sql,
      down: PackageResources.V0033_claimed_packs_down_sql),
  ]

  /// For one migration: a rewrite of a large table takes its time.
  private static let limit = Duration.seconds(3600)

  private let options: PostgresOptions

  public init(_ options: PostgresOptions) {
    var options = options
    options.size = 1
    self.options = options
  }

  /// Applies what is missing.
  /// - Parameter login: the user as whom the program connects, where that is not the owner: he becomes a member of the
  ///   program's roles.
  /// - Returns: what was applied by this call, with the time that it took.
  /// - Throws: ``PortError`` with `newer` when a newer program has migrated the database.
  public func up(login: String? = nil) async throws(PortError) -> [Step] {
    try await withPool { pool in
      var steps: [Step] = []
      while let step = try await applyNext(on: pool) { steps.append(step) }
      if let login { try await pool.execute(GrantRoles(login: login)) }
      return steps
    }
  }

  /// All migrations that this program knows, in their order, and those that only a newer program knows.
  public func status() async throws(PortError) -> [Step] {
    try await withPool { pool in
      let applied = try await Self.applied(on: pool)
      let known = Self.migrations.enumerated().map { place, migration in
        let found = applied.first { $0.number == place + 1 }
        return Step(name: migration.name, isApplied: found != nil, milliseconds: found?.milliseconds)
      }
      return known
        + applied.filter { $0.number > Self.migrations.count }
        .map { Step(name: $0.name, isApplied: true, milliseconds: $0.milliseconds) }
    }
  }

  /// Migrations whose text is not the one that the database has had; empty when all is well.
  public func verify() async throws(PortError) -> [String] {
    try await withPool { pool in
      let applied = try await Self.applied(on: pool)
      let checksums = try await pool.query(Checksums(files: Self.migrations.map(\.up)))
      return applied.filter { migration in
        let place = migration.number - 1
        return !checksums.indices.contains(place) || checksums[place] != migration.checksum
      }.map(\.name)
    }
  }

  /// Takes the last migration back, with the data that it brought.
  /// - Returns: nil when there is none.
  /// - Throws: `newer` when a newer program has applied it.
  public func down() async throws(PortError) -> Step? {
    try await withPool { pool in
      guard try await pool.query(HasMigrationTable()).first == true else { return nil }
      return try await pool.transaction { transaction in
        _ = try await transaction.query(LockMigrations())
        let applied = try await transaction.query(ListMigrations())
        guard let last = applied.last else { return nil }
        try Self.refuseNewer(applied)
        let migration = Self.migrations[last.number - 1]
        let start = ContinuousClock.now
        try await transaction.script(
          String(decoding: migration.down, as: UTF8.self), name: migration.name, limit: Self.limit)
        try await transaction.execute(ForgetMigration(number: last.number))
        return Step(name: migration.name, isApplied: false, milliseconds: start.millisecondsAgo)
      }
    }
  }

  /// - Throws: `newer` when this program and the database don't fit.
  static func check(_ applied: [AppliedMigration]) throws(PortError) {
    try refuseNewer(applied)
    guard applied.count >= migrations.count else {
      throw PortError(
        .newer,
        "The database lacks migrations (it has had \(applied.count) of \(migrations.count)). "
          + "Run 'jobsprint migrate up'.")
    }
  }

  private static func refuseNewer(_ applied: [AppliedMigration]) throws(PortError) {
    guard let last = applied.last, last.number > migrations.count else { return }
    throw PortError(
      .newer,
      "The database was migrated by a newer program (to \(last.name); this program knows \(migrations.count) "
        + "migrations). Start the newer program, or restore a backup from before the update.")
  }

  private static func applied(on pool: PostgresPool) async throws -> [AppliedMigration] {
    guard try await pool.query(HasMigrationTable()).first == true else { return [] }
    return try await pool.query(ListMigrations())
  }

  /// Applies the first one that is missing; nil when none is.
  private func applyNext(on pool: PostgresPool) async throws -> Step? {
    try await pool.transaction { transaction in
      _ = try await transaction.query(LockMigrations())
      try await transaction.execute(MakeSchema())
      try await transaction.execute(MakeMigrationTable())
      let applied = try await transaction.query(ListMigrations())
      try Self.refuseNewer(applied)
      guard applied.count < Self.migrations.count else { return nil }
      let migration = Self.migrations[applied.count]
      let start = ContinuousClock.now
      try await transaction.script(
        String(decoding: migration.up, as: UTF8.self), name: migration.name, limit: Self.limit)
      let step = Step(name: migration.name, isApplied: true, milliseconds: start.millisecondsAgo)
      try await transaction.execute(
        RecordMigration(number: applied.count + 1, migration: migration, milliseconds: step.milliseconds ?? 0))
      return step
    }
  }

  /// One connection for the time of `body`.
  private func withPool<Value: Sendable>(
    _ body: (PostgresPool) async throws -> Value
  ) async throws(PortError) -> Value {
    let pool = PostgresPool(options)
    let running = Task { await pool.run() }
    do {
      let value = try await body(pool)
      running.cancel()
      await running.value
      return value
    } catch {
      running.cancel()
      await running.value
      throw PortError(postgres: error)
    }
  }
}

extension ContinuousClock.Instant {
  fileprivate var millisecondsAgo: Int {
    let (seconds, attoseconds) = (ContinuousClock.now - self).components
    return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
  }
}

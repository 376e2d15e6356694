import GRDB
import JobsprintPorts

/// Brings a database to this program's schema. The number of migrations that a database has had is its `user_version`;
/// their texts are kept in it.
enum Migrator {
  /// Append only: what a database has had once never changes.
  private static let migrations: [(name: String, sql: [UInt8])] = [
    ("V0001_executions", PackageResources.V0001_executions_sql),
    ("V0002_journal", PackageResources.V0002_journal_sql),
    ("V0003_workflows", PackageResources.V0003_workflows_sql),
    ("V0004_tags", PackageResources.V0004_tags_sql),
    ("V0005_idempotency_keys", PackageResources.V0005_idempotency_keys_sql),
    ("V0006_api_keys", PackageResources.V0006_api_keys_sql),
    ("V0007_audit", PackageResources.V0007_audit_sql),
    ("V0008_workspaces", PackageResources.V0008_workspaces_sql),
    ("V0009_api_key_scopes", PackageResources.V0009_api_key_scopes_sql),
    ("V0010_migrations", PackageResources.V0010_migrations_sql),
    ("V0011_dead_letters", PackageResources.V0011_dead_letters_sql),
    ("V0012_metrics_scope", PackageResources.V0012_metrics_scope_sql),
    ("V0013_accounts", PackageResources.V0013_accounts_sql),
    ("V0014_member_scopes", PackageResources.V0014_member_scopes_sql),
    ("V0015_held_executions", PackageResources.V0015_held_executions_sql),
    ("V0016_variables", PackageResources.V0016_variables_sql),
    ("V0017_credentials", PackageResources.V0017_credentials_sql),
    ("V0018_execution_tags", PackageResources.V0018_execution_tags_sql),
    ("V0019_deleted_api_keys", PackageResources.V0019_deleted_api_keys_sql),
    ("V0020_retention_of_workspaces", PackageResources.V0020_retention_of_workspaces_sql),
    ("V0021_audit_search", PackageResources.V0021_audit_search_sql),
    ("V0022_service_accounts", PackageResources.V0022_service_accounts_sql),
    ("V0023_audit_cursors", PackageResources.V0023_audit_cursors_sql),
    ("V0024_static_data", PackageResources.V0024_static_data_sql),
    ("V0025_identities", PackageResources.V0025_identities_sql),
    ("V0026_workspace_limits", PackageResources.V0026_workspace_limits_sql),
    ("V0027_worker_tags", PackageResources.V0027_worker_tags_sql),
    ("V0028_audit_streams", PackageResources.V0028_audit_streams_sql),
  ]

  static func names(appliedTo connection: Connection?) throws -> [(name: String, isApplied: Bool)] {
    let version = try connection?.first(SchemaVersion()) ?? 0
    return migrations.enumerated().map { place, migration in (migration.name, place < version) }
  }

  /// For who may not migrate.
  static func expectCurrent(_ connection: Connection, in directory: String) throws {
    let version = try known(connection, in: directory)
    guard version == migrations.count else {
      throw PortError(
        .unavailable,
        "The database in \(directory) has an older schema than this program. Run: jobsprint migrate up --data \(directory)"
      )
    }
  }

  /// The number of migrations that the database has had, unless it has had more than this program knows.
  private static func known(_ connection: Connection, in directory: String) throws -> Int {
    let version = try connection.first(SchemaVersion()) ?? 0
    guard version <= migrations.count else {
      throw PortError(
        .newer,
        "The database in \(directory) was written by a newer program (its schema is \(version), this program knows "
          + "\(migrations.count)). Start the newer program, or restore a backup from before the update.")
    }
    return version
  }

  static func migrate(_ connection: Connection, in directory: String) throws {
    let version = try known(connection, in: directory)
    for (place, migration) in migrations.enumerated().dropFirst(version) {
      try connection.database.inTransaction(.exclusive) {
        try connection.database.execute(sql: String(decoding: migration.sql, as: UTF8.self))
        try connection.run(SetSchemaVersion(version: place + 1))
        return .commit
      }
    }
    guard version < migrations.count else { return }
    // What a database had before it kept texts is recorded as this program has it.
    try connection.database.inTransaction(.exclusive) {
      for (place, migration) in migrations.enumerated() {
        try connection.run(KeepMigration(number: place + 1, name: migration.name, text: migration.sql))
      }
      return .commit
    }
  }

  /// Names of migrations whose text is not the one that the database has had.
  static func changed(in connection: Connection) throws -> [String] {
    guard try connection.first(SchemaVersion()) ?? 0 >= firstKept else { return [] }
    return try connection.all(ListMigrations()).filter { kept in
      !migrations.indices.contains(kept.number - 1) || migrations[kept.number - 1].sql != kept.text
    }.map(\.name)
  }

  /// The migration from which on texts are kept.
  private static let firstKept = 10
}

// The record of migrations. It is there before the first one, so it is not one itself.

import Postgres

struct AppliedMigration: Sendable {
  let number: Int
  let name: String
  let checksum: [UInt8]
  let milliseconds: Int
}

struct MakeSchema: PostgresStatement {
  static let name = "migrations.schema"
  static let sql = "CREATE SCHEMA IF NOT EXISTS jobsprint"
}

struct MakeMigrationTable: PostgresStatement {
  static let name = "migrations.table"
  static let sql = """
    CREATE TABLE IF NOT EXISTS jobsprint.migrations (
      number int4 PRIMARY KEY, name text NOT NULL, checksum bytea NOT NULL, milliseconds int8 NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now())
    """
}

/// Whether the database has had a migration.
struct HasMigrationTable: PostgresStatement {
  static let name = "migrations.has-table"
  static let sql = "SELECT to_regclass('jobsprint.migrations') IS NOT NULL"

  static func decode(_ row: inout PostgresRow) throws -> Bool { try row.next() }
}

struct ListMigrations: PostgresStatement {
  static let name = "migrations.list"
  static let sql = "SELECT number, name, checksum, milliseconds FROM jobsprint.migrations ORDER BY number"

  static func decode(_ row: inout PostgresRow) throws -> AppliedMigration {
    AppliedMigration(
      number: try row.next(), name: try row.next(), checksum: try row.next(), milliseconds: try row.next())
  }
}

/// One at a time in the whole database, until the end of the transaction.
struct LockMigrations: PostgresStatement {
  static let name = "migrations.lock"
  static let sql = "SELECT pg_advisory_xact_lock(hashtext('jobsprint.migrations'))"
}

struct Checksums: PostgresStatement {
  static let name = "migrations.checksums"
  static let sql = """
    SELECT sha256(f.bytes) FROM unnest($1::bytea[]) WITH ORDINALITY AS f (bytes, place) ORDER BY f.place
    """

  let files: [[UInt8]]

  func bind(into values: inout PostgresBindings) throws { try values.bind(array: files) }

  static func decode(_ row: inout PostgresRow) throws -> [UInt8] { try row.next() }
}

struct RecordMigration: PostgresStatement {
  static let name = "migrations.record"
  static let sql = """
    INSERT INTO jobsprint.migrations (number, name, checksum, milliseconds) VALUES ($1, $2, sha256($3), $4)
    """

  let number: Int
  let migration: PostgresMigrations.Migration
  let milliseconds: Int

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(number: number)
    try values.bind(migration.name)
    try values.bind(migration.up)
    try values.bind(milliseconds)
  }
}

struct ForgetMigration: PostgresStatement {
  static let name = "migrations.forget"
  static let sql = "DELETE FROM jobsprint.migrations WHERE number = $1"

  let number: Int

  func bind(into values: inout PostgresBindings) throws { try values.bind(number: number) }
}

/// Lets a user take the program's roles. He has no rights of his own, so that a statement without a role does nothing.
struct GrantRoles: PostgresStatement {
  static let name = "migrations.grant"
  static let sql = "SELECT jobsprint.admit($1)"

  let login: String

  func bind(into values: inout PostgresBindings) throws { try values.bind(login) }
}

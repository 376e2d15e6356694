import Foundation
import JobsprintPorts
import JobsprintTesting
import Postgres
import Testing

@testable import JobsprintPostgres

@Suite(.enabled(if: TestServer.isExpected, TestServer.missing)) struct MigrationTests {
  private func migrations(_ name: String) throws -> PostgresMigrations {
    PostgresMigrations(try TestServer.options(name, as: TestServer.owner))
  }

  @Test func everyFileIsAMigration() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = root.appending(path: "Sources/JobsprintPostgres/Migrations")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { !$0.hasSuffix(".down.sql") }.map { String($0.dropLast(4)) }
    #expect(files.sorted() == PostgresMigrations.migrations.map(\.name))
  }

  @Test func tenStartersMigrateOnce() async throws {
    try await withDatabase(migrated: false) { name in
      let before = try await migrations(name).status()
      #expect(before.count == PostgresMigrations.migrations.count && before.allSatisfy { !$0.isApplied })
      let applied = try await withThrowingTaskGroup(of: [String].self) { group in
        for _ in 0..<10 {
          let starter = try migrations(name)
          group.addTask { try await starter.up().map(\.name) }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(applied.sorted() == PostgresMigrations.migrations.map(\.name))
      let after = try await migrations(name).status()
      #expect(after.allSatisfy { $0.isApplied && $0.milliseconds != nil })
      #expect(try await migrations(name).verify() == [])
      #expect(try await migrations(name).up().isEmpty)
    }
  }

  @Test func allStepsGoBackAndForth() async throws {
    try await withDatabase(migrated: false) { name in
      let all = try migrations(name)
      #expect(try await all.down() == nil)
      _ = try await all.up()
      for migration in PostgresMigrations.migrations.reversed() {
        #expect(try await all.down()?.name == migration.name)
      }
      #expect(try await all.down() == nil)
      #expect(try await all.up().count == PostgresMigrations.migrations.count)
    }
  }

  @Test func aNewerDatabaseIsRefused() async throws {
    try await withStorage { storage, name in
      try await storage.check()
      try await TestServer.administer(
        ["INSERT INTO jobsprint.migrations VALUES (999, 'V0999_future', 'x', 1)"], on: name)
      await #expect { try await storage.check() } throws: { ($0 as? PortError)?.code == .newer }
      let all = try migrations(name)
      await #expect { try await all.up() } throws: { ($0 as? PortError)?.code == .newer }
      await #expect { try await all.down() } throws: { ($0 as? PortError)?.code == .newer }
      #expect(try await all.status().last?.name == "V0999_future")
      #expect(try await all.verify() == ["V0999_future"])
    }
  }

  @Test func aDatabaseThatLacksMigrationsIsRefused() async throws {
    try await withStorage { storage, name in
      _ = try await migrations(name).down()
      await #expect { try await storage.check() } throws: { ($0 as? PortError)?.code == .newer }
    }
    try await withDatabase(migrated: false) { name in
      let storage = PostgresStorage(primary: try TestServer.options(name, as: TestServer.program))
      let running = Task { await storage.run() }
      await #expect { try await storage.check() } throws: { ($0 as? PortError)?.code == .newer }
      running.cancel()
      await running.value
    }
  }

  @Test func aChangedFileIsFound() async throws {
    try await withDatabase { name in
      try await TestServer.administer(
        ["UPDATE jobsprint.migrations SET checksum = 'x' WHERE number = 2"], on: name)
      #expect(try await migrations(name).verify() == [PostgresMigrations.migrations[1].name])
    }
  }
}

import ArgumentParser
import JobsprintBootstrap
import JobsprintDomain

struct MigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Brings a store to this program's schema.",
    discussion: """
      The store is the folder of --data, or the database of JOBSPRINT_DATABASE_URL. For a folder 'jobsprint serve' does it
      by itself at its start; a database is migrated by its owner, before the first process of a new version starts. Old
      and new processes work side by side on the new schema.

      EXAMPLE: JOBSPRINT_DATABASE_URL=postgres://owner@db/jobsprint jobsprint migrate up --backup before.dump
      """,
    subcommands: [Status.self, Up.self, Verify.self, Down.self], defaultSubcommand: Status.self)

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status", abstract: "Says which migrations are applied and which are pending. Changes nothing.")

    @OptionGroup var store: StoreOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reportingFailures {
        let steps = try await explained { try await Migrations(try store.location).status() }
        if json {
          return Terminal.say(JSONValue.array(steps.map(\.json)).jsonText)
        }
        var table = Table("MIGRATION", "STATE", "TOOK")
        for step in steps { table.add(step.name, step.isApplied ? "applied" : "pending", step.time) }
        table.show()
      }
    }
  }

  struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "up",
      abstract: "Applies what is pending.",
      discussion: """
        No server may use a folder meanwhile; its database is copied into the folder first. For PostgreSQL take a dump
        first: with --backup, or by hand (pg_dump --format=custom).
        """)

    @OptionGroup var store: StoreOptions
    @Option(help: "Dump the PostgreSQL database into this file first (needs pg_dump).") var backup: String?
    @Option(help: "The PostgreSQL user as whom servers will connect, where that is not the owner.") var login: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reportingFailures {
        let applied = try await explained {
          let migrations = Migrations(try store.location)
          if let backup, try await migrations.status().contains(where: { !$0.isApplied }) {
            try migrations.dump(to: backup)
            Terminal.note("Dumped to \(backup); to put it back: pg_restore --clean --dbname=… \(backup)")
          }
          return try await migrations.up(login: login)
        }
        Terminal.note(applied.isEmpty ? "Nothing is pending." : "Applied:")
        for step in applied { Terminal.note("  \(step.name) \(step.time)") }
        if json { Terminal.say(JSONValue.array(applied.map(\.json)).jsonText) }
      }
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify",
      abstract: "Checks that the migrations that a store has had are those of this program.")

    @OptionGroup var store: StoreOptions

    func run() async throws {
      try await reportingFailures {
        let changed = try await explained { try await Migrations(try store.location).verify() }
        guard changed.isEmpty else {
          throw CommandFailure(
            "The text of \(changed.joined(separator: ", ")) is not the one that the store has had.",
            next: "Use the program that migrated it, or restore a backup.")
        }
        Terminal.note("All migrations are those of this program.")
      }
    }
  }

  struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "down", abstract: "Takes the last migration of a database back, with the data that it brought.")

    @OptionGroup var store: StoreOptions
    @Flag(help: "Without this nothing is done: data is lost.") var yes = false

    func run() async throws {
      try await reportingFailures {
        guard yes else {
          throw CommandFailure("Taking a migration back loses the data that it brought.", next: "Repeat it with --yes.")
        }
        let step = try await explained { try await Migrations(try store.location).down() }
        Terminal.note(step.map { "Taken back: \($0.name)." } ?? "There is nothing to take back.")
      }
    }
  }
}

/// The store that a command works on without a server.
struct StoreOptions: ParsableArguments {
  @Option(help: "The data folder (default: the store of the environment, else ./data).") var data: String?

  var location: StorageLocation { get throws { try .fromEnvironment(folder: data) } }
}

/// Runs `body`; a failure of the store ends the command in words.
func explained<Value>(_ body: () async throws -> Value) async throws -> Value {
  do { return try await body() } catch let failure as CommandFailure { throw failure } catch {
    throw CommandFailure(explanation(of: error))
  }
}

extension Migrations.Step {
  fileprivate var json: JSONValue {
    [
      "name": .string(name), "applied": .bool(isApplied),
      "milliseconds": milliseconds.map { .integer(Int64($0)) } ?? .null,
    ]
  }

  fileprivate var time: String { milliseconds.map { "\($0) ms" } ?? "" }
}

import ArgumentParser
import JobsprintBootstrap
import JobsprintDomain

struct MigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Brings the database of a data folder to this program's schema.",
    discussion: "'jobsprint serve' does it by itself at its start.", subcommands: [Status.self, Up.self],
    defaultSubcommand: Status.self)

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status", abstract: "Says which migrations are applied and which are pending. Changes nothing.")

    @Option(help: "The data folder.") var data = "data"
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reportingFailures {
        let migrations = try Migrations.status(of: data)
        if json {
          let values = migrations.map { migration -> JSONValue in
            ["name": .string(migration.name), "applied": .bool(migration.isApplied)]
          }
          return Terminal.say(JSONValue.array(values).jsonText)
        }
        var table = Table("MIGRATION", "STATE")
        for migration in migrations { table.add(migration.name, migration.isApplied ? "applied" : "pending") }
        table.show()
      }
    }
  }

  struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "up", abstract: "Applies what is pending. No server may use the folder meanwhile.")

    @Option(help: "The data folder.") var data = "data"

    func run() async throws {
      try await reportingFailures {
        let applied = try await Migrations.up(data)
        Terminal.note(
          applied.isEmpty ? "Nothing is pending." : "Applied: \(applied.map(\.name).joined(separator: ", ")).")
      }
    }
  }
}

extension Migrations {
  fileprivate static func status(of folder: String) throws -> [Migrations.State] {
    do { return try read(folder) } catch { throw CommandFailure(explanation(of: error)) }
  }

  fileprivate static func up(_ folder: String) async throws -> [Migrations.State] {
    do { return try await apply(folder) } catch {
      throw CommandFailure(explanation(of: error), next: "Stop the server that uses the folder, if there is one.")
    }
  }
}

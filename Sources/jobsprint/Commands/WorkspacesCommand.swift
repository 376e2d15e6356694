import ArgumentParser
import JobsprintDomain

struct WorkspacesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workspaces", abstract: "Lists, makes and sets up workspaces; for the operator of the server.",
    subcommands: [List.self, Create.self, Retention.self, Concurrency.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists all workspaces of the server, the oldest first.")

    @OptionGroup var server: ServerOptions

    func run() async throws {
      try await reportingFailures {
        let workspaces = try await server.client().list("/workspaces")
        if server.json { return Terminal.say(JSONValue.array(workspaces).jsonText) }
        var table = Table("ID", "NAME", "CREATED", "KEEPS DAYS", "AT A TIME")
        for workspace in workspaces {
          table.add(
            workspace["id"]?.stringValue ?? "", workspace["name"]?.stringValue ?? "",
            String(workspace["createdAt"]?.stringValue?.prefix(19) ?? ""),
            workspace["retentionDays"]?.integerValue.map { "\($0)" } ?? "",
            workspace["maxConcurrency"]?.integerValue.map { "\($0)" } ?? "")
        }
        table.show()
      }
    }
  }

  struct Retention: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "retention", abstract: "Sets how long a workspace keeps executions that have ended.",
      discussion: "EXAMPLE: jobsprint workspaces retention 01a1fcfb-56ac-7890-979c-b894b84c2b4f 30")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The workspace's id.") var id: String
    @Argument(help: "Days from the acceptance on; without: what the server has set (JOBSPRINT_RETENTION_DAYS).")
    var days: Int?

    func run() async throws {
      try await reportingFailures {
        let body: JSONValue = ["retentionDays": days.map { .integer(Int64($0)) } ?? .null]
        let workspace = try await server.client().put("/workspaces/\(id)", body: body.jsonBytes)
        if server.json { return Terminal.say(workspace.jsonText) }
        let name = workspace["name"]?.stringValue ?? ""
        Terminal.say(
          days.map { "\(name) keeps executions for \($0) days." } ?? "\(name) keeps executions as the server does.")
      }
    }
  }

  struct Concurrency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "concurrency", abstract: "Sets how many executions of a workspace run at a time.",
      discussion: "EXAMPLE: jobsprint workspaces concurrency 01a1fcfb-56ac-7890-979c-b894b84c2b4f 20")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The workspace's id.") var id: String
    @Argument(help: "Executions at a time, on all servers together; without: no limit.") var limit: Int?

    func run() async throws {
      try await reportingFailures {
        let body: JSONValue = ["maxConcurrency": limit.map { .integer(Int64($0)) } ?? .null]
        let workspace = try await server.client().put("/workspaces/\(id)", body: body.jsonBytes)
        if server.json { return Terminal.say(workspace.jsonText) }
        let name = workspace["name"]?.stringValue ?? ""
        Terminal.say(
          limit.map { "\(name) runs \($0) executions at a time." } ?? "\(name) runs any number of executions.")
      }
    }
  }

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Makes a workspace and shows its first API key, this once.",
      discussion: """
        The key alone goes to stdout.

        EXAMPLE: jobsprint workspaces create acme > acme.key
        """)

    @OptionGroup var server: ServerOptions
    @Argument(help: "Its name; unique on the server.") var name: String

    func run() async throws {
      try await reportingFailures {
        let body: JSONValue = ["name": .string(name)]
        let workspace = try await server.client().post("/workspaces", body: body.jsonBytes)
        if server.json { return Terminal.say(workspace.jsonText) }
        Terminal.say(workspace["apiKey"]?["key"]?.stringValue ?? "")
        Terminal.note("Keep it: it is not shown again. The workspace is \(workspace["id"]?.stringValue ?? "").")
      }
    }
  }
}

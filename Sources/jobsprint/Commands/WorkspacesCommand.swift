import ArgumentParser
import JobsprintDomain

struct WorkspacesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workspaces", abstract: "Lists and makes workspaces; for the operator of the server.",
    subcommands: [List.self, Create.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists all workspaces of the server, the oldest first.")

    @OptionGroup var server: ServerOptions

    func run() async throws {
      try await reportingFailures {
        let workspaces = try await server.client().list("/workspaces")
        if server.json { return Terminal.say(JSONValue.array(workspaces).jsonText) }
        var table = Table("ID", "NAME", "CREATED")
        for workspace in workspaces {
          table.add(
            workspace["id"]?.stringValue ?? "", workspace["name"]?.stringValue ?? "",
            String(workspace["createdAt"]?.stringValue?.prefix(19) ?? ""))
        }
        table.show()
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

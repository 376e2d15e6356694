import ArgumentParser
import JobsprintDomain

struct WorkflowsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workflows", abstract: "Lists the workflows of a server, turns them on and off.",
    subcommands: [List.self, Execute.self, Activate.self, Deactivate.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists workflows.",
      discussion: """
        EXAMPLE: jobsprint workflows list --active
        EXAMPLE: jobsprint workflows list --search invoice --json
        """)

    @OptionGroup var server: ServerOptions
    @Flag(help: "Only those that are on.") var active = false
    @Option(help: "Only those in whose name or nodes these words stand.") var search: String?
    @Option(help: "Only those with this tag.") var tag: String?
    @Option(help: "How many at most.") var limit = 1000

    func run() async throws {
      try await reportingFailures {
        let workflows = try await server.client().list(
          "/workflows",
          query: [
            ("active", active ? "true" : nil), ("q", search), ("tags", tag), ("excludePinnedData", "true"),
          ], limit: limit)
        if server.json { return Terminal.say(JSONValue.array(workflows).jsonText) }
        var table = Table("ID", "ON", "NODES", "NAME")
        for workflow in workflows {
          table.add(
            workflow["id"]?.stringValue ?? "", workflow["active"] == true ? "yes" : "no",
            String(workflow["nodes"]?.arrayValue?.count ?? 0), workflow["name"]?.stringValue ?? "")
        }
        if table.isEmpty {
          Terminal.note("There is no such workflow. 'jobsprint import FILE' brings one.")
        } else {
          table.show()
        }
      }
    }
  }

  struct Execute: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "execute", abstract: "Executes a workflow on the server.",
      discussion: "EXAMPLE: jobsprint workflows execute 01a1… --input '{\"amount\": 5}' --wait 30")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The workflow's id.") var id: String
    @Option(help: "The start item's JSON or an array of items, or a file of it; '-' for stdin.") var input: String?
    @Option(help: "Seconds to wait for the end (at most 300).") var wait = 0

    func run() async throws {
      try await reportingFailures {
        let answer = try await server.client().post(
          "/workflows/\(id)/execute", query: [("wait", wait > 0 ? String(wait) : nil)],
          body: try input.map(Input.read) ?? [])
        if server.json { return Terminal.say(answer.jsonText) }
        Terminal.say("\(answer["id"]?.stringValue ?? "") \(answer["status"]?.stringValue ?? "")")
        if answer["status"] == "error" { throw ExecutionReport.failure(of: answer) }
      }
    }
  }

  struct Activate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "activate", abstract: "Turns a workflow on.")
    @OptionGroup var server: ServerOptions
    @Argument(help: "The workflow's id.") var id: String

    func run() async throws { try await turn(id, "activate", server) }
  }

  struct Deactivate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "deactivate", abstract: "Turns a workflow off.")
    @OptionGroup var server: ServerOptions
    @Argument(help: "The workflow's id.") var id: String

    func run() async throws { try await turn(id, "deactivate", server) }
  }

  private static func turn(_ id: String, _ verb: String, _ server: ServerOptions) async throws {
    try await reportingFailures {
      let workflow = try await server.client().post("/workflows/\(id)/\(verb)")
      if server.json { return Terminal.say(workflow.jsonText) }
      Terminal.note("'\(workflow["name"]?.stringValue ?? id)' is \(workflow["active"] == true ? "on" : "off").")
    }
  }
}

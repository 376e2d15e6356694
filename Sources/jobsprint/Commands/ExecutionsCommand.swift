import ArgumentParser
import JobsprintDomain

struct ExecutionsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "executions", abstract: "Looks at executions on a server, stops and repeats them.",
    subcommands: [List.self, Show.self, Watch.self, Retry.self, Stop.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists executions, the newest first.",
      discussion: "EXAMPLE: jobsprint executions list --status error --limit 50")

    @OptionGroup var server: ServerOptions
    @Option(help: "new, running, waiting, success, error, canceled or crashed.") var status: String?
    @Option(help: "Only those of this workflow.") var workflow: String?
    @Option(help: "How many at most.") var limit = 20

    func run() async throws {
      try await reportingFailures {
        let executions = try await server.client().list(
          "/executions", query: [("status", status), ("workflowId", workflow)], limit: limit)
        if server.json { return Terminal.say(JSONValue.array(executions).jsonText) }
        var table = Table("ID", "STATUS", "ACCEPTED", "LAST NODE")
        for execution in executions {
          table.add(
            execution["id"]?.stringValue ?? "", execution["status"]?.stringValue ?? "",
            String(execution["createdAt"]?.stringValue?.prefix(19) ?? ""),
            execution["lastNodeExecuted"]?.stringValue ?? "")
        }
        if table.isEmpty { Terminal.note("There is no such execution.") } else { table.show() }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Shows an execution with each run of a node.",
      discussion: "With --json: everything that is kept of it, the data of each node included.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The execution's id.") var id: String

    func run() async throws {
      try await reportingFailures {
        let execution = try await server.client().get("/executions/\(id)", query: [("includeData", "true")])
        if server.json { Terminal.say(execution.jsonText) } else { ExecutionReport.show(execution) }
      }
    }
  }

  struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "watch", abstract: "Follows an execution until it has ended.",
      discussion: "The exit code is 0 when it ended well, 1 when it failed, 2 when it was canceled.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The execution's id.") var id: String

    func run() async throws {
      try await reportingFailures {
        let client = try server.client()
        var seen = 0
        while true {
          let execution = try await client.get(
            "/executions/\(id)", query: [("wait", "1"), ("includeData", "true")])
          let runs = ExecutionReport.runs(of: execution)
          for run in runs.dropFirst(seen) {
            Terminal.note("\(run.position)  \(run.node) (run \(run.number)): \(run.status), \(run.milliseconds) ms")
          }
          seen = runs.count
          switch execution["status"] {
          case "success":
            return server.json ? Terminal.say(execution.jsonText) : Terminal.say("\(id) success")
          case "error", "crashed", "canceled":
            if server.json { Terminal.say(execution.jsonText) }
            throw ExecutionReport.failure(of: execution)
          default: break
          }
        }
      }
    }
  }

  struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "retry", abstract: "Executes an ended execution once more, as a new one.",
      discussion: "EXAMPLE: jobsprint executions retry 01a1… --from-start --newest")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The execution's id.") var id: String
    @Flag(help: "From the start, not from the failed node.") var fromStart = false
    @Flag(help: "With the newest version of the workflow, not with the one it had.") var newest = false

    func run() async throws {
      try await reportingFailures {
        let body: JSONValue = ["from": fromStart ? "start" : "failedNode", "loadWorkflow": .bool(newest)]
        let execution = try await server.client().post("/executions/\(id)/retry", body: body.jsonBytes)
        if server.json { return Terminal.say(execution.jsonText) }
        Terminal.say(execution["id"]?.stringValue ?? "")
        Terminal.note("Follow it with: jobsprint executions watch \(execution["id"]?.stringValue ?? "")")
      }
    }
  }

  struct Stop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "stop", abstract: "Stops executions for good.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The executions' ids.") var ids: [String]

    func run() async throws {
      try await reportingFailures {
        let client = try server.client()
        for id in ids {
          let execution = try await client.post("/executions/\(id)/stop")
          if server.json { Terminal.say(execution.jsonText) } else { Terminal.note("\(id) is canceled.") }
        }
      }
    }
  }
}

import ArgumentParser
import JobsprintBootstrap
import JobsprintDomain

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a workflow from a file, here and now, without a server.",
    discussion: """
      Nothing is stored. The items of the last node go to stdout, each node that ends is told on stderr. The exit code is 0
      when it ended well, 1 when it failed, 2 when it took too long.

      EXAMPLE: jobsprint run examples/first-workflow.json --input '{"customer": "Ada", "amount": 120}'
      EXAMPLE: jobsprint run order.json --input order-data.json --json > execution.json
      """)

  @Argument(help: "A workflow as n8n exports it; '-' for stdin.") var file: String
  @Option(help: "The start item's JSON or an array of items, or a file of it; '-' for stdin.") var input: String?
  @Option(help: "The node to begin with.") var startNode: String?
  @Option(help: "The last node to run.") var destinationNode: String?
  @Flag(help: "Pinned items stand in for the output of their nodes.") var usePinData = false
  @Flag(help: "Print the whole execution with the data of each node.") var json = false
  @Flag(name: .shortAndLong, help: "No word on stderr but errors.") var quiet = false

  func validate() throws {
    if file == "-", input == "-" { throw ValidationError("Only one of FILE and --input can be stdin.") }
  }

  func run() async throws {
    try await reportingFailures {
      var run = LocalRun(
        document: try file == "-" ? Input.read("-") : Input.file(file), input: try input.map(Input.read) ?? [])
      run.startNode = startNode
      run.destinationNode = destinationNode
      run.usesPinData = usePinData
      let isQuiet = quiet
      let execution: JSONValue
      do {
        execution = try await run.execution { node, milliseconds in
          if !isQuiet { Terminal.note("\(node): \(milliseconds) ms") }
        }
      } catch let refusal as LocalRun.Refusal {
        throw CommandFailure(refusal.message, next: "Mend \(file) or the input.")
      }
      let status = execution["status"]
      if json {
        Terminal.say(execution.jsonText)
      } else if status == "success" {
        Terminal.say(ExecutionReport.result(of: execution).jsonText)
      }
      guard status == "success" else { throw ExecutionReport.failure(of: execution) }
    }
  }
}

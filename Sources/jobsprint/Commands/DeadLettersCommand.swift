import ArgumentParser
import JobsprintDomain
import NIOHTTP1

struct DeadLettersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead-letters", abstract: "Looks at executions that could not be done, redrives and discards them.",
    discussion: "A dead letter has the id of its execution.",
    subcommands: [List.self, Show.self, Redrive.self, Discard.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists dead letters, the newest execution first.",
      discussion: "EXAMPLE: jobsprint dead-letters list --reason attempts_exhausted --limit 50")

    @OptionGroup var server: ServerOptions
    @Option(help: "open (default), redriven, discarded or all.") var status: String?
    @Option(help: "attempts_exhausted, not_retryable, crashed_repeatedly or cannot_run.") var reason: String?
    @Option(help: "Only those of this workflow.") var workflow: String?
    @Option(help: "How many at most.") var limit = 20

    func run() async throws {
      try await reportingFailures {
        let letters = try await server.client().list(
          "/dead-letters", query: [("status", status), ("reason", reason), ("workflowId", workflow)], limit: limit)
        if server.json { return Terminal.say(JSONValue.array(letters).jsonText) }
        var table = Table("EXECUTION", "REASON", "DIED", "ERROR")
        for letter in letters {
          table.add(
            letter["executionId"]?.stringValue ?? "", letter["reason"]?.stringValue ?? "",
            String(letter["diedAt"]?.stringValue?.prefix(19) ?? ""), letter["error"]?["message"]?.stringValue ?? "")
        }
        if table.isEmpty { Terminal.note("There is no such dead letter.") } else { table.show() }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Shows why an execution could not be done.",
      discussion: "What it did until then: jobsprint executions show ID")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The execution's id.") var id: String

    func run() async throws {
      try await reportingFailures {
        let letter = try await server.client().get("/dead-letters/\(id)")
        if server.json { return Terminal.say(letter.jsonText) }
        for (label, member) in [
          ("execution", "executionId"), ("workflow", "workflowId"), ("version", "workflowVersionId"),
          ("reason", "reason"), ("died", "diedAt"), ("last node", "lastNodeExecuted"), ("status", "status"),
          ("redriven", "redrivenAs"), ("settled", "settledAt"),
        ] {
          guard let text = letter[member]?.stringValue else { continue }
          DeadLettersCommand.say(label, text)
        }
        for member in ["name", "message", "description"] {
          guard let text = letter["error"]?[member]?.stringValue else { continue }
          DeadLettersCommand.say(member == "name" ? "error" : "", text)
        }
      }
    }
  }

  struct Redrive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "redrive", abstract: "Executes dead letters once more, as new executions.",
      discussion: """
        The ids of the new executions go to stdout. The exit code is 1 when one could not be redriven.

        EXAMPLE: jobsprint dead-letters redrive 01a1…
        EXAMPLE: jobsprint dead-letters redrive --workflow 01a0… --from-start --newest
        EXAMPLE: jobsprint dead-letters redrive --all --limit 1000
        """)

    @OptionGroup var server: ServerOptions
    @Argument(help: "The executions' ids.") var ids: [String] = []
    @Option(help: "Open letters of this workflow.") var workflow: String?
    @Option(help: "Open letters with this reason.") var reason: String?
    @Flag(help: "All open letters.") var all = false
    @Option(help: "How many at most, of those that match.") var limit = 100
    @Flag(help: "From the start, not from the failed node.") var fromStart = false
    @Flag(help: "With the newest version of the workflow, not with the one it had.") var newest = false

    func validate() throws {
      let isFiltered = workflow != nil || reason != nil || all
      guard ids.isEmpty == isFiltered else {
        throw ValidationError("Name the executions' ids, or else --workflow, --reason or --all.")
      }
      guard limit > 0 else { throw ValidationError("--limit must be 1 or more.") }
    }

    func run() async throws {
      try await reportingFailures {
        let client = try server.client()
        var body: JSONObject = ["from": fromStart ? "start" : "failedNode", "loadWorkflow": .bool(newest)]
        var results: [JSONValue] = []
        if ids.isEmpty {
          if let workflow { body["workflowId"] = .string(workflow) }
          if let reason { body["reason"] = .string(reason) }
          if all { body["all"] = true }
          var cursor: JSONValue?
          repeat {
            body["cursor"] = cursor
            body["limit"] = .integer(Int64(min(250, limit - results.count)))
            let answer = try await client.post("/dead-letters/redrive", body: JSONValue.object(body).jsonBytes)
            results += answer["results"]?.arrayValue ?? []
            cursor = answer["nextCursor"].flatMap { $0.isNull ? nil : $0 }
          } while cursor != nil && results.count < limit
        } else {
          for start in stride(from: 0, to: ids.count, by: 250) {
            body["ids"] = .array(ids[start..<min(start + 250, ids.count)].map { .string($0) })
            let answer = try await client.post("/dead-letters/redrive", body: JSONValue.object(body).jsonBytes)
            results += answer["results"]?.arrayValue ?? []
          }
        }
        try tell(results)
      }
    }

    private func tell(_ results: [JSONValue]) throws {
      if server.json { Terminal.say(JSONValue.array(results).jsonText) }
      var failures = 0
      for result in results {
        if let next = result["redrivenAs"]?.stringValue {
          if !server.json { Terminal.say(next) }
        } else {
          failures += 1
          Terminal.note("\(result["executionId"]?.stringValue ?? ""): \(result["detail"]?.stringValue ?? "")")
        }
      }
      Terminal.note("\(results.count - failures) of \(results.count) were redriven.")
      guard failures == 0 else {
        throw CommandFailure(
          "\(failures) could not be redriven; they stay as they were.",
          next: "jobsprint dead-letters show ID says more.")
      }
    }
  }

  struct Discard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "discard", abstract: "Lets dead letters rest; they can still be looked at.",
      discussion: "EXAMPLE: jobsprint dead-letters discard 01a1… 01a2…")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The executions' ids.") var ids: [String]

    func run() async throws {
      try await reportingFailures {
        let client = try server.client()
        for id in ids {
          let letter = try await client.call(.DELETE, "/dead-letters/\(id)").json()
          if server.json { Terminal.say(letter.jsonText) } else { Terminal.note("\(id) is discarded.") }
        }
      }
    }
  }

  private static func say(_ label: String, _ text: String) {
    Terminal.say(label + String(repeating: " ", count: max(0, 10 - label.count)) + " " + text)
  }
}

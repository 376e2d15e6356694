import HTTPTypes
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

/// Starting many executions with one request: each is accepted or refused by itself, and the answer says so for each.
enum BatchRoutes {
  static let all = [APIRoute(.post, "/executions/batch", .workflowExecute, execute)]

  private static let known: Set<String> = [
    "workflowId", "input", "version", "startNode", "destinationNode", "usePinData", "lane",
  ]

  private struct Outcome: Sendable {
    let place: Int
    let value: JSONValue
    var isReplayed = false
    var isRefused = false
    /// The store's, or one that nobody expected.
    var failure: (any Error)?
  }

  private static func execute(_ call: APICall) async throws -> Reply {
    let members = try await call.members(["executions"])
    guard let entries = members["executions"]?.arrayValue, (1...APILimits.batch).contains(entries.count) else {
      throw Problem.badBody(
        "'executions' must be an array of 1 to \(APILimits.batch) executions to start.", pointer: "/executions")
    }
    let outcomes = try await call.underKey { key in
      await withTaskGroup(of: Outcome.self) { group in
        for (place, entry) in entries.enumerated() {
          group.addTask { await outcome(of: entry, at: place, key: key.map { "\($0)/\(place)" }, call) }
        }
        var outcomes: [Outcome] = []
        for await outcome in group { outcomes.append(outcome) }
        return outcomes.sorted { $0.place < $1.place }
      }
    }
    let refused = outcomes.count(where: \.isRefused)
    // Nothing was accepted, and not for what it says: the whole request may be sent again.
    if refused == outcomes.count, let failure = outcomes.lazy.compactMap(\.failure).first { throw failure }
    let reply = Reply(
      .accepted,
      [
        "accepted": .integer(Int64(outcomes.count - refused)), "refused": .integer(Int64(refused)),
        "data": .array(outcomes.map(\.value)),
      ])
    return outcomes.allSatisfy(\.isReplayed) ? reply.with("Idempotency-Replayed", "true") : reply
  }

  private static func outcome(of entry: JSONValue, at place: Int, key: String?, _ call: APICall) async -> Outcome {
    do {
      let command = try command(entry, at: place, call)
      let (reply, created) = try await call.creating(entry.jsonBytes, key: key, answer: ExecuteRoutes.receipt) {
        try await call.api.acceptor.execute(command, idempotency: $0)
      }
      return Outcome(place: place, value: try JSONValue(parsing: reply.bytes), isReplayed: created == nil)
    } catch let problem as Problem {
      return refused(place, problem)
    } catch let error as RuntimeError {
      return refused(place, Problem(error), error.port.map { _ in error })
    } catch {
      return refused(place, .internalError, error)
    }
  }

  private static func refused(_ place: Int, _ problem: Problem, _ failure: (any Error)? = nil) -> Outcome {
    Outcome(place: place, value: ["error": .object(problem.members)], isRefused: true, failure: failure)
  }

  private static func command(_ entry: JSONValue, at place: Int, _ call: APICall) throws -> ExecuteCommand {
    let pointer = "/executions/\(place)"
    guard case .object(let members) = entry else {
      throw Problem.badBody("An execution to start must be an object, not \(entry.kindName).", pointer: pointer)
    }
    if let unknown = members.keys.first(where: { !known.contains($0) }) {
      let detail =
        "The field '\(unknown.prefix(64))' is not known; known are: \(known.sorted().joined(separator: ", "))."
      throw Problem(
        status: .badRequest, code: "unknown_field", detail: detail,
        places: [.init(pointer: "\(pointer)/\(unknown.asPointerToken)", code: "unknown_field", detail: detail)])
    }
    func text(_ name: String, _ expected: String = "a text") throws -> String? {
      guard let value = members[name], value != .null else { return nil }
      guard let text = value.stringValue else {
        throw Problem.badBody("'\(name)' must be \(expected).", pointer: "\(pointer)/\(name)")
      }
      return text
    }
    guard let workflow = try text("workflowId", "the id of a workflow") else {
      throw Problem.badBody("'workflowId' says which workflow to execute; it is missing.", pointer: pointer)
    }
    guard let id = WorkflowID(workflow) else {
      throw Problem.notFound("There is no workflow '\(workflow.prefix(64))'.")
    }
    var command = ExecuteCommand(workspace: call.workspace, workflow: id)
    if let version = try text("version", "the id of a version") {
      guard let id = VersionID(version) else { throw Problem.notFound("There is no version '\(version.prefix(64))'.") }
      command.version = id
    }
    command.startNode = try text("startNode")
    command.destinationNode = try text("destinationNode")
    if let flag = members["usePinData"], flag != .null {
      guard let flag = flag.boolValue else {
        throw Problem.badBody("'usePinData' must be true or false.", pointer: "\(pointer)/usePinData")
      }
      command.usesPinData = flag
    }
    if let name = try text("lane") {
      guard let lane = Lane(rawValue: name) else {
        throw Problem.badBody("'lane' must be high, normal or low.", pointer: "\(pointer)/lane")
      }
      command.lane = lane
    }
    if let input = members["input"], input != .null { command.body = input.jsonBytes }
    command.trace = call.context.trace
    return command
  }
}

import HTTPTypes
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

/// Executions that could not be done: looking at them, redriving and discarding them. A letter has its execution's id.
enum DeadLetterRoutes {
  static let all = [
    APIRoute(.get, "/dead-letters", .deadLetterList, list),
    APIRoute(.post, "/dead-letters/redrive", .deadLetterRedrive, redriveMany),
    APIRoute(.get, "/dead-letters/{id}", .deadLetterRead, get),
    APIRoute(.delete, "/dead-letters/{id}", .deadLetterDiscard, discard),
    APIRoute(.post, "/dead-letters/{id}/redrive", .deadLetterRedrive, redrive),
  ]

  private static let what = "dead letter"
  private static let statuses = DeadLetterStatus.allCases.map(\.rawValue).joined(separator: ", ")
  private static let reasons = DeadLetterReason.allCases.map(\.rawValue).joined(separator: ", ")

  private static func list(_ call: APICall) async throws -> Reply {
    var filter = DeadLetterFilter()
    filter.workflow = try call.queryID("workflowId")
    filter.reason = try call.queryChoice("reason", "one of \(reasons)")
    if try call.query("status") == "all" {
      filter.status = nil
    } else {
      filter.status = try call.queryChoice("status", "one of \(statuses), all") ?? .open
    }
    let page = try await call.api.deadLetters.letters(matching: filter, in: call.workspace, page: call.sortedPage())
    return Reply(.list(page.elements.map(\.representation), next: page.hasMore ? page.elements.last?.execution : nil))
  }

  private static func get(_ call: APICall) async throws -> Reply {
    Reply(try await letter(call.id(of: what), call).representation)
  }

  private static func letter(_ id: ExecutionID, _ call: APICall) async throws -> DeadLetter {
    guard let letter = try await call.api.deadLetters.letter(of: id, in: call.workspace) else {
      throw RuntimeError(.deadLetterNotFound, "There is no dead letter of an execution \(id) in this workspace.")
    }
    return letter
  }

  private static func discard(_ call: APICall) async throws -> Reply {
    Reply(try await call.api.deadLetterOffice.discard(call.id(of: what), by: call.caller).representation)
  }

  /// Answers with the new execution, as a retry does.
  private static func redrive(_ call: APICall) async throws -> Reply {
    let id: ExecutionID = try call.id(of: what)
    let members = try await call.members(["from", "loadWorkflow"], isOptional: true)
    let how = try how(members)
    return try await call.planned(JSONValue.object(members).jsonBytes) {
      RedrivePlan([try await letter(id, call).execution]).bytes
    } carryOut: { _ in
      let letter = try await call.api.deadLetterOffice.redrive(id, how, by: call.caller)
      guard let next = letter.redrivenAs else { throw Problem.internalError }
      return Reply(try await ExecutionRoutes.value(next, call))
        .with("Location", "\(APIRoute.base)/executions/\(next)")
    }
  }

  /// Those that are named, or those that match. What is to be redriven has to be said: an empty body redrives nothing.
  private static func redriveMany(_ call: APICall) async throws -> Reply {
    let members = try await call.members([
      "ids", "all", "workflowId", "reason", "limit", "cursor", "from", "loadWorkflow",
    ])
    let how = try how(members)
    let named = try members["ids"].map { value in
      if let other = ["all", "workflowId", "reason", "limit", "cursor"].first(where: { members[$0] != nil }) {
        throw Problem.badBody("'\(other)' can't stand beside 'ids'.", pointer: "/\(other)")
      }
      return RedrivePlan(try ids(value))
    }
    let wanted = named == nil ? (filter: try filter(members), page: try page(members)) : nil
    let office = call.api.deadLetterOffice
    return try await call.planned(JSONValue.object(members).jsonBytes) {
      guard let wanted else { return (named ?? RedrivePlan([])).bytes }
      return try await office.plan(matching: wanted.filter, page: wanted.page, in: call.workspace).bytes
    } carryOut: { plan in
      Reply(try await office.redrive(try RedrivePlan(bytes: plan), how, by: call.caller).representation)
    }
  }

  private static func how(_ members: JSONObject) throws -> Redrive {
    var how = Redrive()
    if let value = members["loadWorkflow"] {
      guard let flag = value.boolValue else {
        throw Problem.badBody("'loadWorkflow' must be true or false.", pointer: "/loadWorkflow")
      }
      how.usesNewestVersion = flag
    }
    switch members["from"] {
    case nil, "failedNode"?: break
    case "start"?: how.from = .start
    default: throw Problem.badBody("'from' must be \"failedNode\" or \"start\".", pointer: "/from")
    }
    return how
  }

  private static func ids(_ value: JSONValue) throws -> [ExecutionID] {
    let most = APILimits.page.upperBound
    guard let texts = value.arrayValue, (1...most).contains(texts.count) else {
      throw Problem.badBody("'ids' must be an array of 1 to \(most) ids.", pointer: "/ids")
    }
    return try texts.enumerated().map { place, text in
      guard let id = text.stringValue.flatMap({ ExecutionID($0) }) else {
        throw Problem.badBody("This is no id of an execution.", pointer: "/ids/\(place)")
      }
      return id
    }
  }

  private static func filter(_ members: JSONObject) throws -> DeadLetterFilter {
    var filter = DeadLetterFilter()
    if let value = members["workflowId"] {
      guard let id = value.stringValue.flatMap({ WorkflowID($0) }) else {
        throw Problem.badBody("'workflowId' must be the id of a workflow.", pointer: "/workflowId")
      }
      filter.workflow = id
    }
    if let value = members["reason"] {
      guard let reason = value.stringValue.flatMap({ DeadLetterReason(rawValue: $0) }) else {
        throw Problem.badBody("'reason' must be one of \(reasons).", pointer: "/reason")
      }
      filter.reason = reason
    }
    if let value = members["all"], value.boolValue == nil {
      throw Problem.badBody("'all' must be true or false.", pointer: "/all")
    }
    guard filter.workflow != nil || filter.reason != nil || members["all"] == true else {
      throw Problem.badBody(
        "Say what to redrive: 'ids', or a filter ('workflowId', 'reason'), or \"all\": true for every open letter.",
        pointer: "")
    }
    return filter
  }

  private static func page(_ members: JSONObject) throws -> PageRequest<ExecutionID> {
    var (limit, after) = (APILimits.standardPage, ExecutionID?.none)
    if let value = members["limit"] {
      guard let number = value.integerValue, APILimits.page.contains(number) else {
        throw Problem.badBody(
          "'limit' must be a whole number from \(APILimits.page.lowerBound) to \(APILimits.page.upperBound).",
          pointer: "/limit")
      }
      limit = number
    }
    if let value = members["cursor"], !value.isNull {
      guard let id = value.stringValue.flatMap({ ExecutionID($0) }) else {
        throw Problem.badBody("'cursor' must be the nextCursor of an earlier answer.", pointer: "/cursor")
      }
      after = id
    }
    return PageRequest(after: after, limit: limit)
  }
}

extension DeadLetter {
  fileprivate var representation: JSONValue {
    [
      "executionId": .string("\(execution)"), "workflowId": .string("\(workflow)"),
      "workflowVersionId": .string("\(version)"), "reason": .string(reason.rawValue),
      "error": error.flatMap { try? JSONValue(parsing: $0) } ?? .null,
      "lastNodeExecuted": lastNode.map { .string($0) } ?? .null, "diedAt": .string("\(diedAt)"),
      "status": .string(status.rawValue), "redrivenAs": redrivenAs.map { .string("\($0)") } ?? .null,
      "settledAt": settledAt.map { .string("\($0)") } ?? .null,
    ]
  }
}

extension RedriveReport {
  fileprivate var representation: JSONValue {
    let results = outcomes.map { letter, outcome -> JSONValue in
      switch outcome {
      case .redriven(let execution):
        return [
          "executionId": .string("\(letter)"), "redrivenAs": .string("\(execution)"), "code": .null, "detail": .null,
        ]
      case .failed(let error):
        let problem = Problem(error)
        return [
          "executionId": .string("\(letter)"), "redrivenAs": .null, "code": .string(problem.code),
          "detail": .string(problem.detail),
        ]
      }
    }
    return [
      "redriven": .integer(Int64(redriven)), "failed": .integer(Int64(outcomes.count - redriven)),
      "results": .array(results), "nextCursor": next.map { .string("\($0)") } ?? .null,
    ]
  }
}

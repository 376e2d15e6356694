import HTTPTypes
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

/// Looking at executions, stopping and removing them.
enum ExecutionRoutes {
  static let all = [
    APIRoute(.get, "/executions", .executionList, list),
    APIRoute(.post, "/executions/stop", .executionStop, stopMany),
    APIRoute(.get, "/executions/{id}", .executionRead, get),
    APIRoute(.delete, "/executions/{id}", .executionDelete, delete),
    APIRoute(.post, "/executions/{id}/stop", .executionStop, stop),
  ]

  private static func list(_ call: APICall) async throws -> Reply {
    var filter = ExecutionFilter()
    if let state: ExecutionState = try call.queryChoice(
      "status", "one of \(ExecutionState.allCases.map(\.rawValue).joined(separator: ", "))")
    {
      filter.states = [state]
    }
    filter.workflow = try call.queryID("workflowId")
    filter.acceptedAfter = try call.queryTime("startedAfter")
    filter.acceptedBefore = try call.queryTime("startedBefore")
    let page = try await call.api.executions.executions(matching: filter, in: call.workspace, page: call.sortedPage())
    let next = page.hasMore ? page.elements.last?.id : nil
    guard try call.queryBool("includeData") ?? false else {
      return Reply(.list(page.elements.map(ExecutionRepresentation.value), next: next))
    }
    var bytes: [UInt8] = []
    var last: ExecutionID?
    bytes.append("{\"data\":[")
    for record in page.elements where bytes.count < APILimits.pageOfData {
      if last != nil { bytes.append(",") }
      last = record.id
      // Removed since the page was read: it is listed without its data.
      let details = try await call.api.executions.details(of: record.id, in: call.workspace)
      bytes += ExecutionRepresentation.bytes(details ?? ExecutionDetails(record: record, journal: [], document: nil))
    }
    bytes.append("],\"nextCursor\":")
    let isWhole = last == page.elements.last?.id
    ((isWhole ? next : last).map { JSONValue.string("\($0)") } ?? .null).write(to: &bytes)
    bytes.append("}")
    return Reply(bytes: bytes)
  }

  /// `wait` holds the answer until the execution has ended, or the time is over.
  private static func get(_ call: APICall) async throws -> Reply {
    let id: ExecutionID = try call.id(of: "execution")
    if let wait = try call.wait() { _ = try await call.api.acceptor.awaitEnd(of: id, in: call.workspace, upTo: wait) }
    if try call.queryBool("includeData") ?? false { return try await full(id, call) }
    return Reply(try await value(id, call))
  }

  private static func delete(_ call: APICall) async throws -> Reply {
    let removed = try await call.api.executionControl.delete(call.id(of: "execution"), by: call.caller)
    return Reply(ExecutionRepresentation.value(removed))
  }

  private static func stop(_ call: APICall) async throws -> Reply {
    let id: ExecutionID = try call.id(of: "execution")
    try await call.api.executionControl.cancel(id, in: call.workspace)
    return Reply(try await value(id, call))
  }

  /// n8n's filter; its `queued` is our `new`.
  private static func stopMany(_ call: APICall) async throws -> Reply {
    let members = try await call.members(["status", "workflowId", "startedAfter", "startedBefore"])
    var filter = ExecutionFilter()
    guard let names = members["status"]?.arrayValue, !names.isEmpty else {
      throw Problem.badBody("'status' must list at least one of queued, running, waiting.", pointer: "/status")
    }
    for (place, name) in names.enumerated() {
      switch name {
      case "queued", "new": filter.states.insert(.new)
      case "running": filter.states.insert(.running)
      case "waiting": filter.states.insert(.waiting)
      default:
        throw Problem.badBody("A status to stop is queued, running or waiting.", pointer: "/status/\(place)")
      }
    }
    if let value = members["workflowId"], value != "all" {
      guard let id = value.stringValue.flatMap({ WorkflowID($0) }) else {
        throw Problem.badBody("'workflowId' must be the id of a workflow.", pointer: "/workflowId")
      }
      filter.workflow = id
    }
    filter.acceptedAfter = try time("startedAfter", members)
    filter.acceptedBefore = try time("startedBefore", members)
    let stopped = try await call.api.executionControl.cancelAll(matching: filter, in: call.workspace)
    return Reply(["stopped": .integer(Int64(stopped))])
  }

  private static func time(_ name: String, _ members: JSONObject) throws -> Timestamp? {
    guard let value = members[name], !value.isNull else { return nil }
    guard let time = value.stringValue.flatMap({ Timestamp(iso8601: $0) }) else {
      throw Problem.badBody("'\(name)' must be a time in ISO 8601, like 2026-01-31T12:00:00Z.", pointer: "/\(name)")
    }
    return time
  }

  static func full(_ id: ExecutionID, _ call: APICall) async throws -> Reply {
    guard let details = try await call.api.executions.details(of: id, in: call.workspace) else { throw unknown(id) }
    return Reply(bytes: ExecutionRepresentation.bytes(details))
  }

  static func value(_ id: ExecutionID, _ call: APICall) async throws -> JSONValue {
    guard let record = try await call.api.executions.execution(id, in: call.workspace) else {
      throw unknown(id)
    }
    return ExecutionRepresentation.value(record)
  }

  static func unknown(_ id: ExecutionID) -> RuntimeError {
    RuntimeError(.executionNotFound, "There is no execution \(id) in this workspace.")
  }
}

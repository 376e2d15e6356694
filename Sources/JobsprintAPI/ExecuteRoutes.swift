import HTTPTypes
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

/// Starting executions.
enum ExecuteRoutes {
  static let all = [
    APIRoute(.post, "/workflows/{id}/execute", .workflowExecute, execute),
    APIRoute(.post, "/executions/{id}/retry", .executionRetry, retry),
  ]

  private static func execute(_ call: APICall) async throws -> Reply {
    var command = ExecuteCommand(workspace: call.workspace, workflow: try call.id(of: "workflow"))
    command.version = try call.queryID("version")
    command.startNode = try call.query("startNode")
    command.destinationNode = try call.query("destinationNode")
    command.usesPinData = try call.queryBool("usePinData") ?? false
    command.lane = try call.queryChoice("lane", "high, normal or low") ?? .normal
    command.trace = call.context.trace
    let wait = try call.wait()
    command.body = try await call.bytes()
    let ready = command
    return try await started(call, ready.body, wait: wait) { idempotency in
      try await call.api.acceptor.execute(ready, idempotency: idempotency, willWait: wait != nil)
    }
  }

  /// n8n's body is `{loadWorkflow}`; `from` is ours.
  private static func retry(_ call: APICall) async throws -> Reply {
    var command = RetryCommand(workspace: call.workspace, execution: try call.id(of: "execution"))
    command.trace = call.context.trace
    let wait = try call.wait()
    let members = try await call.members(["loadWorkflow", "from"], isOptional: true)
    if let value = members["loadWorkflow"] {
      guard let flag = value.boolValue else {
        throw Problem.badBody("'loadWorkflow' must be true or false.", pointer: "/loadWorkflow")
      }
      command.usesNewestVersion = flag
    }
    switch members["from"] {
    case nil, "failedNode"?: break
    case "start"?: command.from = .start
    default: throw Problem.badBody("'from' must be \"failedNode\" or \"start\".", pointer: "/from")
    }
    let ready = command
    var reply = try await started(call, JSONValue.object(members).jsonBytes, wait: wait) { idempotency in
      try await call.api.acceptor.retry(ready, idempotency: idempotency, willWait: wait != nil)
    }
    // n8n answers a retry with the new execution, whether or not it has ended.
    guard reply.status == .accepted, let id = executionID(in: reply) else { return reply }
    reply.status = .ok
    reply.bytes = try await ExecutionRoutes.value(id, call).jsonBytes
    return reply
  }

  /// 202 with the id; or, when the caller waited and it has ended, 200 with the execution and its data.
  private static func started(
    _ call: APICall, _ body: [UInt8], wait: Duration?,
    create: (IdempotencyRequest<AcceptedExecution>?) async throws -> Creation<AcceptedExecution>
  ) async throws -> Reply {
    var (reply, created) = try await call.creating(body, answer: receipt, create: create)
    if created == nil, let id = executionID(in: reply) { reply = reply.with("Location", location(of: id)) }
    guard let wait else { return reply }
    if let created {
      let ended = try await call.api.acceptor.end(of: created, in: call.workspace, upTo: wait)
      return ended.map { Reply(bytes: ExecutionRepresentation.bytes($0)) } ?? reply
    }
    // A replayed request that waits gets what the first one was waiting for; the receipt, when that is gone.
    guard let id = executionID(in: reply),
      (try? await call.api.acceptor.awaitEnd(of: id, in: call.workspace, upTo: wait)) == true
    else { return reply }
    return try await ExecutionRoutes.full(id, call).with("Idempotency-Replayed", "true")
  }

  private static func executionID(in receipt: Reply) -> ExecutionID? {
    (try? JSONValue(parsing: receipt.bytes))?["id"]?.stringValue.flatMap { ExecutionID($0) }
  }

  @Sendable static func receipt(_ accepted: AcceptedExecution) -> Reply {
    Reply(
      .accepted,
      [
        // `id` as in every other answer about an execution; `executionId` is what n8n's clients look for after a start.
        "id": .string("\(accepted.id)"), "executionId": .string("\(accepted.id)"),
        "workflowId": .string("\(accepted.workflow)"),
        "versionId": .string("\(accepted.version)"), "status": "new", "createdAt": .string("\(accepted.acceptedAt)"),
      ]
    ).with("Location", location(of: accepted.id))
  }

  private static func location(of id: ExecutionID) -> String { "\(APIRoute.base)/executions/\(id)" }
}

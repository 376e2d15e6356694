import HTTPTypes
import Hummingbird
import JobsprintDomain
import JobsprintPorts

/// Events of executions while they happen, as server-sent events. They are shadows: what is true is in the answers of
/// the other routes.
enum EventRoutes {
  static let all = [
    APIRoute(.get, "/events", .executionList, ofWorkspace),
    APIRoute(.get, "/executions/{id}/events", .executionRead, ofExecution),
  ]

  private static func ofWorkspace(_ call: APICall) async throws -> Reply {
    let reading = call.api.feed.read(call.workspace, after: try call.lastEventID())
    return Reply(EventStream(call, reading: reading, scope: .executionList))
  }

  /// Begins with how the execution is, and ends with its end.
  private static func ofExecution(_ call: APICall) async throws -> Reply {
    let id: ExecutionID = try call.id(of: "execution")
    // Before the look into the store, so that nothing falls between.
    let reading = call.api.feed.read(call.workspace, after: try call.lastEventID())
    guard let record = try await call.api.executions.execution(id, in: call.workspace) else {
      throw ExecutionRoutes.unknown(id)
    }
    return Reply(EventStream(call, reading: reading, scope: .executionRead, beginning: record))
  }
}

extension APICall {
  fileprivate func lastEventID() throws -> FeedEventID? {
    guard let text = request.headers.first("Last-Event-ID"), !text.isEmpty else { return nil }
    guard let id = FeedEventID(text) else {
      throw Problem(
        status: .badRequest, code: "parameter_invalid",
        detail: "Last-Event-ID must be the id of an event of this stream, not '\(text.prefix(64))'.")
    }
    return id
  }
}

extension Reply {
  fileprivate init(_ stream: EventStream) {
    self.init(bytes: [], contentType: "text/event-stream")
    live = ResponseBody(asyncSequence: stream.body())
    // A proxy that collects an answer would hold the events back.
    headers = [("X-Accel-Buffering", "no")]
  }
}

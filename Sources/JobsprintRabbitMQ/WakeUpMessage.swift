import JobsprintDomain
import JobsprintPorts

/// A wake-up on the wire: `{"execution":…,"workspace":…,"lane":…,"ticket":…}`, and `"tag"`, `"trace"` and `"start"` where
/// the execution has them. Where somebody waits stands in the message's `reply_to`.
struct WakeUpMessage {
  let execution: ExecutionID
  let workspace: WorkspaceID
  let lane: Lane
  let tag: WorkerTag?
  let ticket: String
  let trace: TraceContext?
  /// A sealed ``StartEnvelope``.
  let start: [UInt8]?

  /// A ticket has at most 4 KB, the rest 200 bytes. Sealed, an envelope is 28 bytes longer, and Base64 makes four bytes
  /// of three.
  private static let mostBytes = 8192 + StartEnvelope.mostBytes / 3 * 4

  init(_ wakeUp: WakeUp, ticket: String, start: [UInt8]? = nil) {
    execution = wakeUp.execution
    workspace = wakeUp.workspace
    lane = wakeUp.lane
    tag = wakeUp.tag
    self.ticket = ticket
    trace = wakeUp.trace
    self.start = start
  }

  /// nil where it is something else.
  init?(_ body: [UInt8]) {
    guard body.count <= Self.mostBytes, let value = try? JSONValue(parsing: body, depthLimit: 4),
      let execution = value["execution"]?.stringValue.flatMap({ ExecutionID($0) }),
      let workspace = value["workspace"]?.stringValue.flatMap({ WorkspaceID($0) }),
      let lane = value["lane"]?.stringValue.flatMap({ Lane(rawValue: $0) }),
      let ticket = value["ticket"]?.stringValue
    else { return nil }
    self.execution = execution
    self.workspace = workspace
    self.lane = lane
    tag = value["tag"]?.stringValue.flatMap { WorkerTag($0) }
    self.ticket = ticket
    // One that can't be read is no reason to leave an execution asleep.
    trace = value["trace"]?.stringValue.flatMap { TraceContext($0) }
    start = value["start"]?.stringValue.flatMap { Base64.bytes($0) }
  }

  var body: [UInt8] {
    var members: JSONObject = [
      "execution": .string("\(execution)"), "workspace": .string("\(workspace)"), "lane": .string(lane.rawValue),
      "ticket": .string(ticket),
    ]
    if let tag { members["tag"] = .string(tag.name) }
    if let trace { members["trace"] = .string("\(trace)") }
    if let start { members["start"] = .string(Base64.urlText(start)) }
    return JSONValue.object(members).jsonBytes
  }
}

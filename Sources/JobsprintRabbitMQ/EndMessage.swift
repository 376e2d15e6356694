import JobsprintDomain
import JobsprintPorts

/// The end of an execution, told to an instance where somebody waits for it, or, of a cancellation, to all:
/// `{"execution":…,"workspace":…,"state":…,"from":…}`. Nobody has signed that, so it's a hint: who acts on it asks the
/// store. Where the end is a whole execution, `"end"` brings it (``EndEnvelope``).
struct EndMessage {
  let event: ExecutionEvent
  /// The instance that tells it: it knows already.
  let from: String
  /// A sealed ``EndEnvelope``.
  var end: [UInt8]?

  /// Sealed, an envelope is 28 bytes longer, and Base64 makes four bytes of three.
  private static let mostBytes = 2048 + EndEnvelope.mostBytes / 3 * 4

  init(_ event: ExecutionEvent, from: String, end: [UInt8]? = nil) {
    self.event = event
    self.from = from
    self.end = end
  }

  /// nil where it is something else.
  init?(_ body: [UInt8]) {
    guard body.count <= Self.mostBytes, let value = try? JSONValue(parsing: body, depthLimit: 4),
      let execution = value["execution"]?.stringValue.flatMap({ ExecutionID($0) }),
      let workspace = value["workspace"]?.stringValue.flatMap({ WorkspaceID($0) }),
      let state = value["state"]?.stringValue.flatMap({ ExecutionState(rawValue: $0) }), state.isTerminal,
      let from = value["from"]?.stringValue
    else { return nil }
    event = ExecutionEvent(execution: execution, workspace: workspace, state: state)
    self.from = from
    end = value["end"]?.stringValue.flatMap { Base64.bytes($0) }
  }

  var body: [UInt8] {
    var members: JSONObject = [
      "execution": .string("\(event.execution)"), "workspace": .string("\(event.workspace)"),
      "state": .string(event.state.rawValue), "from": .string(from),
    ]
    if let end { members["end"] = .string(Base64.urlText(end)) }
    return JSONValue.object(members).jsonBytes
  }
}

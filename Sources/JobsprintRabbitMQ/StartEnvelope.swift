// What an execution begins with, on its way to who begins it, so that he need not read it from the store. It is sealed:
// the broker, and who listens there, sees nothing of it, and one that opens was accepted by this installation. It can't
// be out of date, because what was accepted never changes. As text: its facts as JSON, a line feed, and the input.

import JobsprintDomain
import JobsprintPorts

struct StartEnvelope {
  /// The facts take 150.
  static let mostBytes = WakeUp.Start.mostInputBytes + 512

  private static let lineFeed = UInt8(ascii: "\n")

  let cipher: any TransitCipher

  /// nil where the wake-up brings none, or a large one.
  func seal(_ wakeUp: WakeUp) -> [UInt8]? {
    guard let start = wakeUp.start, start.input.count <= WakeUp.Start.mostInputBytes else { return nil }
    let facts: JSONObject = [
      "workflow": .string("\(start.workflow)"), "version": .string("\(start.version)"),
      "mode": .string(start.mode.rawValue), "acceptedAt": .integer(start.acceptedAt.milliseconds),
    ]
    let bytes = JSONValue.object(facts).jsonBytes + [Self.lineFeed] + start.input
    return cipher.seal(bytes, as: Self.context(wakeUp.execution, wakeUp.workspace, wakeUp.lane, wakeUp.tag))
  }

  /// nil where none of ours has sealed it as the start of that message's execution.
  func open(_ sealed: [UInt8], of message: WakeUpMessage) -> WakeUp.Start? {
    let context = Self.context(message.execution, message.workspace, message.lane, message.tag)
    guard let bytes = cipher.open(sealed, as: context),
      let line = bytes.firstIndex(of: Self.lineFeed),
      let facts = try? JSONValue(parsing: Array(bytes[..<line]), depthLimit: 2),
      let workflow = facts["workflow"]?.stringValue.flatMap({ WorkflowID($0) }),
      let version = facts["version"]?.stringValue.flatMap({ VersionID($0) }),
      let mode = facts["mode"]?.stringValue.flatMap({ ExecutionMode(rawValue: $0) }),
      let acceptedAt = facts["acceptedAt"]?.integerValue
    else { return nil }
    return WakeUp.Start(
      workflow: workflow, version: version, mode: mode, acceptedAt: Timestamp(milliseconds: Int64(acceptedAt)),
      input: Array(bytes[(line + 1)...]))
  }

  /// With the tag: whoever does not carry it would find that out only when he claims.
  private static func context(
    _ execution: ExecutionID, _ workspace: WorkspaceID, _ lane: Lane, _ tag: WorkerTag?
  ) -> String {
    "start \(workspace) \(execution) \(lane.rawValue) \(tag?.name ?? "")"
  }
}

// A whole execution on its way to who waits for its end, so that he need not read it back from the store. It is sealed:
// the broker, and who listens there, sees nothing of it, and an end that opens was told by a worker of this
// installation. It can't be out of date, because an end is final. As text: the facts of the end as JSON, a line feed,
// and the journal's entries (``JournalPack``).

import JobsprintDomain
import JobsprintPorts

struct EndEnvelope {
  /// What is larger is read from the store: a broker is no place for much data.
  static let mostBytes = 65_536

  private static let lineFeed = UInt8(ascii: "\n")

  let cipher: any TransitCipher

  /// nil where the append is not a whole execution, or too large.
  func seal(_ append: JournalAppend) -> [UInt8]? {
    guard case .finish(let state, let error, let lastNode, let time, let reason) = append.transition,
      let beginning = append.wholeSince, append.entries.reduce(0, { $0 + $1.payload.count }) <= Self.mostBytes
    else { return nil }
    var facts: JSONObject = [
      "state": .string(state.rawValue), "wholeSince": .integer(beginning.milliseconds),
      "finishedAt": .integer(time.milliseconds), "term": .integer(Int64(append.fence.term)),
      "executor": .string("\(append.fence.executor)"),
    ]
    if let error { facts["error"] = .string(String(decoding: error, as: UTF8.self)) }
    if let lastNode { facts["lastNode"] = .string(lastNode) }
    if let reason { facts["deadLetter"] = .string(reason.rawValue) }
    let bytes = JSONValue.object(facts).jsonBytes + [Self.lineFeed] + (JournalPack.bytes(of: append.entries) ?? [])
    guard bytes.count <= Self.mostBytes else { return nil }
    return cipher.seal(bytes, as: Self.context(append.execution, append.workspace))
  }

  /// nil where none of ours has sealed it as the end of that execution.
  func open(_ sealed: [UInt8], of event: ExecutionEvent) -> JournalAppend? {
    guard let bytes = cipher.open(sealed, as: Self.context(event.execution, event.workspace)),
      let line = bytes.firstIndex(of: Self.lineFeed),
      let facts = try? JSONValue(parsing: Array(bytes[..<line]), depthLimit: 2),
      let state = facts["state"]?.stringValue.flatMap({ ExecutionState(rawValue: $0) }), state.isTerminal,
      let beginning = facts["wholeSince"]?.integerValue, let finished = facts["finishedAt"]?.integerValue,
      let term = facts["term"]?.integerValue,
      let executor = facts["executor"]?.stringValue.flatMap({ ExecutorID($0) })
    else { return nil }
    let packed = Array(bytes[(line + 1)...])
    guard let entries = packed.isEmpty ? [] : try? JournalPack.entries(in: packed) else { return nil }
    return JournalAppend(
      execution: event.execution, workspace: event.workspace, fence: Fence(term: term, executor: executor),
      entries: entries,
      transition: .finish(
        state, error: facts["error"]?.stringValue.map { Array($0.utf8) }, lastNode: facts["lastNode"]?.stringValue,
        at: Timestamp(milliseconds: Int64(finished)),
        deadLetter: facts["deadLetter"]?.stringValue.flatMap { DeadLetterReason(rawValue: $0) }),
      wholeSince: Timestamp(milliseconds: Int64(beginning)))
  }

  private static func context(_ execution: ExecutionID, _ workspace: WorkspaceID) -> String {
    "end \(workspace) \(execution)"
  }
}

public import JobsprintDomain
import Synchronization

/// What one attempt of a node finds of what was left to its execution, and what it leaves itself.
public final class NodeNotes: Sendable {
  private struct State {
    var current: ExecutionNotes
    var left = RunNotes()

    mutating func leave(_ notes: RunNotes) {
      current.take(notes)
      left.merge(notes)
    }
  }

  private let start: State
  private let state: Mutex<State>

  /// - Parameter taken: static data that the execution looks at for the first time, by slots.
  public init(_ found: ExecutionNotes = ExecutionNotes(), taking taken: JSONObject = [:]) {
    var start = State(current: found)
    if !taken.isEmpty { start.leave(RunNotes(staticData: taken)) }
    self.start = start
    state = Mutex(start)
  }

  /// Forgets what was left: the attempt begins anew.
  public func begin() { state.withLock { $0 = start } }

  /// What the attempt has left.
  public var left: RunNotes { state.withLock { $0.left } }

  /// As it is now.
  public var customData: CustomData { state.withLock { $0.current.customData } }

  public func leave(_ customData: CustomData) {
    state.withLock { $0.leave(RunNotes(customData: customData)) }
  }

  /// As it is now; nil where the node was given none of it (``NodeType/staticData(of:)``).
  public func staticData(_ slot: StaticDataSlot) -> JSONObject? {
    state.withLock { $0.current.staticData[slot.name]?.objectValue }
  }

  /// - Throws: where it takes more than it may.
  public func leave(_ value: JSONObject, in slot: StaticDataSlot) throws(NodeError) {
    let value = JSONValue.object(value)
    let bytes = value.jsonBytes.count
    guard bytes <= slot.mostBytes else {
      throw NodeError(
        "The static data '\(slot.name)' would take \(bytes) bytes, and may take \(slot.mostBytes)",
        name: "StaticDataTooLargeError",
        description: "It is for little things, such as the time of the last item: keep less in it, or use a database.")
    }
    state.withLock {
      $0.leave(RunNotes(staticData: [slot.name: value], changedSlots: [ExactString(slot.name)]))
    }
  }
}

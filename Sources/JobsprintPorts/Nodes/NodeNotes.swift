public import JobsprintDomain
import Synchronization

/// What one attempt of a node finds of what was left to its execution, and what it leaves itself.
public final class NodeNotes: Sendable {
  private struct State {
    var current: ExecutionNotes
    var left = RunNotes()
  }

  private let found: ExecutionNotes
  private let state: Mutex<State>

  public init(_ found: ExecutionNotes = ExecutionNotes()) {
    self.found = found
    state = Mutex(State(current: found))
  }

  /// Forgets what was left: the attempt begins anew.
  public func begin() { state.withLock { $0 = State(current: found) } }

  /// As it is now.
  public var customData: CustomData { state.withLock { $0.current.customData } }

  public func leave(_ customData: CustomData) { leave(RunNotes(customData: customData)) }

  /// What the attempt has left.
  public var left: RunNotes { state.withLock { $0.left } }

  private func leave(_ notes: RunNotes) {
    state.withLock { state in
      state.current.take(notes)
      state.left.merge(notes)
    }
  }
}

import JobsprintDomain
public import JobsprintPorts

/// Turns what was committed into events (arrow 10). Best effort: an event is a shadow, and only an end, which is final,
/// may bring the whole execution with it.
public struct EventRelay: Sendable {
  private let bus: any EventBus

  public init(bus: any EventBus) { self.bus = bus }

  func publish(_ write: JournalWrite) {
    switch write {
    case .accept(let new):
      publish(new.id, new.workspace, new.claimedBy == nil ? .new : .running)
    case .cancel(let cancellation):
      publish(cancellation.execution, cancellation.workspace, .canceled)
    case .append(let append):
      switch append.transition {
      case .none: break
      case .wait: publish(append.execution, append.workspace, .waiting)
      case .handBack: publish(append.execution, append.workspace, .new)
      case .finish(let state, _, _, _, let reason):
        publish(
          append.execution, append.workspace, state, deadLetter: reason,
          end: append.wholeSince == nil ? nil : append)
      }
    }
  }

  private func publish(
    _ id: ExecutionID, _ workspace: WorkspaceID, _ state: ExecutionState, deadLetter: DeadLetterReason? = nil,
    end: JournalAppend? = nil
  ) {
    bus.publish(ExecutionEvent(execution: id, workspace: workspace, state: state, deadLetter: deadLetter, end: end))
  }
}

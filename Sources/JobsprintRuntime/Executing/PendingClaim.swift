// The claim of an execution whose wake-up brought all that it begins with, and that runs before it is claimed
// (docs/decisions/0030). The first thing that is journaled of it claims it; where that takes too long, it is claimed by
// itself. Whoever was faster has the fence, and the run that was too late leaves nothing. Its wake-up is acknowledged
// when the claim is committed, or nothing was left to claim.

import JobsprintDomain
import JobsprintPorts
import Synchronization

final class PendingClaim: Sendable {
  private let claimed: ClaimedExecution
  private let hold: HeldExecutions.Hold
  private let onEnd: Mutex<(@Sendable (JournalOutcome?) -> Void)?>
  private let isSubmitted = Atomic(false)

  /// - Parameter onEnd: called once, with what became of the claim, or nil where nobody knows; must not block.
  init(
    _ claimed: ClaimedExecution, _ hold: HeldExecutions.Hold, onEnd: @escaping @Sendable (JournalOutcome?) -> Void
  ) {
    self.claimed = claimed
    self.hold = hold
    self.onEnd = Mutex(onEnd)
  }

  /// The append, claiming the execution where that is not known to have happened. It is to be answered.
  func claiming(_ append: JournalAppend) -> JournalAppend {
    guard !hold.isStored else { return append }
    isSubmitted.store(true, ordering: .relaxed)
    return append.claiming(at: claimed.startedAt)
  }

  /// What became of an append of the execution. A store that could not be asked is asked by the next one.
  func answer(_ outcome: JournalOutcome) {
    if outcome == .committed { hold.store() }
    end(outcome)
  }

  /// The claim by itself; nil where something of the execution has been submitted.
  /// - Parameter again: called where the store was away: until somebody is known to hold the execution its wake-up, and
  ///   those that came with it, stay open.
  func late(again: @escaping @Sendable () -> Void) -> JournalWriter.Submission? {
    guard !isSubmitted.exchange(true, ordering: .relaxed) else { return nil }
    let append = JournalAppend(
      execution: claimed.id, workspace: claimed.workspace, fence: claimed.fence, entries: [],
      claimedAt: claimed.startedAt)
    return JournalWriter.Submission(write: .append(append)) { result in
      guard case .success(let outcome) = result else {
        guard self.hold.interruption == nil else { return }
        self.isSubmitted.store(false, ordering: .relaxed)
        return again()
      }
      if outcome != .committed { self.hold.interrupt(.lost) }
      self.answer(outcome)
    }
  }

  /// Nothing more comes: what was not answered by now is for others to take.
  func leave() {
    isSubmitted.store(true, ordering: .relaxed)
    end(nil)
  }

  private func end(_ outcome: JournalOutcome?) { onEnd.withLock { $0.take() }?(outcome) }
}

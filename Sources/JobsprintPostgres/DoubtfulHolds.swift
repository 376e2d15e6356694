// What may be stored without anybody knowing: the answer to its commit was lost, and the database stayed away for
// longer than anybody waits.
//
// Executions that their holder may hold so: he was told that it failed, so nobody executes them, and as long as his
// heart beats nobody else takes them. So they are given back with the next commit, or with the next heartbeat where
// nothing is written; where they were never held, their fence turns that away. When the process dies before, its lease
// runs out, which does the same.
//
// Claims that may have been committed so: nobody knows their fences. With the next heartbeat the store is asked which
// of them stand; those are given back the same way.
//
// Appends that may have been written so: whoever holds their execution sends them again, as another commit, which must
// recognize them (JournalRepeat).

import JobsprintDomain
import JobsprintPorts
import Synchronization

final class DoubtfulHolds: Sendable {
  private struct State {
    var holds: [JournalAppend] = []
    var claims: [ExecutionID: ExecutorID] = [:]
    /// Executions with an append that may be stored.
    var appended: Set<ExecutionID> = []
  }

  private let state = Mutex(State())

  func add(_ execution: ExecutionID, in workspace: WorkspaceID, fence: Fence) {
    state.withLock {
      $0.holds.append(
        JournalAppend(execution: execution, workspace: workspace, fence: fence, entries: [], transition: .handBack))
    }
  }

  func add(claims: [ExecutionID], of executor: ExecutorID) {
    state.withLock { state in for id in claims { state.claims[id] = executor } }
  }

  /// Executions that the executor may have claimed.
  func claims(of executor: ExecutorID) -> Set<ExecutionID> {
    state.withLock { state in Set(state.claims.filter { $0.value == executor }.keys) }
  }

  func settled(claims: [ExecutionID]) { state.withLock { state in for id in claims { state.claims[id] = nil } } }

  /// Accepts that would have been claimed at once, and appends.
  func add(_ writes: [JournalWrite]) {
    for write in writes {
      switch write {
      case .accept(let execution):
        guard let executor = execution.claimedBy else { continue }
        add(execution.id, in: execution.workspace, fence: Fence(term: 1, executor: executor))
      case .append(let append): state.withLock { _ = $0.appended.insert(append.execution) }
      case .cancel: break
      }
    }
  }

  /// What is to be given back; whoever takes it commits it, or adds it again.
  func take() -> [JournalAppend] {
    state.withLock { state in
      defer { state.holds = [] }
      return state.holds
    }
  }

  func putBack(_ taken: [JournalAppend]) {
    guard !taken.isEmpty else { return }
    state.withLock { $0.holds += taken }
  }

  /// Whether one of these may be stored already.
  func mayHold(_ writes: [JournalWrite]) -> Bool {
    state.withLock { state in
      guard !state.appended.isEmpty else { return false }
      return writes.contains { state.appended.contains($0.execution) }
    }
  }

  /// Their answers are known now.
  func settled(_ writes: [JournalWrite]) {
    state.withLock { state in
      guard !state.appended.isEmpty else { return }
      for case .append(let append) in writes { state.appended.remove(append.execution) }
    }
  }
}

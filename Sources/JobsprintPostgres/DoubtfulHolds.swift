// Executions that their holder may hold without knowing it: the answer to the commit that gave them to him was lost,
// and the database stayed away for longer than anybody waits. He was told that it failed, so nobody executes them, and
// as long as his heart beats nobody else takes them. So they are given back with the next commit; where they were never
// held, their fence turns that away. When the process dies before, its lease runs out, which does the same.

import JobsprintDomain
import JobsprintPorts
import Synchronization

final class DoubtfulHolds: Sendable {
  private let appends = Mutex<[JournalAppend]>([])

  func add(_ execution: ExecutionID, in workspace: WorkspaceID, fence: Fence) {
    appends.withLock {
      $0.append(
        JournalAppend(execution: execution, workspace: workspace, fence: fence, entries: [], transition: .handBack))
    }
  }

  /// Accepts that would have been claimed at once.
  func add(_ writes: [JournalWrite]) {
    for case .accept(let execution) in writes {
      guard let executor = execution.claimedBy else { continue }
      add(execution.id, in: execution.workspace, fence: Fence(term: 1, executor: executor))
    }
  }

  /// What is to be given back; whoever takes it commits it, or adds it again.
  func take() -> [JournalAppend] {
    appends.withLock { appends in
      defer { appends = [] }
      return appends
    }
  }

  func putBack(_ taken: [JournalAppend]) {
    guard !taken.isEmpty else { return }
    appends.withLock { $0 += taken }
  }
}

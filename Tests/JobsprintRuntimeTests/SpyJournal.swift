import JobsprintPorts
import Synchronization

/// Passes commits on, and remembers their outcomes.
final class SpyJournal: Journal {
  private let journal: any Journal
  private let state = Mutex<[[(write: JournalWrite, outcome: JournalOutcome)]]>([])
  private let fencings: AsyncStream<Void>
  private let fenced: AsyncStream<Void>.Continuation

  init(_ journal: any Journal) {
    self.journal = journal
    (fencings, fenced) = AsyncStream.makeStream()
  }

  func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    let outcomes = try await journal.commit(writes)
    state.withLock { $0.append(zip(writes, outcomes).map { ($0, $1) }) }
    for outcome in outcomes where outcome == .fenced { fenced.yield() }
    return outcomes
  }

  /// What each commit has written.
  var commits: [[JournalWrite]] {
    state.withLock { $0.map { $0.filter { $0.outcome == .committed }.map(\.write) } }
  }

  /// Returns when an append was refused.
  func aRefusal() async { for await _ in fencings { return } }
}

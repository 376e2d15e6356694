import JobsprintDomain
import JobsprintPorts

/// An execution with its journal.
struct MemoryExecution: Sendable {
  let accepted: NewExecution
  var state: ExecutionState
  var term: Int
  var executor: ExecutorID?
  var startedAt: Timestamp?
  var finishedAt: Timestamp?
  var waitUntil: Timestamp?
  /// When it was last dispatched in its present state.
  var dispatchedAt: Timestamp?
  var error: [UInt8]?
  var lastNode: String?
  /// In the journal's order.
  private(set) var entries: [JournalEntry] = []

  init(_ accepted: NewExecution) {
    self.accepted = accepted
    executor = accepted.claimedBy
    state = executor == nil ? .new : .running
    term = executor == nil ? 0 : 1
    startedAt = executor.map { _ in accepted.acceptedAt }
    dispatchedAt = accepted.dispatchedAt
  }

  var record: ExecutionRecord {
    ExecutionRecord(
      id: accepted.id, workspace: accepted.workspace, workflow: accepted.workflow, version: accepted.version,
      state: state, mode: accepted.mode, lane: accepted.lane,
      tag: state.isTerminal ? nil : accepted.tag, term: term, acceptedAt: accepted.acceptedAt,
      startedAt: startedAt, finishedAt: finishedAt, waitUntil: waitUntil, retryOf: accepted.retryOf, error: error,
      lastNode: lastNode, input: accepted.input)
  }

  mutating func claim(for executor: ExecutorID, at now: Timestamp) {
    state = .running
    term += 1
    self.executor = executor
    startedAt = startedAt ?? now
    waitUntil = nil
    dispatchedAt = nil
  }

  /// One record for each node run: a second `finished` at a position is refused; a `started` or `suspended` that is
  /// noted again for the same attempt replaces the earlier note.
  mutating func insert(_ entry: JournalEntry) throws(PortError) {
    guard let place = entries.firstIndex(where: { $0.place >= entry.place }) else {
      entries.append(entry)
      return
    }
    guard entries[place].place == entry.place else {
      entries.insert(entry, at: place)
      return
    }
    guard entry.kind != .finished else {
      throw PortError(.refused, "The run at position \(entry.position) of \(accepted.id) has been recorded before.")
    }
    entries[place] = entry
  }
}

extension JournalEntry {
  /// Position, kind and attempt; a finished run is one whatever its attempt.
  fileprivate var place: (Int, Int, Int) {
    switch kind {
    case .started: (position, 0, attempt)
    case .suspended: (position, 1, attempt)
    case .finished: (position, 2, 0)
    }
  }
}

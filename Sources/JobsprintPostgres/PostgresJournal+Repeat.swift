// Recognizing writes that a transaction has stored whose answer was lost. Whoever repeats such a transaction waits for
// its locks, so by now it has ended: what is found is final. Recognition is by content: an accept by id, version, time
// and input; an append by its entries or its end; so a stranger's write is never taken for one's own.

import JobsprintDomain
import JobsprintPorts

extension PostgresJournal {
  /// The outcomes of a repeated transaction in which guards refused writes: those that are stored are committed.
  func recognize(
    _ writes: [JournalWrite], _ outcomes: [JournalOutcome]
  ) async throws(PortError) -> [JournalOutcome] {
    guard outcomes.contains(where: { $0 != .committed }) else { return outcomes }
    let stored = try await stored(among: writes)
    return zip(writes.indices, outcomes).map { place, outcome in
      outcome != .committed && stored.contains(place) ? .committed : outcome
    }
  }

  /// Places of those writes that are stored.
  func stored(among writes: [JournalWrite]) async throws(PortError) -> Set<Int> {
    var accepts: [NewExecution] = []
    var appends: [(place: Int, append: JournalAppend)] = []
    for (place, write) in writes.enumerated() {
      switch write {
      case .accept(let execution): accepts.append(execution)
      case .append(let append) where append.end == nil: appends.append((place, append))
      case .append, .cancel: break
      }
    }
    let workspaces = Array(Set(writes.map(\.workspace)))
    let accepted = Set(try await storage.read(FindAccepted(executions: accepts), as: .journal, in: workspaces))
    let continued = try await storage.read(
      FindContinued(appends: appends.map(\.append)), as: .journal, in: workspaces)
    let ends = try await storage.read(FindEnds(writes: writes), as: .journal, in: workspaces)
    var stored = Set(continued.map { appends[$0].place })
    for (place, write) in writes.enumerated() {
      let isStored =
        switch write {
        case .accept(let execution): accepted.contains(execution.id)
        case .append(let append): ends.contains { append.execution == $0.id && append.isEnd($0) }
        case .cancel(let cancellation):
          ends.contains {
            cancellation.execution == $0.id && $0.state == .canceled && $0.finishedAt == cancellation.at
          }
        }
      if isStored { stored.insert(place) }
    }
    return stored
  }
}

extension JournalAppend {
  fileprivate func isEnd(_ end: FindEnds.End) -> Bool {
    transition.state == end.state && fence.term == end.term && self.end?.at == end.finishedAt
      && JournalPack.bytes(of: entries) == end.entries
  }
}

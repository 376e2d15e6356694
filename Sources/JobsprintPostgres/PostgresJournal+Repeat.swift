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
    return zip(writes, outcomes).map { write, outcome in
      outcome != .committed && stored.contains(write.execution) ? .committed : outcome
    }
  }

  /// The outcomes of a transaction that can't be repeated because it is stored; nil when it is not.
  func recognizeAll(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome]? {
    let stored = try await stored(among: writes)
    guard !stored.isEmpty else { return nil }
    var outcomes: [JournalOutcome] = []
    for write in writes {
      switch write {
      case _ where stored.contains(write.execution): outcomes.append(.committed)
      case .accept(let execution): outcomes.append(try await answer(to: execution))
      case .append: outcomes.append(.fenced)
      case .cancel(let cancellation):
        let end = try await storage.read(
          FindEnds(writes: [write]), as: .journal, in: [cancellation.workspace]
        ).first
        outcomes.append(end.map { .alreadyEnded($0.state) } ?? .notFound)
      }
    }
    return outcomes
  }

  private func answer(to execution: NewExecution) async throws(PortError) -> JournalOutcome {
    guard let record = execution.idempotency,
      let kept = try await storage.read(
        FindIdempotencyKey(workspace: record.workspace, key: record.key), in: [record.workspace]
      ).first
    else { throw PortError(.refused, "The execution \(execution.id) exists.") }
    return .replayed(kept)
  }

  /// Executions whose write among these is stored.
  private func stored(among writes: [JournalWrite]) async throws(PortError) -> Set<ExecutionID> {
    var accepts: [NewExecution] = []
    var appends: [JournalAppend] = []
    var cancellations: [Cancellation] = []
    for write in writes {
      switch write {
      case .accept(let execution): accepts.append(execution)
      case .append(let append): appends.append(append)
      case .cancel(let cancellation): cancellations.append(cancellation)
      }
    }
    let workspaces = Array(Set(writes.map(\.workspace)))
    var stored = Set(
      try await storage.read(FindAccepted(executions: accepts), as: .journal, in: workspaces))
    stored.formUnion(
      try await storage.read(
        FindContinued(appends: appends.filter { $0.end == nil }), as: .journal, in: workspaces))
    let ends = try await storage.read(
      FindEnds(writes: writes), as: .journal, in: workspaces)
    for end in ends {
      for append in appends where append.execution == end.id && append.isEnd(end) { stored.insert(end.id) }
      for cancellation in cancellations
      where cancellation.execution == end.id && end.state == .canceled && end.finishedAt == cancellation.at {
        stored.insert(end.id)
      }
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

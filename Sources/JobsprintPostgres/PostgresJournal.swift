// The pen's side of the executions. One commit is one transaction in one round trip, of a few statements that take all
// writes at once as arrays. When its answer is lost, nobody knows whether it was committed: then it is sent again, and
// what proves to be stored already is answered as committed (JournalRepeat). Where that goes on for too long, what is
// in doubt is remembered (DoubtfulHolds).

import JobsprintDomain
public import JobsprintPorts
import Postgres
import Synchronization

public struct PostgresJournal: Journal {
  /// How often a commit is sent that others get in the way of, or whose answers are lost.
  private static let attempts = 5

  let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    guard !writes.isEmpty else { return [] }
    return try await givingBack { doubts throws(PortError) in
      // Before the writes: none of them is for an execution that nobody knows to hold.
      Array(try await commitAlone(doubts + writes).dropFirst(doubts.count))
    }
  }

  /// Gives back what may be held without anybody knowing; for times in which nothing is written.
  func giveBack() async throws(PortError) {
    try await givingBack { doubts throws(PortError) in
      if !doubts.isEmpty { _ = try await commitAlone(doubts) }
    }
  }

  private func givingBack<Value>(
    _ body: ([JournalWrite]) async throws(PortError) -> Value
  ) async throws(PortError) -> Value {
    let doubts = storage.doubts.take()
    do { return try await body(doubts.map { .append($0) }) } catch {
      storage.doubts.putBack(doubts)
      throw error
    }
  }

  private func commitAlone(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    let batch = try JournalBatch(writes)
    var isRepeat = storage.doubts.mayHold(writes)
    // Whoever wants to write waits behind this one: what became of it is asked for as long as anybody waits for a
    // connection, and not for several times as long. From then on it is remembered as being in doubt.
    var patience: ContinuousClock.Instant?
    func mayAskAgain() -> Bool {
      let end = patience ?? .now + storage.database.primary.options.waitLimit
      patience = end
      return .now < end
    }
    do {
      for attempt in 1... {
        do {
          var (outcomes, open) = try await send(batch)
          // From here on it is stored, whatever happens to the questions that are left.
          let wasRepeat = isRepeat
          isRepeat = true
          if !open.isEmpty { try await settle(open, in: &outcomes) }
          if wasRepeat { outcomes = try await recognize(writes, outcomes) }
          storage.doubts.settled(writes)
          return outcomes
        } catch let error as PostgresError {
          if isRepeat, error.sqlState == "23505", let outcomes = try await commitTheRest(of: writes) {
            return outcomes
          }
          isRepeat = isRepeat || error.outcome == .unknown
          guard attempt < Self.attempts, error.isConflict || isRepeat && error.isTransient && mayAskAgain()
          else { throw error }
        } catch let error as PortError {
          guard attempt < Self.attempts, isRepeat, error.code == .unavailable, mayAskAgain() else { throw error }
        }
      }
    } catch {
      if isRepeat { storage.doubts.add(writes) }
      throw PortError(postgres: error)
    }
    throw PortError(.unavailable, "The database does not answer. Try again later.")
  }

  /// Commits those of a refused transaction that are not stored already; nil where none is.
  private func commitTheRest(of writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome]? {
    let stored = try await stored(among: writes)
    guard !stored.isEmpty else { return nil }
    let rest = writes.indices.filter { !stored.contains($0) }
    var outcomes = [JournalOutcome](repeating: .committed, count: writes.count)
    if !rest.isEmpty {
      for (place, outcome) in zip(rest, try await commitAlone(rest.map { writes[$0] })) { outcomes[place] = outcome }
    }
    storage.doubts.settled(writes)
    return outcomes
  }

  private func send(_ batch: JournalBatch) async throws -> ([JournalOutcome], OpenAnswers) {
    var pipeline = PostgresPipeline()
    var answers: [RoundAnswers] = []
    for round in batch.rounds { answers.append(try RoundAnswers(round, in: &pipeline)) }
    let results = try await storage.database.primary.transaction(
      pipeline, name: "journal.commit", setting: PostgresRole.journal.settings(batch.workspaces))
    var outcomes = [JournalOutcome](repeating: .committed, count: batch.count)
    var open = OpenAnswers()
    for (round, answers) in zip(batch.rounds, answers) {
      try answers.read(results, of: round, into: &outcomes, open: &open)
    }
    return (outcomes, open)
  }

  /// Looks up what refused writes are answered with.
  private func settle(_ open: OpenAnswers, in outcomes: inout [JournalOutcome]) async throws {
    for (place, record) in open.replayed {
      let found = try await storage.read(
        FindIdempotencyKey(workspace: record.workspace, key: record.key), in: [record.workspace])
      // It was forgotten between the two transactions.
      guard let kept = found.first else { throw PostgresError(.transactionAborted, "an idempotency key is gone") }
      outcomes[place] = .replayed(kept)
    }
    guard !open.ended.isEmpty else { return }
    let ends = try await storage.read(
      FindEnds(writes: open.ended.map { .cancel($0.cancellation) }), as: .journal,
      in: Array(Set(open.ended.map(\.cancellation.workspace))))
    for (place, cancellation) in open.ended {
      let end = ends.first { $0.id == cancellation.execution && $0.workspace == cancellation.workspace }
      outcomes[place] = end.map { .alreadyEnded($0.state) } ?? .notFound
    }
  }
}

/// Refused writes whose answers have to be looked up.
struct OpenAnswers {
  var replayed: [(place: Int, record: IdempotencyRecord)] = []
  var ended: [(place: Int, cancellation: Cancellation)] = []

  var isEmpty: Bool { replayed.isEmpty && ended.isEmpty }
}

/// Where a round's answers stand in the answer to the pipeline.
private struct RoundAnswers {
  private var keyed: PostgresPipeline.Slot<AcceptKeyedExecutions>?
  private var continued: PostgresPipeline.Slot<ContinueExecutions>?
  private var finished: PostgresPipeline.Slot<FinishExecutions>?
  private var failed: PostgresPipeline.Slot<FailExecutions>?
  private var kept: PostgresPipeline.Slot<EndKeepingStaticData>?
  private var canceled: PostgresPipeline.Slot<CancelExecutions>?

  init(_ round: JournalRound, in pipeline: inout PostgresPipeline) throws {
    if !round.accepts.isEmpty { try pipeline.add(AcceptExecutions(executions: round.accepts.map(\.write))) }
    if !round.keyed.isEmpty { keyed = try pipeline.add(AcceptKeyedExecutions(executions: round.keyed.map(\.write))) }
    if !round.whole.isEmpty { try pipeline.add(StoreWholeExecutions(executions: round.whole)) }
    if (round.accepts + round.keyed).contains(where: { $0.write.waitsForLimit }) { try pipeline.add(TellHeld()) }
    if !round.continues.isEmpty {
      let claims = round.continues.map(\.write).filter { $0.claimedAt != nil && $0.fence.term == 1 }
      if !claims.isEmpty { try pipeline.add(ClaimByAppends(appends: claims)) }
      continued = try pipeline.add(ContinueExecutions(appends: round.continues.map(\.write)))
    }
    if !round.finishes.isEmpty { finished = try pipeline.add(FinishExecutions(appends: round.finishes.map(\.write))) }
    // Statements of their own: few executions fail, and few ends have a letter.
    if !round.failures.isEmpty { failed = try pipeline.add(FailExecutions(appends: round.failures.map(\.write))) }
    if !round.keeping.isEmpty {
      let changes = round.keeping.sorted { $0.place < $1.place }.compactMap { entry in
        entry.write.staticData.map { (execution: entry.write.execution, change: $0) }
      }
      kept = try pipeline.add(EndKeepingStaticData(appends: round.keeping.map(\.write), changes: changes))
    }
    let dead = (round.finishes + round.failures + round.keeping).map(\.write).filter { $0.end?.deadLetter != nil }
    if !dead.isEmpty { try pipeline.add(BuryExecutions(appends: dead)) }
    if !round.cancels.isEmpty {
      canceled = try pipeline.add(CancelExecutions(cancellations: round.cancels.map(\.write)))
    }
  }

  func read(
    _ results: PostgresPipeline.Results, of round: JournalRound, into outcomes: inout [JournalOutcome],
    open: inout OpenAnswers
  ) throws {
    if let keyed {
      let done = Set(try results.decode(keyed))
      for (place, execution) in round.keyed where !done.contains(execution.id) {
        if let record = execution.idempotency { open.replayed.append((place, record)) }
      }
    }
    if let continued { Self.fence(round.continues, but: try results.decode(continued), in: &outcomes) }
    if let finished { Self.fence(round.finishes, but: try results.decode(finished), in: &outcomes) }
    if let failed { Self.fence(round.failures, but: try results.decode(failed), in: &outcomes) }
    if let kept { Self.fence(round.keeping, but: try results.decode(kept), in: &outcomes) }
    if let canceled {
      let done = Set(try results.decode(canceled))
      for (place, cancellation) in round.cancels where !done.contains(cancellation.execution) {
        open.ended.append((place, cancellation))
      }
    }
  }

  private static func fence(
    _ appends: [(place: Int, write: JournalAppend)], but done: [ExecutionID], in outcomes: inout [JournalOutcome]
  ) {
    // All of them, nearly always.
    guard done.count < appends.count else { return }
    let done = Set(done)
    for (place, append) in appends where !done.contains(append.execution) { outcomes[place] = .fenced }
  }
}

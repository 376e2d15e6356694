// The pen's side of the executions. One commit is one transaction in one round trip, of a few statements that take all
// writes at once as arrays. When its answer is lost, nobody knows whether it was committed: then it is sent again, and
// what proves to be stored already is answered as committed (JournalRepeat).

import JobsprintDomain
public import JobsprintPorts
import Postgres
import Synchronization

public struct PostgresJournal: Journal {
  /// How often a commit is sent whose answers are lost; each time the pool waits for a connection, up to its limit.
  private static let attempts = 5

  let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    guard !writes.isEmpty else { return [] }
    let doubts = storage.doubts.take()
    guard !doubts.isEmpty else { return try await commitAlone(writes) }
    do {
      // Before the writes: none of them is for an execution that nobody knows to hold.
      return Array(try await commitAlone(doubts.map { .append($0) } + writes).dropFirst(doubts.count))
    } catch {
      storage.doubts.putBack(doubts)
      throw error
    }
  }

  private func commitAlone(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    let batch = try JournalBatch(writes)
    var isRepeat = false
    for attempt in 1... {
      do {
        let outcomes = try await send(batch)
        return isRepeat ? try await recognize(writes, outcomes) : outcomes
      } catch let error as PostgresError {
        if isRepeat, error.sqlState == "23505", let outcomes = try await recognizeAll(writes) { return outcomes }
        isRepeat = isRepeat || error.outcome == .unknown
        guard attempt < Self.attempts, error.isConflict || isRepeat && error.isTransient else {
          if isRepeat { storage.doubts.add(writes) }
          throw PortError(postgres: error)
        }
      } catch {
        if isRepeat { storage.doubts.add(writes) }
        throw PortError(postgres: error)
      }
    }
    throw PortError(.unavailable, "The database does not answer. Try again later.")
  }

  private func send(_ batch: JournalBatch) async throws -> [JournalOutcome] {
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
    if !open.isEmpty { try await settle(open, in: &outcomes) }
    return outcomes
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
  private var canceled: PostgresPipeline.Slot<CancelExecutions>?

  init(_ round: JournalRound, in pipeline: inout PostgresPipeline) throws {
    if !round.accepts.isEmpty { try pipeline.add(AcceptExecutions(executions: round.accepts.map(\.write))) }
    if !round.keyed.isEmpty { keyed = try pipeline.add(AcceptKeyedExecutions(executions: round.keyed.map(\.write))) }
    if !round.continues.isEmpty {
      continued = try pipeline.add(ContinueExecutions(appends: round.continues.map(\.write)))
    }
    if !round.finishes.isEmpty { finished = try pipeline.add(FinishExecutions(appends: round.finishes.map(\.write))) }
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

// The only pen (arrow 3). Whatever arrives while a commit is under way goes into the next one: no timer, and under load
// one disk flush serves many executions. A mutex guards the line of writes and one loop empties it; callers wait for
// their own write only.

import JobsprintDomain
public import JobsprintPorts
import Logging
import Synchronization

public final class JournalWriter: Sendable {
  /// A write, and who is told what became of it; must not block.
  struct Submission: Sendable {
    let write: JournalWrite
    let answer: @Sendable (Result<JournalOutcome, PortError>) -> Void
  }

  private struct State {
    var line: [Submission] = []
    var sleeper: CheckedContinuation<Void, Never>?
    var isClosed = false
    var metrics = JournalMetrics()
  }

  /// Writes in one transaction at most: beyond that, latency grows and throughput does not (measured with 1 KB entries:
  /// 256 writes take as long as 8 flushes).
  private static let largestBatch = 256

  private let journal: any Journal
  private let relay: EventRelay
  private let state = Mutex(State())

  public init(journal: any Journal, relay: EventRelay) {
    self.journal = journal
    self.relay = relay
  }

  /// Returns when the write is durable, or its guard has refused it.
  public func write(_ write: JournalWrite) async throws(PortError) -> JournalOutcome {
    let result: Result<JournalOutcome, PortError> = await withCheckedContinuation { continuation in
      submit([Submission(write: write) { continuation.resume(returning: $0) }])
    }
    return try result.get()
  }

  /// Writes the first that is journaled of an execution right behind its accept, in one commit where that has room. The
  /// accept is answered when both are known, at once and before this returns.
  func write(_ append: JournalAppend, behind accept: PendingAccept.Turn) async throws(PortError) -> JournalOutcome {
    let accepted = Mutex<Result<JournalOutcome, PortError>>(.failure(PortError(.unavailable, "It was not written.")))
    let ends = if case .finish = append.transition { true } else { false }
    let result: Result<JournalOutcome, PortError> = await withCheckedContinuation { continuation in
      submit([
        Submission(write: accept.write) { result in accepted.withLock { $0 = result } },
        Submission(write: .append(append)) { result in
          let end: JournalAppend? = if ends, case .success(.committed) = result { append } else { nil }
          accept.answer(PendingAccept.Answer(outcome: accepted.withLock(\.self), end: end))
          continuation.resume(returning: result)
        },
      ])
    }
    return try result.get()
  }

  /// Writes what is journaled of an execution, with its claim where that is still to be written.
  func write(_ append: JournalAppend, claiming claim: PendingClaim?) async throws(PortError) -> JournalOutcome {
    guard let claim else { return try await write(.append(append)) }
    let outcome = try await write(.append(claim.claiming(append)))
    claim.answer(outcome)
    return outcome
  }

  /// Puts writes into the line, one right behind the other; each is answered once.
  func submit(_ submissions: [Submission]) {
    let sleeper: CheckedContinuation<Void, Never>?? = state.withLock { state in
      guard !state.isClosed else { return nil }
      state.line += submissions
      return .some(state.sleeper.take())
    }
    switch sleeper {
    case nil:
      for one in submissions { one.answer(.failure(PortError(.unavailable, "The process is stopping."))) }
    case .some(let sleeper): sleeper?.resume()
    }
  }

  /// Writes that stand in the line.
  var waiting: Int { state.withLock { $0.line.count } }

  public var metrics: JournalMetrics {
    state.withLock { state in
      var metrics = state.metrics
      metrics.waiting = state.line.count
      return metrics
    }
  }

  /// Commits until ``close()``; what was in the line by then is still committed.
  public func run() async {
    while true {
      let batch = state.withLock { state in
        let batch = Array(state.line.prefix(Self.largestBatch))
        state.line.removeFirst(batch.count)
        return batch
      }
      if batch.isEmpty {
        if await isClosedAfterSleeping() { return }
      } else {
        await commit(batch[...])
      }
    }
  }

  /// Refuses further writes.
  public func close() {
    let sleeper = state.withLock { state in
      state.isClosed = true
      return state.sleeper.take()
    }
    sleeper?.resume()
  }

  private func isClosedAfterSleeping() async -> Bool {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let isAwake = state.withLock { state in
        if state.isClosed || !state.line.isEmpty { return true }
        state.sleeper = continuation
        return false
      }
      if isAwake { continuation.resume() }
    }
    return state.withLock { $0.isClosed && $0.line.isEmpty }
  }

  /// A batch that the store refuses is halved until the bad write stands alone.
  private func commit(_ batch: ArraySlice<Submission>) async {
    let begin = ContinuousClock.now
    do {
      let outcomes = try await journal.commit(batch.map(\.write))
      state.withLock { $0.metrics.add(batch.lazy.map(\.write), outcomes, in: ContinuousClock.now - begin) }
      for (submission, outcome) in zip(batch, outcomes) {
        submission.answer(.success(outcome))
        if outcome == .committed { relay.publish(submission.write) }
      }
    } catch {
      state.withLock { $0.metrics.addFailure(in: ContinuousClock.now - begin) }
      guard error.code == .refused, batch.count > 1 else {
        for submission in batch { submission.answer(.failure(error)) }
        return
      }
      let middle = batch.startIndex + batch.count / 2
      await commit(batch[..<middle])
      await commit(batch[middle...])
    }
  }
}

extension JournalMetrics {
  fileprivate mutating func add(
    _ writes: some Sequence<JournalWrite>, _ outcomes: [JournalOutcome], in duration: Duration
  ) {
    commits += 1
    batches.record(Double(outcomes.count))
    durations.record(duration / .seconds(1))
    fenced += outcomes.count { $0 == .fenced }
    for (write, outcome) in zip(writes, outcomes) where outcome == .committed {
      switch write {
      case .accept: accepted += 1
      case .append(let append):
        if case .finish(let state, _, _, _, _) = append.transition { ended[state, default: 0] += 1 }
      case .cancel: ended[.canceled, default: 0] += 1
      }
    }
  }

  fileprivate mutating func addFailure(in duration: Duration) {
    failedCommits += 1
    durations.record(duration / .seconds(1))
  }
}

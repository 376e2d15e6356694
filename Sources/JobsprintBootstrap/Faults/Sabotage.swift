// Promises broken on purpose, so that the tests of them can be seen to turn red: with JOBSPRINT_TEST_NODES=1 and
// JOBSPRINT_TEST_SABOTAGE=<one of these>.

import JobsprintDomain
import JobsprintPorts

public enum Sabotage: String, Sendable {
  /// Accepted executions are answered and published before they are committed.
  case answerBeforeCommit
  /// Whoever was refused by a fence writes all the same.
  case ignoredFence
  /// Nobody looks after what a dead executor held.
  case noRecovery
  /// A wake-up makes its receiver the holder, whoever holds the execution.
  case greedyClaims
}

struct AnswerBeforeCommitJournal: Journal {
  let journal: any Journal
  let clock: SystemClock

  func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    let isAccepting = writes.contains { if case .accept = $0 { true } else { false } }
    guard isAccepting else { return try await journal.commit(writes) }
    Task {
      try await clock.sleep(for: .milliseconds(50))
      _ = try await journal.commit(writes)
    }
    return writes.map { _ in .committed }
  }
}

/// Takes the execution from its holder, and writes with the fence that it gets by that.
struct FencelessJournal: Journal {
  let journal: any Journal
  let claims: any ExecutionClaims
  let clock: SystemClock

  func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    var outcomes = try await journal.commit(writes)
    for (place, write) in writes.enumerated() where outcomes[place] == .fenced {
      guard case .append(let append) = write,
        let stolen = try await claims.steal([append.wakeUp], for: append.fence.executor, at: clock.now).first
      else { continue }
      let forced = JournalAppend(
        execution: append.execution, workspace: append.workspace, fence: stolen.fence, entries: append.entries,
        transition: append.transition, staticData: append.staticData)
      outcomes[place] = try await journal.commit([.append(forced)])[0]
    }
    return outcomes
  }
}

/// Claims that a test wants to be wrong, or that end their process.
struct FaultyClaims: ExecutionClaims {
  let claims: any ExecutionClaims
  let sabotage: Sabotage?
  let killSwitch: KillSwitch?

  func claim(
    _ wakeUps: [WakeUp], for executor: ExecutorID, carrying tags: WorkerTags, at now: Timestamp, leaseExpiry: Timestamp
  ) async throws(PortError) -> [ClaimedExecution] {
    let claimed =
      sabotage == .greedyClaims
      ? try await claims.steal(wakeUps, for: executor, at: now)
      : try await claims.claim(wakeUps, for: executor, carrying: tags, at: now, leaseExpiry: leaseExpiry)
    if !claimed.isEmpty { killSwitch?.pass(.afterClaim) }
    return claimed
  }

  func beat(_ executor: ExecutorID, holding: [ExecutionID], at now: Timestamp) async throws(PortError) -> [ExecutionID]
  {
    try await claims.beat(executor, holding: holding, at: now)
  }

  func retire(_ executors: [ExecutorID]?) async throws(PortError) { try await claims.retire(executors) }

  func recoverable(
    carrying tags: WorkerTags, at now: Timestamp, dispatchedBefore: Timestamp, leaseExpiry: Timestamp, lineLimit: Int,
    limit: Int
  ) async throws(PortError) -> [WakeUp] {
    guard sabotage != .noRecovery else { return [] }
    return try await claims.recoverable(
      carrying: tags, at: now, dispatchedBefore: dispatchedBefore, leaseExpiry: leaseExpiry, lineLimit: lineLimit,
      limit: limit)
  }

  func backlog(since time: Timestamp, limit: Int) async throws(PortError) -> [DispatchLine: Int] {
    try await claims.backlog(since: time, limit: limit)
  }

  func nextDue(
    after time: Timestamp, carrying tags: WorkerTags, lease: Duration, turn: Duration
  ) async throws(PortError) -> Timestamp? {
    try await claims.nextDue(after: time, carrying: tags, lease: lease, turn: turn)
  }
}

extension ExecutionClaims {
  /// As if every heartbeat were too old.
  fileprivate func steal(
    _ wakeUps: [WakeUp], for executor: ExecutorID, at now: Timestamp
  ) async throws(PortError) -> [ClaimedExecution] {
    try await claim(wakeUps, for: executor, carrying: .all, at: now, leaseExpiry: now + .seconds(86_400))
  }
}

extension JournalAppend {
  fileprivate var wakeUp: WakeUp { WakeUp(execution: execution, workspace: workspace, lane: .normal) }
}

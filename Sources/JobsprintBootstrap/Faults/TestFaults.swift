// What a process does to itself so that tests see how the others cope. Only with JOBSPRINT_TEST_NODES=1; nothing of it
// is in the way of a process without.

import JobsprintNodes
import JobsprintPorts

/// Node types for tests, and faults around the ports.
public struct TestFaults: Sendable {
  /// Where `jobsprint.testEffect` writes what it did.
  public var ledger: String?
  /// Breaks a promise on purpose, so that a test of it can be seen to fail.
  public var sabotage: Sabotage?
  /// Where the process kills itself.
  var killSwitch: KillSwitch?
  /// Every wake-up is published twice.
  var doublesWakeUps = false

  var nodes: [any NodeType] {
    let nodes = BuiltInNodes.all(includingTestNodes: TestNodeOptions(ledgerPath: ledger)) + [TrapNode()]
    guard let killSwitch else { return nodes }
    return nodes.map { $0.description.hasOutsideEffect ? DyingNode(type: $0, killSwitch: killSwitch) : $0 }
  }

  func journal(_ journal: any Journal, _ claims: any ExecutionClaims, clock: SystemClock) -> any Journal {
    var journal = journal
    switch sabotage {
    case .answerBeforeCommit: journal = AnswerBeforeCommitJournal(journal: journal, clock: clock)
    case .ignoredFence: journal = FencelessJournal(journal: journal, claims: claims, clock: clock)
    case .noRecovery, .greedyClaims, nil: break
    }
    return killSwitch.map { DyingJournal(journal: journal, killSwitch: $0) } ?? journal
  }

  func claims(_ claims: any ExecutionClaims) -> any ExecutionClaims {
    guard sabotage == .noRecovery || sabotage == .greedyClaims || killSwitch?.point == .afterClaim else {
      return claims
    }
    return FaultyClaims(claims: claims, sabotage: sabotage, killSwitch: killSwitch)
  }

  func queue(_ queue: any WakeUpQueue, clock: SystemClock) -> any WakeUpQueue {
    let queue: any WakeUpQueue = sabotage == .greedyClaims ? StartlessQueue(queue: queue) : queue
    return doublesWakeUps ? DoublingQueue(queue: queue, clock: clock) : queue
  }
}

/// All that it brings has to be claimed.
private struct StartlessQueue: WakeUpQueue {
  let queue: any WakeUpQueue

  func publish(_ wakeUps: [WakeUp]) async throws(PortError) { try await queue.publish(wakeUps.map(\.withoutStart)) }

  func receive(upTo limit: Int) async -> WakeUpBatch { await queue.receive(upTo: limit) }
}

/// Tells everything twice, as a broker may: the second time at once, while the execution runs, or when it has ended.
private struct DoublingQueue: WakeUpQueue {
  let queue: any WakeUpQueue
  let clock: SystemClock

  func publish(_ wakeUps: [WakeUp]) async throws(PortError) {
    try await queue.publish(wakeUps)
    Task {
      try await clock.sleep(for: .milliseconds(.random(in: 0...500)))
      try await queue.publish(wakeUps)
    }
  }

  func receive(upTo limit: Int) async -> WakeUpBatch { await queue.receive(upTo: limit) }
}

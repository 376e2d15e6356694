import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Synchronization
import Testing

@testable import JobsprintRuntime

/// Executions that run before they are claimed (docs/decisions/0030).
@Suite(.timeLimit(.minutes(1))) struct EarlyClaimTests {
  @Test func aShortExecutionIsClaimedByItsEnd() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store([("A", "n8n-nodes-base.noOp", [:])])
      let record = try await rig.ended(try await rig.accept(workflow, by: nil))
      #expect(record.state == .success && record.term == 1 && record.startedAt == rig.clock.now)
      let appends = rig.journal.appends
      #expect(appends.count == 1 && appends.first?.claimedAt == record.startedAt)
      #expect(appends.first?.wholeSince == record.startedAt)
      #expect(executor.metrics.idleWakeUps == 0)
    }
  }

  @Test func theEffectWaitsForTheClaim() async throws {
    let held = HeldCommit()
    let rig = Rig(journal: { HeldJournal(journal: $0, first: held) { $0.isClaiming } })
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store([("A", "n8n-nodes-base.noOp", [:]), ("Act", "test.effect", [:])])
      let id = try await rig.accept(workflow, by: nil)
      await held.begins()
      #expect(rig.gate.keys == [])
      held.letGo()
      #expect(try await rig.gate.next().key == "\(id):0:Act")
      #expect(rig.journal.appends.first?.entries.contains { $0.kind == .started } == true)
    }
  }

  /// A heartbeat in between does not take the execution away, and its wake-up is held until the claim is committed.
  @Test func whatTakesLongIsClaimedMeanwhile() async throws {
    let held = HeldCommit()
    let rig = Rig(journal: { HeldJournal(journal: $0, first: held) { $0.isClaiming } })
    let queue = HandedQueue()
    let executor = rig.executor(.numbered(1), queue: queue)
    try await rig.run([executor]) {
      let wakeUp = try await rig.accepted(try await rig.store([("Slow", "test.gate", [:])]))
      queue.hand([wakeUp])
      let arrival = try await rig.gate.next()
      await held.begins()
      for _ in 0..<2 {
        await rig.clock.sleepers(atLeast: 1)
        rig.clock.advance(by: .seconds(5))
      }
      await rig.clock.sleepers(atLeast: 1)
      #expect(queue.settled == 0)
      held.letGo()
      #expect(try await queue.nextSettlement() == .acknowledged)
      #expect(try await rig.executions.execution(wakeUp.execution, in: .initial)?.state == .running)
      arrival.release()
      #expect(try await rig.ended(wakeUp.execution).state == .success)
      #expect(rig.journal.appends.map { $0.claimedAt == nil } == [false, true, true])
    }
  }

  @Test func ofTwoThatBeginItOneHasIt() async throws {
    let rig = Rig()
    let queues = [HandedQueue(), HandedQueue()]
    let executors = queues.enumerated().map { rig.executor(.numbered($0 + 1), queue: $1) }
    try await rig.run(executors) {
      let workflow = try await rig.store([("Slow", "test.gate", [:]), ("A", "n8n-nodes-base.noOp", [:])])
      let wakeUp = try await rig.accepted(workflow)
      for queue in queues { queue.hand([wakeUp]) }
      for _ in queues { try await rig.gate.next().release() }
      #expect(try await rig.ended(wakeUp.execution).state == .success)
      await rig.journal.aRefusal()
      for queue in queues { #expect(try await queue.nextSettlement() == .acknowledged) }
      #expect(executors.map(\.metrics.idleWakeUps).reduce(0, +) == 1)
      let journal = try await rig.executions.journal(of: wakeUp.execution, in: .initial)
      #expect(journal.filter { $0.kind == .finished }.map(\.node) == ["Start", "Slow", "A"])
    }
  }

  @Test func whatIsToldTwiceRunsOnceInOneProcess() async throws {
    let rig = Rig()
    let queue = HandedQueue()
    let executor = rig.executor(.numbered(1), queue: queue)
    try await rig.run([executor]) {
      let wakeUp = try await rig.accepted(try await rig.store([("Slow", "test.gate", [:])]))
      queue.hand([wakeUp])
      let arrival = try await rig.gate.next()
      queue.hand([wakeUp])
      for _ in 0..<2 { #expect(try await queue.nextSettlement() == .acknowledged) }
      arrival.release()
      #expect(try await rig.ended(wakeUp.execution).state == .success)
      #expect(rig.gate.keys.count == 1 && executor.metrics.idleWakeUps == 1)
    }
  }

  /// The second message has the execution claimed by the process that runs it already: that is the run's claim.
  @Test func whatIsClaimedWhileItRunsGoesOn() async throws {
    let held = HeldCommit()
    let rig = Rig(journal: { HeldJournal(journal: $0, first: held) { $0.isClaiming } })
    let queue = HandedQueue()
    let executor = rig.executor(.numbered(1), queue: queue)
    try await rig.run([executor]) {
      let wakeUp = try await rig.accepted(try await rig.store([("Slow", "test.gate", [:])]))
      queue.hand([wakeUp])
      let arrival = try await rig.gate.next()
      await held.begins()
      queue.hand([wakeUp.withoutStart])
      #expect(try await queue.nextSettlement() == .acknowledged)
      held.letGo()
      #expect(try await queue.nextSettlement() == .acknowledged)
      arrival.release()
      let record = try await rig.ended(wakeUp.execution)
      #expect(record.state == .success && record.term == 1 && rig.gate.keys.count == 1)
      #expect(rig.journal.appends.allSatisfy { $0.transition != .handBack })
    }
  }

  /// A node that takes long keeps no wake-up open because the store was away when it was to be claimed.
  @Test func aClaimIsTriedAgainWhileItsNodeRuns() async throws {
    let rig = Rig(journal: { FaultyJournal(journal: $0, refusing: .unavailable, times: 3) })
    let queue = HandedQueue()
    try await rig.run([rig.executor(.numbered(1), queue: queue)]) {
      let wakeUp = try await rig.accepted(try await rig.store([("Slow", "test.gate", [:])]))
      queue.hand([wakeUp])
      let arrival = try await rig.gate.next()
      #expect(try await queue.nextSettlement() == .acknowledged)
      #expect(try await rig.executions.execution(wakeUp.execution, in: .initial)?.state == .running)
      arrival.release()
      #expect(try await rig.ended(wakeUp.execution).state == .success)
    }
  }

  /// It is claimed together with others, by whoever can.
  @Test func whatWasAcceptedLongerAgoIsClaimedFirst() async throws {
    let rig = Rig()
    let queue = HandedQueue()
    try await rig.run([rig.executor(.numbered(1), queue: queue)]) {
      let workflow = try await rig.store([("A", "n8n-nodes-base.noOp", [:])])
      let old = try await rig.accepted(workflow)
      rig.clock.advance(by: .seconds(2))
      let fresh = try await rig.accepted(workflow)
      queue.hand([old, fresh, fresh.withoutStart])
      #expect(try await rig.ended(old.execution).state == .success)
      #expect(try await rig.ended(fresh.execution).state == .success)
      #expect(try await queue.nextSettlement() == .acknowledged)
      #expect(rig.journal.appends.filter { $0.execution == old.execution }.map(\.claimedAt) == [nil])
    }
  }

  @Test func aStoreThatIsAwayIsAskedAgain() async throws {
    let rig = Rig(journal: { FaultyJournal(journal: $0, refusing: .unavailable, times: 3) })
    let queue = HandedQueue()
    try await rig.run([rig.executor(.numbered(1), queue: queue)]) {
      let wakeUp = try await rig.accepted(try await rig.store([("A", "n8n-nodes-base.noOp", [:])]))
      queue.hand([wakeUp])
      let time = Task {
        while !Task.isCancelled {
          // The heartbeat sleeps as well.
          await rig.clock.sleepers(atLeast: 2)
          rig.clock.advance(by: .milliseconds(500))
          await Task.yield()
        }
      }
      let record = try await rig.ended(wakeUp.execution)
      #expect(record.state == .success && record.term == 1)
      #expect(try await queue.nextSettlement() == .acknowledged)
      time.cancel()
      rig.clock.advance(by: .seconds(5))
      await rig.clock.sleepers(atLeast: 1)
    }
  }

  @Test func whatTheStoreRefusesIsADeadLetter() async throws {
    let rig = Rig(journal: { FaultyJournal(journal: $0, refusing: .refused, times: 1) })
    let queue = HandedQueue()
    try await rig.run([rig.executor(.numbered(1), queue: queue)]) {
      let wakeUp = try await rig.accepted(try await rig.store([("A", "n8n-nodes-base.noOp", [:])]))
      queue.hand([wakeUp])
      #expect(try await rig.ended(wakeUp.execution).state == .crashed)
      #expect(try await rig.deadLetters.letter(of: wakeUp.execution, in: .initial)?.reason == .cannotRun)
      #expect(try await queue.nextSettlement() == .acknowledged)
    }
  }

  @Test func whoStopsHandsItBack() async throws {
    let rig = Rig()
    let queue = HandedQueue()
    var wakeUp: WakeUp?
    try await rig.run([rig.executor(.numbered(1), queue: queue)]) {
      let workflow = try await rig.store([("Slow", "test.gate", [:]), ("A", "test.gate", [:])])
      let accepted = try await rig.accepted(workflow)
      wakeUp = accepted
      queue.hand([accepted])
      _ = try await rig.gate.next()
    }
    let record = try await rig.executions.execution(try #require(wakeUp).execution, in: .initial)
    #expect(record?.state == .new && record?.term == 1)
    #expect(try await queue.nextSettlement() == .acknowledged)
  }
}

extension Rig {
  /// An accepted execution's wake-up, as a queue would bring it at once.
  fileprivate func accepted(_ workflow: WorkflowID) async throws -> WakeUp {
    let id = try await accept(workflow, by: nil)
    let record = try #require(try await executions.execution(id, in: .initial))
    return WakeUp(
      execution: id, workspace: .initial, lane: record.lane,
      start: WakeUp.Start(
        workflow: record.workflow, version: record.version, mode: record.mode, acceptedAt: record.acceptedAt,
        input: record.input))
  }
}

extension SpyJournal {
  /// What was appended, in the order of commits.
  fileprivate var appends: [JournalAppend] {
    commits.flatMap(\.self).compactMap { if case .append(let append) = $0 { append } else { nil } }
  }
}

extension JournalWrite {
  fileprivate var isClaiming: Bool {
    if case .append(let append) = self { append.claimedAt != nil } else { false }
  }
}

/// Fails the first commits that claim something.
private final class FaultyJournal: Journal {
  private let journal: any Journal
  private let code: PortError.Code
  private let left: Atomic<Int>

  init(journal: any Journal, refusing code: PortError.Code, times: Int) {
    self.journal = journal
    self.code = code
    left = Atomic(times)
  }

  func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    if writes.contains(where: { $0.isClaiming }), left.subtract(1, ordering: .relaxed).newValue >= 0 {
      throw PortError(code, "not now")
    }
    return try await journal.commit(writes)
  }
}

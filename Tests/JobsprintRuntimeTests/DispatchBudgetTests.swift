import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRuntime

/// A backlog waits in the store, and only its beginning in the queue.
@Suite(.timeLimit(.minutes(1))) struct DispatchBudgetTests {
  private let rig = Rig()
  private let line = DispatchLine(workspace: .initial, lane: .normal)
  private let executor = ExecutorID.numbered(1)

  /// So many wake-ups of the queue; how they come is not said.
  private func received(_ count: Int) async -> [ExecutionID] {
    var all: [ExecutionID] = []
    while all.count < count { all += await rig.queue.receive(upTo: 100).wakeUps.map(\.execution) }
    return all
  }

  private func claim(_ ids: [ExecutionID]) async throws {
    _ = try await rig.claims.claim(ids, for: executor, at: rig.clock.now, leaseExpiry: rig.clock.now)
  }

  @Test func onlyTheBeginningOfABacklogIsOnItsWay() async throws {
    _ = try await rig.claims.beat(executor, holding: [], at: rig.clock.now)
    try await rig.run {
      let workflow = try await rig.store([("Done", "n8n-nodes-base.noOp", [:])])
      var ids: [ExecutionID] = []
      for _ in 0..<25 { ids.append(try await rig.accept(workflow, by: nil)) }
      #expect(try await rig.claims.backlog(since: rig.clock.now, limit: 12) == [line: Rig.lineLimit + 12])
      #expect(await received(10) == Array(ids[..<10]))
      #expect(try await rig.recoverer.pass() == 0)
      try await claim(Array(ids[..<10]))
      #expect(try await rig.recoverer.pass() == 10)
      #expect(await received(10) == Array(ids[10..<20]))
      // What is not answered is told again, and what is behind it goes on to wait.
      rig.clock.advance(by: .seconds(31))
      _ = try await rig.claims.beat(executor, holding: [], at: rig.clock.now)
      #expect(try await rig.recoverer.pass() == 15)
      #expect(try await rig.recoverer.pass() == 0)
    }
  }

  @Test func aLineWithoutRoomTakesNoneFromOthers() {
    for _ in 0..<Rig.lineLimit { #expect(rig.budget.take(line)) }
    #expect(!rig.budget.take(line))
    #expect(rig.budget.take(DispatchLine(workspace: .numbered(7), lane: .normal)))
    #expect(rig.budget.take(DispatchLine(workspace: .initial, lane: .high)))
  }

  @Test func roomComesBackWithWhatIsClaimed() async throws {
    for _ in 0...Rig.lineLimit { _ = rig.budget.take(line) }
    #expect(!rig.budget.take(line))
    let looking = Task { [budget = rig.budget] in await budget.run() }
    // The store has nothing of it any more.
    try await eventually { rig.budget.take(line) }
    looking.cancel()
    await looking.value
  }

  /// Otherwise what is accepted while a few are held is held, too, for as long as something is accepted.
  @Test func aLineThatHasNearlyDrainedIsDispatchedAtOnceAgain() async throws {
    _ = try await rig.claims.beat(executor, holding: [], at: rig.clock.now)
    try await rig.run {
      let workflow = try await rig.store([("Done", "n8n-nodes-base.noOp", [:])])
      for _ in 0..<12 { _ = try await rig.accept(workflow, by: nil) }
      try await claim(await received(10))
      let looking = Task { [budget = rig.budget] in await budget.run() }
      try await eventually { rig.budget.take(line) }
      #expect(try await rig.claims.backlog(since: rig.clock.now, limit: 9) == [line: 2], "two are held still")
      looking.cancel()
      await looking.value
    }
  }

  @Test func linesTakeTurns() {
    #expect([[1, 2, 3, 4], [5], [6, 7]].inTurns(upTo: 6) == [1, 5, 6, 2, 7, 3])
    #expect([[1, 2], [3]].inTurns(upTo: 9) == [1, 3, 2])
    #expect([[Int]]().inTurns(upTo: 3) == [])
    #expect([[1, 2]].inTurns(upTo: 0) == [])
  }
}

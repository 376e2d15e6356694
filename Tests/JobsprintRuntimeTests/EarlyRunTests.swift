import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRuntime

/// Executions that run before they are accepted (docs/decisions/0017).
@Suite(.timeLimit(.minutes(1))) struct EarlyRunTests {
  @Test func theEffectWaitsForTheAccept() async throws {
    let held = HeldCommit()
    let rig = Rig(journal: { HeldJournal(journal: $0, first: held) })
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store([("A", "n8n-nodes-base.noOp", [:]), ("Act", "test.effect", [:])])
      let accepting = Task { try await rig.accept(workflow, by: executor) }
      await held.begins()
      #expect(rig.gate.keys == [])
      held.letGo()
      let id = try await accepting.value
      #expect(try await rig.gate.next().key == "\(id):0:Act")
    }
    #expect(rig.journal.commits.first?.count == 2)
  }

  /// The caller's answer does not wait for a node, and a heartbeat in between does not take the execution away.
  @Test func whatTakesLongIsAcceptedMeanwhile() async throws {
    let held = HeldCommit()
    let rig = Rig(journal: { HeldJournal(journal: $0, first: held) })
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store([("Slow", "test.gate", [:])])
      let accepting = Task { try await rig.accept(workflow, by: executor) }
      let arrival = try await rig.gate.next()
      await held.begins()
      // One beat at least begins and ends while the store does not know of the execution.
      for _ in 0..<2 {
        await rig.clock.sleepers(atLeast: 1)
        rig.clock.advance(by: .seconds(5))
      }
      await rig.clock.sleepers(atLeast: 1)
      held.letGo()
      let id = try await accepting.value
      #expect(try await rig.executions.execution(id, in: .initial)?.state == .running)
      arrival.release()
      #expect(try await rig.ended(id).state == .success)
    }
  }

  @Test func whatWasAcceptedBeforeLeavesNothing() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1), options: .twoSlots)
    try await rig.run([executor]) {
      let workflow = try await rig.store([("A", "n8n-nodes-base.noOp", [:])])
      let request = IdempotencyRequest<AcceptedExecution>(key: "key", fingerprint: [1]) { _ in (202, [7]) }
      let command = ExecuteCommand(workspace: .initial, workflow: workflow)
      let first = try await rig.acceptor(executor).execute(command, idempotency: request)
      guard case .created(let accepted) = first else { throw RigError() }
      _ = try await rig.ended(accepted.id)
      for _ in 0..<3 {
        await executor.aFreeSlot()
        guard case .replayed(202, [7]) = try await rig.acceptor(executor).execute(command, idempotency: request)
        else { throw RigError() }
      }
      let page = PageRequest<ExecutionID>(after: nil, limit: 10)
      #expect(
        try await rig.executions.executions(matching: ExecutionFilter(), in: .initial, page: page).elements.count == 1)
    }
  }

  @Test func whatCouldNotBeAcceptedIsRefusedAndGone() async throws {
    let rig = Rig(journal: { _ in AbsentJournal() })
    let executor = rig.executor(.numbered(1), options: .twoSlots)
    try await rig.run([executor]) {
      let workflow = try await rig.store([("A", "n8n-nodes-base.noOp", [:])])
      for _ in 0..<3 {
        await executor.aFreeSlot()
        await #expect { try await rig.accept(workflow, by: executor) } throws: {
          ($0 as? RuntimeError)?.port?.code == .unavailable
        }
      }
    }
  }
}

extension ExecutorOptions {
  /// One of them waits at the queue.
  fileprivate static var twoSlots: ExecutorOptions {
    var options = ExecutorOptions()
    options.slots = 2
    return options
  }
}

extension Executor {
  /// A slot is given back right after the caller's answer.
  fileprivate func aFreeSlot() async { while metrics.running > 0 { await Task.yield() } }
}

private struct AbsentJournal: Journal {
  func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    throw PortError(.unavailable, "away")
  }
}

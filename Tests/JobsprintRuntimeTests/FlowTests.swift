import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRuntime

/// From the acceptance of an execution to where it ends.
struct FlowTests {
  @Test func whatWasAcceptedRunsInTheSameProcess() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store([("A", "n8n-nodes-base.noOp", [:]), ("B", "n8n-nodes-base.noOp", [:])])
      let id = try await rig.accept(workflow, by: executor, body: #"[{"n": 1}, {"n": 2}]"#)
      let record = try await rig.ended(id)
      #expect(record.state == .success)
      #expect(record.lastNode == "B")
      let journal = try await rig.executions.journal(of: id, in: .initial)
      #expect(journal.map(\.node) == ["Start", "A", "B"])
      let last = try NodeRun(node: "B", run: 0, payload: #require(journal.last).payload)
      #expect(
        last.outputs == [
          [Item(["json": ["n": 1], "pairedItem": ["item": 0]]), Item(["json": ["n": 2], "pairedItem": ["item": 1]])]
        ])
    }
  }

  @Test func aVersionThatANodeTypeDoesNotHaveRunsAsTheNearestLowerOne() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let fields: JSONObject = ["assignments": ["assignments": [["name": "n", "value": "5", "type": "number"]]]]
      let workflow = try await rig.store([
        ("A", "n8n-nodes-base.set", ["typeVersion": 3.9, "parameters": .object(fields)])
      ])
      let record = try await rig.ended(rig.accept(workflow, by: executor))
      #expect(record.state == .success)
      let journal = try await rig.executions.journal(of: record.id, in: .initial)
      let last = try NodeRun(node: "A", run: 0, payload: #require(journal.last).payload)
      #expect(last.outputs.first?.first?.json == ["n": 5])
    }
  }

  @Test func withoutAFreeSlotItWaitsInTheQueue() async throws {
    let rig = Rig()
    try await rig.run {
      let workflow = try await rig.store([("A", "n8n-nodes-base.noOp", [:])])
      let id = try await rig.accept(workflow, by: nil)
      #expect(try await rig.executions.execution(id, in: .initial)?.state == .new)
      #expect(await rig.queue.receive(upTo: 10).wakeUps.map(\.execution) == [id])
    }
  }

  @Test func beforeAnEffectEverythingBeforeItIsJournaled() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store([("A", "n8n-nodes-base.noOp", [:]), ("Act", "test.effect", [:])])
      let id = try await rig.accept(workflow, by: executor)
      let arrival = try await rig.gate.next()
      let journal = try await rig.executions.journal(of: id, in: .initial)
      #expect(journal.map(\.node) == ["Start", "A", "Act"])
      #expect(journal.map(\.kind) == [.finished, .finished, .started])
      #expect(arrival.key == "\(id):0:Act")
      arrival.release()
      #expect(try await rig.ended(id).state == .success)
    }
  }

  @Test func nodesWithoutEffectShareTheCommitOfTheirAccept() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store((0..<5).map { ("N\($0)", "n8n-nodes-base.noOp", [:]) })
      _ = try await rig.ended(try await rig.accept(workflow, by: executor))
      // One accepts, one appends everything and ends it.
      #expect(rig.journal.commits.map(\.count) == [2])
    }
  }

  @Test func anUncertainEffectIsReportedWhereTheNodeSaysSo() async throws {
    let rig = Rig()
    let lost = rig.executor(.numbered(1))
    let successor = rig.executor(.numbered(2))
    try await lost.register()
    try await rig.run([successor]) {
      let workflow = try await rig.store([("Act", "test.effect", ["whenUncertain": "stop"])])
      let id = try await rig.accept(workflow, by: lost)
      let arrival = try await rig.gate.next()
      rig.clock.advance(by: .seconds(20))
      try await successor.register()
      #expect(try await rig.recoverer.pass() == 1)
      let record = try await rig.ended(id)
      #expect(record.state == .error)
      let error = try NodeError(JSONValue(parsing: #require(record.error)))
      #expect(error.name == "UncertainEffectError")
      #expect(rig.gate.keys.count == 1)
      arrival.release()
      await rig.journal.aRefusal()
    }
  }

  @Test func aFailedNodeIsTriedAgain() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store([
        (
          "Flaky", "jobsprint.testEffect",
          ["parameters": ["failTimes": 2], "retryOnFail": true, "maxTries": 3, "waitBetweenTries": 1000]
        )
      ])
      let id = try await rig.accept(workflow, by: executor)
      // Besides the executor's heartbeat, the run sleeps between its tries.
      for _ in 0..<2 {
        await rig.clock.sleepers(atLeast: 2)
        rig.clock.advance(by: .seconds(1))
      }
      #expect(try await rig.ended(id).state == .success)
      let journal = try await rig.executions.journal(of: id, in: .initial)
      #expect(journal.filter { $0.kind == .started }.map(\.attempt) == [1, 2, 3])
      #expect(journal.last?.attempt == 3)
    }
  }

  @Test func aWaitHoldsNothingAndGoesOnInTime() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store([
        ("Wait", "n8n-nodes-base.wait", ["parameters": ["amount": 2, "unit": "hours"]]),
        ("After", "n8n-nodes-base.noOp", [:]),
      ])
      let id = try await rig.accept(workflow, by: executor)
      #expect(try await rig.suspended(id, times: 1) == rig.clock.now + .seconds(7200))
      #expect(try await rig.recoverer.pass() == 0)
      rig.clock.advance(by: .seconds(7200))
      #expect(try await rig.recoverer.pass() == 1)
      let record = try await rig.ended(id)
      #expect(record.state == .success)
      #expect(record.term == 2)
    }
  }
}

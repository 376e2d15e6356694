import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRuntime

/// Executions that are stopped, time out, or are given back.
struct InterruptionTests {
  private func control(_ rig: Rig) -> ExecutionControl {
    ExecutionControl(executions: rig.executions, writer: rig.writer, clock: rig.clock, ids: rig.ids)
  }

  @Test func cancellingARunningExecutionIsFinal() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store([("Act", "test.effect", [:]), ("Never", "n8n-nodes-base.noOp", [:])])
      let id = try await rig.accept(workflow, by: executor)
      let arrival = try await rig.gate.next()
      try await control(rig).cancel(id, in: .initial)
      arrival.release()
      #expect(try await rig.ended(id).state == .canceled)
      let journal = try await rig.executions.journal(of: id, in: .initial)
      #expect(!journal.contains { $0.node == "Never" })
      await #expect(throws: RuntimeError.self) { try await control(rig).cancel(id, in: .initial) }
    }
  }

  @Test func cancellingWhatIsQueuedKeepsItFromRunning() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store([("Act", "test.effect", [:])])
      let id = try await rig.accept(workflow, by: nil)
      // It may be claimed already: either way it ends as canceled and its effect is not recorded as done.
      try await control(rig).cancel(id, in: .initial)
      rig.gate.openForGood()
      #expect(try await rig.ended(id).state == .canceled)
      let journal = try await rig.executions.journal(of: id, in: .initial)
      #expect(!journal.contains { $0.node == "Act" && $0.kind == .finished })
    }
  }

  @Test func anExecutionThatTakesTooLongIsCanceled() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store(
        [("Slow", "test.gate", [:]), ("Never", "n8n-nodes-base.noOp", [:])], settings: ["executionTimeout": 30])
      let id = try await rig.accept(workflow, by: executor)
      let arrival = try await rig.gate.next()
      rig.clock.advance(by: .seconds(31))
      arrival.release()
      let record = try await rig.ended(id)
      #expect(record.state == .canceled)
      #expect(try NodeError(JSONValue(parsing: #require(record.error))).name == "ExecutionTimeoutError")
    }
  }

  @Test func theNodeInFlightIsCancelledWhenTheTimeIsUp() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store(
        [("Slow", "jobsprint.testEffect", ["parameters": ["milliseconds": 3_600_000]])],
        settings: ["executionTimeout": 30])
      let id = try await rig.accept(workflow, by: executor)
      // The executor's heartbeat, the node, and the alarm.
      await rig.clock.sleepers(atLeast: 3)
      rig.clock.advance(by: .seconds(31))
      let record = try await rig.ended(id)
      #expect(record.state == .canceled)
      #expect(record.finishedAt == record.acceptedAt + .seconds(31))
    }
  }

  @Test func drainingGivesExecutionsBack() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1))
    try await rig.run {
      try await executor.register()
      let loops = Task { await executor.run() }
      let workflow = try await rig.store([("Slow", "test.gate", [:]), ("Next", "test.gate", [:])])
      let id = try await rig.accept(workflow, by: executor)
      let arrival = try await rig.gate.next()
      loops.cancel()
      arrival.release()
      await loops.value
      let record = try #require(try await rig.executions.execution(id, in: .initial))
      #expect(record.state == .new)
      // What was finished is kept; the next holder goes on behind it.
      #expect(try await rig.executions.journal(of: id, in: .initial).map(\.node) == ["Start", "Slow"])
    }
  }

  /// Its thread and its slot would be gone until the process ends, so the worker ends: what else it holds is handed
  /// back.
  @Test func aNodeThatIgnoresItsCancellationEndsTheWorker() async throws {
    let rig = Rig()
    var options = ExecutorOptions()
    options.leavesWhenStuck = true
    let executor = rig.executor(.numbered(1), options: options)
    try await rig.run {
      try await executor.register()
      let loops = Task { await executor.run() }
      let deaf = try await rig.accept(try await rig.store([("Deaf", "test.gate", [:])]), by: executor)
      _ = try await rig.gate.next()
      let good = try await rig.accept(
        try await rig.store([("Good", "test.gate", [:]), ("Next", "test.gate", [:])], name: "Good"), by: executor)
      let arrival = try await rig.gate.next()
      try await control(rig).cancel(deaf, in: .initial)
      while executor.stuckExecution == nil {
        await rig.clock.sleepers(atLeast: 1)
        rig.clock.advance(by: options.heartbeat)
      }
      // It drains, and its grace runs.
      await rig.clock.sleepers(atLeast: 1)
      arrival.release()
      while executor.metrics.running > 1 { await Task.yield() }
      rig.clock.advance(by: options.grace)
      await loops.value
      #expect(executor.stuckExecution == deaf)
      #expect(try await rig.executions.execution(deaf, in: .initial)?.state == .canceled)
      #expect(try await rig.executions.execution(good, in: .initial)?.state == .new)
      #expect(try await rig.executions.journal(of: good, in: .initial).map(\.node) == ["Start", "Good"])
    }
  }

  @Test func aNodeThatIgnoresItsTimeLimitEndsTheWorkerAndAnotherEndsTheExecution() async throws {
    let rig = Rig()
    var options = ExecutorOptions()
    options.leavesWhenStuck = true
    let (executor, other) = (rig.executor(.numbered(1), options: options), rig.executor(.numbered(2)))
    try await rig.run {
      try await executor.register()
      let loops = Task { await executor.run() }
      let workflow = try await rig.store([("Deaf", "test.gate", [:])], settings: ["executionTimeout": 30])
      let deaf = try await rig.accept(workflow, by: executor)
      _ = try await rig.gate.next()
      while executor.stuckExecution == nil {
        await rig.clock.sleepers(atLeast: 1)
        rig.clock.advance(by: options.heartbeat)
      }
      let accepted = try #require(try await rig.executions.execution(deaf, in: .initial)).acceptedAt
      #expect(rig.clock.now - accepted >= .seconds(30) + options.cancelPatience)
      // Its grace passes.
      let time = Task { [grace = options.grace] in
        while !Task.isCancelled {
          rig.clock.advance(by: grace)
          await Task.yield()
        }
      }
      await loops.value
      time.cancel()
      await time.value
      #expect(try await rig.executions.execution(deaf, in: .initial)?.state == .running)
      try await other.register()
      let others = Task { await other.run() }
      #expect(try await rig.recoverer.pass() == 1)
      #expect(try await rig.ended(deaf).state == .canceled)
      others.cancel()
      await others.value
    }
  }

  @Test func withoutThatItKeepsItsSlotOnly() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let deaf = try await rig.accept(try await rig.store([("Deaf", "test.gate", [:])]), by: executor)
      _ = try await rig.gate.next()
      try await control(rig).cancel(deaf, in: .initial)
      for _ in 1...4 {
        await rig.clock.sleepers(atLeast: 1)
        rig.clock.advance(by: .seconds(5))
      }
      let other = try await rig.accept(
        try await rig.store([("Then", "n8n-nodes-base.noOp", [:])], name: "Other"), by: executor)
      #expect(try await rig.ended(other).state == .success)
      #expect(executor.stuckExecution == nil)
    }
  }

  @Test func aRetryGoesOnFromTheFailedNode() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store([
        ("Act", "test.effect", [:]), ("Stop", "n8n-nodes-base.stopAndError", ["parameters": ["errorMessage": "no"]]),
      ])
      let id = try await rig.accept(workflow, by: executor)
      try await rig.gate.next().release()
      #expect(try await rig.ended(id).state == .error)
      let retry = RetryCommand(workspace: .initial, execution: id)
      guard case .created(let again) = try await rig.acceptor(executor).retry(retry) else { throw RigError() }
      let record = try await rig.ended(again.id)
      #expect(record.state == .error)
      #expect(record.retryOf == id)
      #expect(rig.gate.keys.count == 1)
    }
  }

  /// Whatever kills its process each time must not do so for ever.
  @Test func anExecutionThatIsTakenUpAgainAndAgainWithoutProgressIsCrashed() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store([("Never", "n8n-nodes-base.noOp", [:])])
      let id = try await rig.accept(workflow, by: nil)
      // Claimed by processes that end at once: nobody beats for them.
      for number in 2...21 {
        let claimed = try await rig.claims.claim(
          [id], for: .numbered(number), at: rig.clock.now, leaseExpiry: rig.clock.now)
        #expect(claimed.count == 1)
      }
      rig.clock.advance(by: .seconds(60))
      _ = try await rig.recoverer.pass()
      let record = try await rig.ended(id)
      #expect(record.state == .crashed)
      let error = try NodeError(JSONValue(parsing: #require(record.error)))
      #expect(error.name == "ExecutionCrashedError")
      #expect(error.message.contains("'Start'"))
    }
  }

  @Test func anInnocentOneThatWasTakenUpOftenGoesOn() async throws {
    let rig = Rig()
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let workflow = try await rig.store([("Then", "n8n-nodes-base.noOp", [:])])
      let id = try await rig.accept(workflow, by: nil)
      for number in 2...15 {
        _ = try await rig.claims.claim([id], for: .numbered(number), at: rig.clock.now, leaseExpiry: rig.clock.now)
      }
      rig.clock.advance(by: .seconds(60))
      _ = try await rig.recoverer.pass()
      #expect(try await rig.ended(id).state == .success)
    }
  }

  @Test func aLoopWithoutAnEndEndsWhenItsDataIsTooMuch() async throws {
    let rig = Rig()
    var options = ExecutorOptions()
    options.mostBytes = 1 << 20
    let executor = rig.executor(.numbered(1), options: options)
    try await rig.run([executor]) {
      let workflow = try await rig.store([("A", "n8n-nodes-base.noOp", [:])], loops: true)
      let id = try await rig.accept(workflow, by: executor)
      let record = try await rig.ended(id)
      #expect(record.state == .error)
      #expect(try NodeError(JSONValue(parsing: #require(record.error))).name == "ExecutionTooLargeError")
      #expect(record.lastNode == "A")
    }
  }
}

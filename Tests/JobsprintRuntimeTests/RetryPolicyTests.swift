import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRuntime

/// A workflow's retry policy in the flow: pauses are durable waits, attempts survive crashes, the last one leaves a
/// letter.
@Suite(.timeLimit(.minutes(1))) struct RetryPolicyTests {
  private let rig = Rig()
  private let executor: Executor

  init() { executor = rig.executor(.numbered(1)) }

  private func policy(_ members: JSONObject) -> JSONObject { ["retryPolicy": .object(members)] }

  /// A node that fails until its attempt of that number.
  private func failing(until attempt: Int, name: String = "NodeOperationError") -> (String, String, JSONObject) {
    ("Act", "test.failing", ["parameters": ["until": .integer(Int64(attempt)), "name": .string(name)]])
  }

  /// Waits for the pause of that number, and then until it is over.
  private func pass(_ pause: Int, of id: ExecutionID) async throws {
    let until = try await rig.suspended(id, times: pause)
    rig.clock.now = max(rig.clock.now, until)
    #expect(try await rig.recoverer.pass() == 1)
  }

  @Test func theThirdAttemptSucceeds() async throws {
    try await rig.run([executor]) {
      let workflow = try await rig.store(
        [failing(until: 3), ("Next", "n8n-nodes-base.noOp", [:])], settings: policy(["attempts": 3]))
      let id = try await rig.accept(workflow, by: executor)
      for pause in 1...2 { try await pass(pause, of: id) }
      #expect(try await rig.ended(id).state == .success)
      let journal = try await rig.executions.journal(of: id, in: .initial)
      #expect(journal.filter { $0.kind == .suspended }.map(\.attempt) == [2, 3])
      #expect(journal.filter { $0.kind == .started }.map(\.attempt) == [1, 2, 3])
      #expect(journal.filter { $0.kind == .finished }.map(\.node) == ["Start", "Act", "Next"])
      #expect(try await rig.deadLetters.letter(of: id, in: .initial) == nil)
      #expect(Set(rig.failures.keys).count == 1, "the same idempotency key in every attempt")
    }
  }

  @Test func afterTheLastAttemptThereIsADeadLetter() async throws {
    try await rig.run([executor]) {
      let workflow = try await rig.store([failing(until: 99)], settings: policy(["attempts": 2]))
      let id = try await rig.accept(workflow, by: executor)
      let events = rig.bus.events(of: id)
      try await pass(1, of: id)
      let record = try await rig.ended(id)
      #expect(record.state == .error)
      let letter = try #require(try await rig.deadLetters.letter(of: id, in: .initial))
      #expect(letter.reason == .attemptsExhausted && letter.status == .open)
      #expect(letter.workflow == workflow && letter.version == record.version && letter.error == record.error)
      #expect(letter.lastNode == "Act" && letter.diedAt == record.finishedAt)
      for await event in events where event.state == .error {
        #expect(event.deadLetter == .attemptsExhausted)
        break
      }
    }
  }

  @Test func onlyErrorsThatThePolicyNamesAreTriedAgain() async throws {
    try await rig.run([executor]) {
      let settings = policy(["attempts": 3, "errors": ["TimeoutError"]])
      let other = try await rig.accept(try await rig.store([failing(until: 2)], settings: settings), by: executor)
      #expect(try await rig.ended(other).state == .error)
      #expect(try await rig.deadLetters.letter(of: other, in: .initial)?.reason == .notRetryable)
      let covered = try await rig.accept(
        try await rig.store([failing(until: 2, name: "TimeoutError")], settings: settings, name: "Covered"),
        by: executor)
      try await pass(1, of: covered)
      #expect(try await rig.ended(covered).state == .success)
    }
  }

  @Test func withoutAPolicyAnErrorLeavesNoLetter() async throws {
    try await rig.run([executor]) {
      let id = try await rig.accept(try await rig.store([failing(until: 2)]), by: executor)
      #expect(try await rig.ended(id).state == .error)
      #expect(try await rig.deadLetters.letter(of: id, in: .initial) == nil)
    }
  }

  @Test func aCrashBetweenTwoAttemptsKeepsTheCount() async throws {
    try await rig.run([executor]) {
      let workflow = try await rig.store([failing(until: 99)], settings: policy(["attempts": 3]))
      let id = try await rig.accept(workflow, by: executor)
      for pause in 1...2 {
        let until = try await rig.suspended(id, times: pause)
        rig.clock.now = max(rig.clock.now, until)
        // Somebody takes it up when its pause is over, and is gone at once.
        let claimed = try await rig.claims.claim(
          [id], for: .numbered(90 + pause), at: rig.clock.now, leaseExpiry: rig.clock.now)
        #expect(claimed.count == 1)
        rig.clock.advance(by: .seconds(60))
        #expect(try await rig.recoverer.pass() == 1)
      }
      #expect(try await rig.ended(id).state == .error)
      #expect(rig.failures.attempts == [1, 2, 3])
      #expect(try await rig.deadLetters.letter(of: id, in: .initial)?.reason == .attemptsExhausted)
    }
  }

  @Test func whatCrashesAgainAndAgainLeavesALetter() async throws {
    try await rig.run([executor]) {
      let workflow = try await rig.store([("Never", "n8n-nodes-base.noOp", [:])])
      let id = try await rig.accept(workflow, by: nil)
      for number in 2...21 {
        _ = try await rig.claims.claim([id], for: .numbered(number), at: rig.clock.now, leaseExpiry: rig.clock.now)
      }
      rig.clock.advance(by: .seconds(60))
      _ = try await rig.recoverer.pass()
      #expect(try await rig.ended(id).state == .crashed)
      #expect(try await rig.deadLetters.letter(of: id, in: .initial)?.reason == .crashedRepeatedly)
    }
  }

  @Test func whatCantBeRunAtAllLeavesALetter() async throws {
    try await rig.run([executor]) {
      let workflow = try await rig.store([("Act", "n8n-nodes-base.noOp", [:])])
      let version = try #require(try await rig.workflows.workflow(workflow, in: .initial)).version
      let entry = JournalEntry.entry(at: 0, node: "Nobody")
      let id = ExecutionID.numbered(50)
      _ = try await rig.writer.write(
        .accept(.numbered(50, workflow: workflow, version: version, input: "{}", entries: [entry])))
      rig.clock.advance(by: .seconds(120))
      _ = try await rig.recoverer.pass()
      #expect(try await rig.ended(id).state == .crashed)
      #expect(try await rig.deadLetters.letter(of: id, in: .initial)?.reason == .cannotRun)
    }
  }

  @Test func anEffectThatMayHaveHappenedIsNotTriedAgainWhereItsNodeSaysStop() async throws {
    try await rig.run([executor]) {
      let stop: JSONObject = ["whenUncertain": "stop", "retryOnFail": true]
      let workflow = try await rig.store([("Act", "test.failing", stop)], settings: policy(["attempts": 3]))
      let version = try #require(try await rig.workflows.workflow(workflow, in: .initial)).version
      // Its process was gone while the node acted.
      let entries = [
        JournalEntry.entry(at: 0, node: "Start", payload: #"{"startTime":1,"data":{"main":[[{"json":{}}]]}}"#),
        .entry(.started, at: 1, node: "Act"),
      ]
      _ = try await rig.writer.write(
        .accept(.numbered(50, workflow: workflow, version: version, input: "{}", entries: entries)))
      rig.clock.advance(by: .seconds(120))
      _ = try await rig.recoverer.pass()
      let record = try await rig.ended(.numbered(50))
      #expect(try NodeError(JSONValue(parsing: #require(record.error))).name == "UncertainEffectError")
      #expect(rig.failures.keys.isEmpty)
      #expect(try await rig.deadLetters.letter(of: .numbered(50), in: .initial)?.reason == .notRetryable)
    }
  }
}

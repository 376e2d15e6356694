import JobsprintDomain
import JobsprintEngine
import Testing

/// What a workflow's retry policy makes of a node that has failed for good.
@Suite struct RetryPolicyTests {
  private static let failure = NodeError("no", name: "E")

  private func flow(
    _ policy: RetryPolicy?, node: Node = Node(name: "A", type: "t"), traits: NodeTraits = NodeTraits(),
    _ behaviour: @escaping Flow.Behaviour
  ) -> Flow {
    var flow = Flow()
    flow.retryPolicy = policy
    flow.add("Start")
    flow.add(node, traits: traits, behaviour)
    flow.add("Next")
    flow.chain("Start", "A", "Next")
    return flow
  }

  private static func fails(until attempt: Int, with error: NodeError = failure) -> Flow.Behaviour {
    { $0.attempt < attempt ? .failed(error) : .outputs([items(1)], state: nil) }
  }

  @Test func aFailedNodeIsRunAgainAfterItsPause() {
    let policy = RetryPolicy(attempts: 3, firstPause: .seconds(1), factor: 2)
    let trace = flow(policy, Self.fails(until: 3)).play()
    #expect(trace.tasks == ["Start/0/1", "A/0/1", "A/0/2", "A/0/3", "Next/0/1"])
    #expect(trace.pauses.map { $0.until.milliseconds } == [1001, 2001])
    #expect(trace.pauses.map(\.failures) == [1, 2])
    #expect(trace.pauses.map(\.error) == [Self.failure, Self.failure])
    #expect(trace.order == ["Start", "A", "Next"])
    #expect(trace.state == .success && trace.deadLetter == nil)
  }

  @Test(arguments: [1, 2, 5])
  func afterTheLastAttemptTheFailureIsRecordedAndTheExecutionDies(attempts: Int) {
    let trace = flow(RetryPolicy(attempts: attempts), Self.fails(until: 99)).play()
    #expect(trace.tasks == ["Start/0/1"] + (1...attempts).map { "A/0/\($0)" })
    #expect(trace.order == ["Start", "A"])
    #expect(trace.state == .error && trace.error == Self.failure && trace.lastNode == "A")
    #expect(trace.deadLetter == .attemptsExhausted)
  }

  @Test func withoutAPolicyAnErrorIsNoDeadLetter() {
    let trace = flow(nil, Self.fails(until: 2)).play()
    #expect(trace.state == .error && trace.deadLetter == nil && trace.pauses.isEmpty)
  }

  @Test func onlyErrorsThatThePolicyCoversAreTriedAgain() {
    let policy = RetryPolicy(attempts: 3, errors: ["Other"])
    let trace = flow(policy, Self.fails(until: 2)).play()
    #expect(trace.tasks.count == 2)
    #expect(trace.state == .error && trace.deadLetter == .notRetryable)
    #expect(flow(policy, Self.fails(until: 2, with: NodeError("no", name: "Other"))).play().state == .success)
  }

  @Test func whatMustNotBeTriedAgainIsNot() {
    let node = Node(name: "A", type: "t", retry: NodeRetry())
    let trace = flow(RetryPolicy(), node: node) { _ in .stopped(Self.failure) }.play()
    #expect(trace.tasks == ["Start/0/1", "A/0/1"])
    #expect(trace.state == .error && trace.error == Self.failure && trace.deadLetter == .notRetryable)
  }

  @Test(arguments: [OnError.continueRegularOutput, .continueErrorOutput])
  func aFailureThatStopsNothingNeedsNoPolicy(onError: OnError) {
    let trace = flow(RetryPolicy(), node: Node(name: "A", type: "t", onError: onError), Self.fails(until: 99)).play()
    #expect(trace.tasks == ["Start/0/1", "A/0/1", "Next/0/1"])
    #expect(trace.state == .success)
  }

  @Test func eachAttemptHasAllTriesOfTheNode() {
    let node = Node(name: "A", type: "t", retry: NodeRetry(maxTries: 2, waitBetweenTriesMilliseconds: 10))
    let trace = flow(RetryPolicy(attempts: 2), node: node, Self.fails(until: 99)).play()
    #expect(trace.tasks == ["Start/0/1"] + (1...4).map { "A/0/\($0)" })
    #expect(trace.waits.count == 2)
    #expect(trace.pauses.map(\.firstTry) == [3])
    #expect(trace.deadLetter == .attemptsExhausted)
  }

  @Test func everyNodeHasItsAttemptsAnew() {
    var flow = Flow()
    flow.retryPolicy = RetryPolicy(attempts: 2)
    flow.add("A", Self.fails(until: 2))
    flow.add("B", Self.fails(until: 2))
    flow.chain("A", "B")
    #expect(flow.play().tasks == ["A/0/1", "A/0/2", "B/0/1", "B/0/2"])
  }

  @Test func aNodeThatWaitedFailsAndIsTriedAgainBehindItsWait() {
    let trace = flow(RetryPolicy(attempts: 2)) { task in
      if !task.isResumed { return .wait(until: Timestamp(milliseconds: 9)) }
      return task.attempt < 2 ? .failed(Self.failure) : .outputs([items(1)], state: nil)
    }.play()
    #expect(trace.tasks == ["Start/0/1", "A/0/1", "A/0/1~", "A/0/2~", "Next/0/1"])
    #expect(trace.state == .success)
  }

  // MARK: After a crash

  private func entry(_ kind: JournalEntry.Kind, attempt: Int, _ suspension: Suspension? = nil) -> JournalEntry {
    JournalEntry(
      position: 1, kind: kind, node: "A", run: 0, attempt: attempt, term: 1, recordedAt: Timestamp(milliseconds: 0),
      payload: suspension?.bytes ?? [])
  }

  /// Journals as stores give them: what was started first, whenever it was.
  private static let pause2 = Suspension(
    until: Timestamp(milliseconds: 2), failures: 1, firstTry: 2, error: failure)
  private static let pause3 = Suspension(
    until: Timestamp(milliseconds: 3), failures: 2, firstTry: 3, error: failure)

  /// What was journaled at position 1; the task then as `attempt~`, and whether its effect is in flight.
  @Test(
    arguments: [
      ([1], [], "1", true), ([1], [2], "2", false), ([1, 2], [2], "2", true), ([1, 2], [2, 3], "3", false),
      ([1, 2, 3], [2, 3], "3", true), ([], [2, 3], "3", false),
    ] as [([Int], [Int], String, Bool)])
  func theJournalTellsTheAttemptAndWhetherItWasBegun(
    started: [Int], pauses: [Int], attempt: String, isUncertain: Bool
  ) throws {
    let flow = flow(RetryPolicy(attempts: 3), traits: NodeTraits(hasOutsideEffect: true), Self.fails(until: 99))
    let whole = flow.play()
    var machine = flow.machine
    try machine.replay(try #require(whole.entries.first))
    for number in started { try machine.replay(entry(.started, attempt: number)) }
    for number in pauses {
      try machine.replay(entry(.suspended, attempt: number, number == 2 ? Self.pause2 : Self.pause3))
    }
    #expect(machine.isUncertain == isUncertain)
    if case .wait(let until) = machine.next() {
      #expect(!isUncertain && until.milliseconds == Int64(pauses.last ?? 0))
      machine.resume()
    }
    guard case .run(let task) = machine.next() else { throw Missing() }
    #expect("\(task.attempt)" == attempt && !task.isResumed)
    // The attempts that are left are those that would have been left.
    let rest = flow.play(&machine)
    #expect(rest.tasks.last == "A/0/3" && rest.deadLetter == .attemptsExhausted)
  }

  private struct Missing: Error {}
}

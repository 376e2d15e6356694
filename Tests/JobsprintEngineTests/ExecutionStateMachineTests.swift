import JobsprintDomain
import JobsprintEngine
import Testing

/// The table of states, and what a journal may and may not say.
@Suite struct ExecutionStateMachineTests {
  private static let until = Timestamp(milliseconds: 5000)

  /// Start, a node that waits once, and one behind it.
  private var waiting: Flow {
    var flow = Flow()
    flow.add("Start")
    flow.add("Wait") { $0.isResumed ? .outputs([$0.inputs[0]], state: nil) : .wait(until: Self.until) }
    flow.add("Next")
    flow.chain("Start", "Wait", "Next")
    return flow
  }

  private func task(_ machine: inout ExecutionStateMachine) throws -> NodeTask {
    guard case .run(let task) = machine.next() else { throw Missing() }
    return task
  }

  private struct Missing: Error {}

  private func end(_ machine: inout ExecutionStateMachine) -> ExecutionState? {
    if case .finish(let state, _) = machine.next() { state } else { nil }
  }

  private func finish(_ machine: inout ExecutionStateMachine, _ outcome: NodeOutcome) throws {
    let task = try task(&machine)
    _ = machine.complete(task, with: outcome, startedAt: Self.until, duration: .zero)
  }

  private func entry(
    _ kind: JournalEntry.Kind, at position: Int, _ node: String, run: Int = 0, attempt: Int = 1, payload: String = ""
  ) -> JournalEntry {
    JournalEntry(
      position: position, kind: kind, node: node, run: run, attempt: attempt, term: 1, recordedAt: Self.until,
      payload: Array(payload.utf8))
  }

  private static let record = #"{"startTime":1,"executionTime":0,"data":{"main":[[{"json":{}}]]}}"#

  // MARK: States

  @Test func askingAgainGivesTheSameTask() throws {
    var machine = waiting.machine
    let (first, second) = (try task(&machine), try task(&machine))
    #expect(first.position == second.position && first.node == second.node && first.attempt == second.attempt)
    #expect(machine.lastNode == nil)
  }

  @Test func positionsCountRunsAndRunsAreCountedForEachNode() throws {
    var flow = Flow()
    flow.add("A")
    flow.connect("A", "A")
    var machine = flow.machine
    for number in 0..<3 {
      let task = try task(&machine)
      #expect(task.position == number && task.run == number)
      try finish(&machine, .outputs([items(1)], state: nil))
    }
    try finish(&machine, .outputs([[]], state: nil))
    #expect(end(&machine) == .success)
    #expect(machine.history.runs(of: "A").count == 4)
  }

  @Test func aWaitLastsUntilItIsOver() throws {
    var machine = waiting.machine
    try finish(&machine, .outputs([items(1)], state: nil))
    let task = try task(&machine)
    guard
      case .suspended(let suspension, _) = machine.complete(
        task, with: .wait(until: Self.until), startedAt: Self.until, duration: .zero)
    else { throw Missing() }
    #expect(suspension.until == Self.until)
    for _ in 0..<2 {
      guard case .wait(let until) = machine.next() else { throw Missing() }
      #expect(until == Self.until)
    }
    machine.resume()
    let resumed = try self.task(&machine)
    #expect(resumed.isResumed && resumed.position == task.position && resumed.run == 0)
    #expect(waiting.play().tasks == ["Start/0/1", "Wait/0/1", "Wait/0/1~", "Next/0/1"])
  }

  @Test func resumingWhatDoesNotWaitChangesNothing() throws {
    var machine = waiting.machine
    machine.resume()
    #expect(try !task(&machine).isResumed)
  }

  @Test func noEdgeLeadsOutOfTheEnd() throws {
    for outcome in [NodeOutcome.ended, .failed(NodeError("no"))] {
      var flow = Flow()
      flow.add("A")
      var machine = flow.machine
      try finish(&machine, outcome)
      let state = end(&machine)
      #expect(state?.isTerminal == true)
      machine.resume()
      machine.countUncertainAttempt()
      #expect(throws: ReplayError.self) {
        try machine.replay(entry(.finished, at: 1, "A", run: 1, payload: Self.record))
      }
      #expect(end(&machine) == state)
    }
  }

  @Test func withoutItemsNothingRuns() {
    var flow = Flow()
    flow.input = []
    flow.add("Start")
    let trace = flow.play()
    #expect(trace.runs.isEmpty && trace.state == .success && trace.lastNode == nil)
  }

  // MARK: Replay

  @Test func aStartedEntryTellsTheAttempt() throws {
    var machine = waiting.machine
    try machine.replay(entry(.started, at: 0, "Start", attempt: 2))
    #expect(try task(&machine).attempt == 2)
    machine.countUncertainAttempt()
    #expect(try task(&machine).attempt == 3)
  }

  @Test func aSuspendedEntryBringsTheWaitBack() throws {
    var machine = waiting.machine
    try machine.replay(entry(.finished, at: 0, "Start", payload: Self.record))
    try machine.replay(entry(.suspended, at: 1, "Wait", payload: "5000"))
    guard case .wait(let until) = machine.next() else { throw Missing() }
    #expect(until == Self.until)
    machine.resume()
    #expect(try task(&machine).isResumed)
  }

  @Test func aSuspendedEntryTellsTheAttemptToo() throws {
    // Tried once in vain, then told to wait: after a crash the tries that are left must be the same.
    var machine = waiting.machine
    try machine.replay(entry(.finished, at: 0, "Start", payload: Self.record))
    try machine.replay(entry(.suspended, at: 1, "Wait", attempt: 2, payload: "5000"))
    machine.resume()
    #expect(try task(&machine).attempt == 2)
  }

  @Test func whatFollowsAWaitInTheJournalCameAfterIt() throws {
    var machine = waiting.machine
    try machine.replay(entry(.finished, at: 0, "Start", payload: Self.record))
    try machine.replay(entry(.suspended, at: 1, "Wait", payload: "5000"))
    try machine.replay(entry(.finished, at: 1, "Wait", payload: Self.record))
    #expect(try task(&machine).node.name == "Next")
    #expect(machine.lastNode == "Wait")
  }

  @Test func aRecordedFailureIsTheEnd() throws {
    var machine = waiting.machine
    try machine.replay(
      entry(.finished, at: 0, "Start", payload: #"{"startTime":1,"error":{"name":"E","message":"no"}}"#))
    guard case .finish(let state, let error) = machine.next() else { throw Missing() }
    #expect(state == .error && error == NodeError("no", name: "E"))
  }

  @Test func aJournalOfAnotherWorkflowIsRefused() throws {
    let wrong = [
      entry(.finished, at: 0, "Other", payload: Self.record), entry(.finished, at: 1, "Start", payload: Self.record),
      entry(.finished, at: 0, "Start", run: 1, payload: Self.record), entry(.started, at: 0, "Next"),
      entry(.suspended, at: 3, "Start", payload: "1"),
    ]
    for entry in wrong {
      var machine = waiting.machine
      let error = #expect(throws: ReplayError.self) { try machine.replay(entry) }
      #expect(error?.position == entry.position)
      #expect(error?.message.contains("'\(entry.node)'") == true)
    }
  }

  @Test func unreadableRecordsAreRefusedWithTheirPosition() throws {
    for (kind, payload) in [(JournalEntry.Kind.finished, "{"), (.finished, ""), (.suspended, "soon"), (.suspended, "")]
    {
      var machine = waiting.machine
      let error = #expect(throws: ReplayError.self) {
        try machine.replay(entry(kind, at: 0, "Start", payload: payload))
      }
      #expect(error?.position == 0)
      #expect(error?.message.contains("unreadable") == true)
      // Nothing was taken: the task is still due.
      #expect(try task(&machine).node.name == "Start")
    }
  }
}

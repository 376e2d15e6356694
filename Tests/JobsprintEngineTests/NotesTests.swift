import JobsprintDomain
import JobsprintEngine
import Testing

/// What runs leave to their execution, over attempts and replays.
@Suite struct NotesTests {
  private static let start = Timestamp(milliseconds: 0)

  private func graph(retry: NodeRetry? = nil, policy: RetryPolicy? = nil, onError: OnError = .stopWorkflow)
    -> WorkflowGraph
  {
    let nodes = [
      Node(name: "A", type: "t", onError: onError, retry: retry), Node(name: "B", type: "t"),
    ]
    var connections = Connections()
    connections.connect("A", to: Connection(node: "B"))
    let workflow = Workflow(
      name: "W", nodes: nodes, connections: connections, settings: WorkflowSettings(retryPolicy: policy))
    return WorkflowGraph(workflow) { _ in NodeTraits() }
  }

  private func notes(_ text: String) -> RunNotes { RunNotes(customData: CustomData(["a": .string(text)])) }

  private func task(_ machine: inout ExecutionStateMachine) throws -> NodeTask {
    guard case .run(let task) = machine.next() else { throw Unexpected() }
    return task
  }

  private struct Unexpected: Error {}

  @Test func aFailedTryLeavesThemToTheNextAndToTheRecord() throws {
    var machine = ExecutionStateMachine(
      graph(retry: NodeRetry(maxTries: 2, waitBetweenTriesMilliseconds: 1)), start: 0, items: [Item(json: [:])])
    guard
      case .retry = machine.complete(
        try task(&machine), with: .failed(NodeError("no")), startedAt: Self.start, duration: .zero, notes: notes("1"))
    else { throw Unexpected() }
    #expect(machine.notes.customData.texts == ["a": "1"])
    guard
      case .recorded(let run) = machine.complete(
        try task(&machine), with: .outputs([[Item(json: [:])]], state: nil), startedAt: Self.start, duration: .zero)
    else { throw Unexpected() }
    #expect(run.notes == notes("1"))
    guard
      case .recorded(let next) = machine.complete(
        try task(&machine), with: .ended, startedAt: Self.start, duration: .zero)
    else { throw Unexpected() }
    #expect(next.node == "B" && next.notes.isEmpty)
  }

  @Test func aPauseKeepsThemOverACrash() throws {
    let graph = graph(policy: RetryPolicy(attempts: 3))
    var machine = ExecutionStateMachine(graph, start: 0, items: [Item(json: [:])])
    guard
      case .suspended(let suspension, let attempt) = machine.complete(
        try task(&machine), with: .failed(NodeError("no")), startedAt: Self.start, duration: .zero, notes: notes("1"))
    else { throw Unexpected() }
    #expect(suspension.notes == notes("1"))
    var next = ExecutionStateMachine(graph, start: 0, items: [Item(json: [:])])
    try next.replay(
      JournalEntry(
        position: 0, kind: .suspended, node: "A", run: 0, attempt: attempt, term: 1, recordedAt: Self.start,
        payload: suspension.bytes))
    #expect(next.notes == machine.notes && next.notes.customData.texts == ["a": "1"])
    next.resume()
    guard
      case .recorded(let run) = next.complete(
        try task(&next), with: .outputs([[Item(json: [:])]], state: nil), startedAt: Self.start, duration: .zero)
    else { throw Unexpected() }
    #expect(run.notes == notes("1"))
  }

  @Test func aRecordGivesThemBack() throws {
    let graph = graph(onError: .continueRegularOutput)
    var machine = ExecutionStateMachine(graph, start: 0, items: [Item(json: [:])])
    guard
      case .recorded(let run) = machine.complete(
        try task(&machine), with: .failed(NodeError("no")), startedAt: Self.start, duration: .zero, notes: notes("2"))
    else { throw Unexpected() }
    var next = ExecutionStateMachine(graph, start: 0, items: [Item(json: [:])])
    try next.replay(
      JournalEntry(
        position: 0, kind: .finished, node: "A", run: 0, attempt: 1, term: 1, recordedAt: Self.start,
        payload: run.jsonBytes))
    #expect(next.notes == machine.notes && next.notes.customData.texts == ["a": "2"])
  }
}

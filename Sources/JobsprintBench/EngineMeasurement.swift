import JobsprintDomain
import JobsprintEngine

/// The engine alone, on one core: what scheduling, pairing and keeping history cost for each run of a node.
enum EngineMeasurement {
  private static let executions = 60_000
  private static let rounds = 3

  static func figures() throws -> [Figure] {
    let workflow = try Workflow(document: E3.document)
    let graph = WorkflowGraph(workflow) { node in
      NodeTraits(isTrigger: node.name == "Start", outputCount: node.name == "If" ? 2 : 1)
    }
    let items = [Item(json: try JSONValue(parsing: E3.body(number: 1)).objectValue ?? [:])]
    let clock = ContinuousClock()
    var best = 0.0
    for _ in 0..<rounds {
      var runs = 0
      let begin = clock.now
      for _ in 0..<executions { runs += run(graph, items) }
      best = max(best, Double(runs) / ((clock.now - begin) / .seconds(1)))
    }
    return [Figure("node runs", best, "/s", against: "one core; aim: 100,000 or more")]
  }

  /// One execution whose nodes pass on what they get; how many runs it took.
  private static func run(_ graph: WorkflowGraph, _ items: [Item]) -> Int {
    var machine = ExecutionStateMachine(graph, start: 0, items: items)
    var runs = 0
    while case .run(let task) = machine.next() {
      _ = machine.complete(
        task, with: .outputs([task.inputs.first ?? []], state: nil), startedAt: Timestamp(milliseconds: 0),
        duration: .zero)
      runs += 1
    }
    return runs
  }
}

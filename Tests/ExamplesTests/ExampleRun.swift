import JobsprintDomain
import JobsprintEngine
import JobsprintNodes
import JobsprintPorts
import JobsprintScript
import JobsprintTesting

@testable import JobsprintRuntime

/// How an example went: in memory, with the nodes that everybody has, on a clock that jumps over its waits.
struct ExampleRun {
  static let library = NodeLibrary(BuiltInNodes.all())

  /// More node runs than any example has: a loop that never ends is a failure, not a hang.
  private static let mostRuns = 1000

  let state: ExecutionState
  let error: NodeError?
  /// Names of the nodes in the order in which they ran.
  let order: [String]
  /// The json of the last node's items, output by output.
  let output: JSONValue

  static func of(_ example: Example) async throws -> ExampleRun {
    let workflow = try Workflow(document: try example.document())
    let plan = ExecutionPlan(workflow, document: [], library: library)
    let clock = TestClock(advancesByItself: true)
    let runner = NodeRunner(evaluator: NativeExpressionEvaluator(), code: nil, clock: clock)
    let ids = IdentifierSource(clock: clock)
    let command = ExecuteCommand(workspace: .initial, workflow: ids.next(), body: try example.inputBytes())
    let facts = ExecutionFacts(
      id: ids.next(), mode: command.mode, workflowID: command.workflow, workflowIsActive: false)
    // The way of a request's body: refused or taken as the API does.
    var machine = try plan.machine(for: ExecutionInput(stored: ExecutionInput.bytes(for: command)))
    var order: [String] = []
    while order.count < mostRuns {
      switch machine.next() {
      case .finish(let state, let error):
        let outputs = order.last.flatMap { machine.history.run(of: $0) }?.outputs ?? []
        let items = outputs.joined().map { JSONValue.object($0.json) }
        return ExampleRun(state: state, error: error, order: order, output: .array(items))
      case .wait(let until):
        try await clock.sleep(until: until)
        machine.resume()
      case .run(let task):
        let startedAt = clock.now
        let type = plan.graph.place(of: task.node.name).flatMap { plan.types[$0] }
        let notes = NodeNotes(machine.notes)
        let outcome = await runner.run(
          task, type: type, workflow: workflow, facts: facts, history: machine.history, deadline: nil, notes: notes)
        let completion = machine.complete(
          task, with: outcome, startedAt: startedAt, duration: clock.now - startedAt, notes: notes.left)
        switch completion {
        case .recorded(let run): order.append(run.node)
        case .retry(let wait): try await clock.sleep(for: wait)
        case .suspended: break
        }
      }
    }
    throw ExampleProblem.neverEnds(example.name)
  }
}

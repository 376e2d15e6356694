import Foundation
import JobsprintDomain
import JobsprintEngine
import JobsprintNodes
import JobsprintPorts
import JobsprintScript
import JobsprintTesting

@testable import JobsprintRuntime

/// Runs a workflow from its start to its end in memory, waits included, the way an executor does.
struct WorkflowHarness {
  struct Outcome {
    var order: [String] = []
    var history = RunHistory()
    var state: ExecutionState
    var error: NodeError?
  }

  let library: NodeLibrary
  /// Shared by all: a sandbox serves one run after the other.
  static let javaScript = SandboxEvaluator(
    SandboxOptions(executable: ServerProcess.builtProgram("jobsprint-sandbox").path))

  private let evaluator: any ExpressionEvaluator

  init(extra: [any NodeType] = [], evaluator: any ExpressionEvaluator = Self.javaScript) {
    self.evaluator = evaluator
    library = NodeLibrary(BuiltInNodes.all(includingTestNodes: TestNodeOptions(ledgerPath: nil)) + extra)
  }

  /// What n8n's harness fills into credentials.
  private static let secrets: [String: JSONObject] = [
    "jwtAuth": ["keyType": "passphrase", "secret": "baz", "algorithm": "HS256"],
    "totpApi": ["secret": "BVDRSBXQB2ZEL5HE", "label": "GitHub:john-doe"],
  ]

  func run(
    _ document: JSONObject, order: String? = nil, mode: ExecutionMode = .manual, destination: String? = nil,
    usesPinData: Bool = false
  ) async throws -> Outcome {
    var document = document
    if let order {
      var settings = document["settings"]?.objectValue ?? [:]
      settings["executionOrder"] = .string(order)
      document["settings"] = .object(settings)
    }
    let workflow = try Workflow(document: document)
    let plan = ExecutionPlan(workflow, document: [], library: library)
    let clock = TestClock(advancesByItself: true)
    let runner = NodeRunner(evaluator: evaluator, code: Self.javaScript, clock: clock)
    let ids = IdentifierSource(clock: clock)
    let facts = ExecutionFacts(id: ids.next(), mode: mode, workflowID: ids.next(), workflowIsActive: false)
    var machine = try plan.machine(
      for: ExecutionInput(destinationNode: destination, usesPinData: usesPinData, items: []))
    var outcome = Outcome(state: .running)
    // No file of the data has as many node runs; a loop that never ends is a failure, not a hang.
    for _ in 0..<20_000 {
      switch machine.next() {
      case .finish(let state, let error):
        outcome.state = state
        outcome.error = error
        outcome.history = machine.history
        return outcome
      case .wait(let until):
        try await clock.sleep(until: until)
        machine.resume()
      case .run(let task):
        let startedAt = clock.now
        let type = plan.graph.place(of: task.node.name).flatMap { plan.types[$0] }
        let slots = (type?.staticData(of: task.node) ?? []).map(\.name)
        let untaken = slots.filter { !machine.notes.staticData.contains($0) }
        let notes = NodeNotes(machine.notes, taking: JSONObject(untaken.map { ($0, [:]) }))
        let result = await runner.run(
          task, type: type, workflow: workflow, facts: facts, history: machine.history,
          deadline: nil, secrets: Self.secrets, notes: notes)
        let completion = machine.complete(
          task, with: result, startedAt: startedAt, duration: clock.now - startedAt, notes: notes.left)
        switch completion {
        case .recorded(let run): outcome.order.append(run.node)
        case .retry(let wait): try await clock.sleep(for: wait)
        case .suspended: break
        }
      }
    }
    outcome.history = machine.history
    return outcome
  }
}

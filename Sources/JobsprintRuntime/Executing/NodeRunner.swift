import JobsprintDomain
import JobsprintEngine
import JobsprintPorts

/// Runs one node once. It decides nothing: whatever happens becomes a ``NodeOutcome``.
struct NodeRunner: Sendable {
  let evaluator: any ExpressionEvaluator
  let clock: any WallClock

  func run(
    _ task: NodeTask, type: (any NodeType)?, workflow: Workflow, facts: ExecutionFacts, history: RunHistory
  ) async -> NodeOutcome {
    if let outputs = task.outputs { return .outputs(outputs, state: nil) }
    guard let type else {
      return .failed(NodeError("No node type '\(task.node.type)' is installed", name: "UnknownNodeTypeError"))
    }
    let scope = ExpressionScope(
      workflow: workflow, execution: facts, node: task.node, runIndex: task.run, inputs: task.inputs,
      mainInput: task.mainInput, sources: task.sources, history: history, now: clock.now)
    do throws(NodeError) {
      let context = NodeContext(
        scope: scope, resolver: try await evaluator.resolver(for: scope), clock: clock, attempt: task.attempt,
        isResumed: task.isResumed)
      switch try await type.run(context) {
      case .outputs(let outputs, let state): return .outputs(outputs, state: state)
      case .ended: return .ended
      case .wait(let until): return .wait(until: until)
      }
    } catch {
      return .failed(error)
    }
  }
}

import JobsprintDomain
import JobsprintEngine
import JobsprintPorts

/// Runs one node once. It decides nothing: whatever happens becomes a ``NodeOutcome``.
struct NodeRunner: Sendable {
  let evaluator: any ExpressionEvaluator
  let clock: any WallClock

  /// - Parameter deadline: when it comes, the node's task is cancelled.
  func run(
    _ task: NodeTask, type: (any NodeType)?, workflow: Workflow, facts: ExecutionFacts, history: RunHistory,
    deadline: Timestamp?
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
      switch try await result(of: type, in: context, until: deadline) {
      case .outputs(let outputs, let state):
        // Its record could not be read back after a crash.
        if outputs.contains(where: { $0.contains { $0.json.isDeeper(than: JSONValue.depthLimit) } }) {
          return .failed(
            NodeError(
              "'\(task.node.name)' put out data of more than \(JSONValue.depthLimit) levels",
              description: "Put less into one another: a loop may add a level in each round."))
        }
        return .outputs(outputs, state: state)
      case .ended: return .ended
      case .wait(let until): return .wait(until: until)
      }
    } catch {
      return .failed(error)
    }
  }

  private func result(
    of type: any NodeType, in context: NodeContext, until deadline: Timestamp?
  ) async throws(NodeError) -> NodeResult {
    guard let deadline else { return try await type.run(context) }
    let result = await withTaskGroup(of: Result<NodeResult, NodeError>?.self) { group in
      group.addTask {
        do throws(NodeError) { return .success(try await type.run(context)) } catch { return .failure(error) }
      }
      group.addTask {
        try? await clock.sleep(until: deadline)
        return nil
      }
      var first: Result<NodeResult, NodeError>?
      // The alarm says nothing of its own: whichever ends first ends the other.
      for await ended in group {
        group.cancelAll()
        first = first ?? ended
      }
      return first
    }
    guard let result else { throw NodeError("The node '\(context.node.name)' was cancelled") }
    return try result.get()
  }
}

import JobsprintDomain
import JobsprintEngine
import JobsprintPorts

/// Runs one node once. It decides nothing: whatever happens becomes a ``NodeOutcome``.
struct NodeRunner: Sendable {
  let evaluator: any ExpressionEvaluator
  let code: (any CodeRunner)?
  let clock: any WallClock

  /// - Parameters:
  ///   - deadline: when it comes, the node's task is cancelled.
  ///   - secrets: of the node's credentials, by their types.
  ///   - console: takes what the node's code writes.
  ///   - notes: has what earlier runs left, and takes what this one leaves.
  func run(
    _ task: NodeTask, type: (any NodeType)?, workflow: Workflow, facts: ExecutionFacts, history: RunHistory,
    deadline: Timestamp?, secrets: [String: JSONObject] = [:], console: NodeConsole = NodeConsole(),
    notes: NodeNotes = NodeNotes()
  ) async -> NodeOutcome {
    if let outputs = task.outputs { return .outputs(outputs, state: nil) }
    guard let type else {
      return .failed(NodeError("No node type '\(task.node.type)' is installed", name: "UnknownNodeTypeError"))
    }
    let scope = ExpressionScope(
      workflow: workflow, execution: facts, node: task.node, runIndex: task.run, inputs: task.inputs,
      mainInput: task.mainInput, sources: task.sources, history: history, now: clock.now, notes: notes)
    do throws(NodeError) {
      let outcome = try await limited(by: deadline, task.node) { () async throws(NodeError) in
        try await result(of: type, task, scope, secrets, console)
      }
      switch outcome {
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

  /// Runs the node; once more where its data turned out to need JavaScript: until then it has done nothing that could
  /// be seen outside.
  private func result(
    of type: any NodeType, _ task: NodeTask, _ scope: ExpressionScope, _ secrets: [String: JSONObject],
    _ console: NodeConsole
  ) async throws(NodeError) -> NodeResult {
    var forced: Set<ExactString>? = task.traits.hasOutsideEffect ? nil : []
    while true {
      scope.notes.begin()
      let resolver = try await evaluator.resolver(for: scope, inJavaScript: forced)
      let context = NodeContext(
        scope: scope, resolver: resolver, clock: clock, code: code, console: console, secrets: secrets,
        attempt: task.attempt, isResumed: task.isResumed)
      let outcome: Result<NodeResult, NodeError>
      do throws(NodeError) { outcome = .success(try await type.run(context)) } catch {
        outcome = .failure(error)
      }
      guard let known = forced else { return try outcome.get() }
      let needed = resolver.neededJavaScript
      guard !needed.isSubset(of: known) else { return try outcome.get() }
      forced = known.union(needed)
    }
  }

  /// Evaluating its expressions is part of the node's work.
  private func limited(
    by deadline: Timestamp?, _ node: Node, _ work: @escaping @Sendable () async throws(NodeError) -> NodeResult
  ) async throws(NodeError) -> NodeResult {
    guard let deadline else { return try await work() }
    let result = await withTaskGroup(of: Result<NodeResult, NodeError>?.self) { group in
      group.addTask {
        do throws(NodeError) { return .success(try await work()) } catch { return .failure(error) }
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
    guard let result else { throw NodeError("The node '\(node.name)' was cancelled") }
    return try result.get()
  }
}

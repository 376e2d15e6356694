// A version of a workflow made ready to execute, once for all its executions.

import JobsprintDomain
import JobsprintEngine
import JobsprintPorts

final class ExecutionPlan: Sendable {
  let workflow: Workflow
  /// As it was given.
  let document: [UInt8]
  let graph: WorkflowGraph
  /// By place in the graph; nil where the node is switched off or nobody knows its type.
  let types: [(any NodeType)?]
  /// By place in the graph: the workflow's static data that the node looks at or changes.
  let staticData: [[StaticDataSlot]]
  /// Its executions need the workspace's variables.
  let readsVariables: Bool
  /// What keeps it from running.
  let blockers: [WorkflowIssue]

  init(_ workflow: Workflow, document: [UInt8], library: NodeLibrary) {
    self.workflow = workflow
    self.document = document
    graph = WorkflowGraph(workflow) { node in library[node.type]?.traits(of: node) ?? NodeTraits() }
    types = graph.vertices.map { library[$0.node.type] }
    staticData = zip(types, graph.vertices).map { type, vertex in
      vertex.node.isDisabled ? [] : type?.staticData(of: vertex.node) ?? []
    }
    readsVariables = workflow.mentionsVariables
    blockers = WorkflowValidator(library: library).issues(of: workflow).filter(\.code.blocksExecution)
  }

  /// Triggers in the order in which n8n prefers them where none waits for something outside.
  private static let manualTriggers = [
    "n8n-nodes-base.manualTrigger", "n8n-nodes-base.executeWorkflowTrigger", "n8n-nodes-base.errorTrigger",
    "n8n-nodes-base.evaluationTrigger", "n8n-nodes-base.formTrigger", "n8n-nodes-base.start",
  ]

  /// The node to begin with: the named one; else the first enabled trigger; else the only node.
  func start(named name: String?) throws(RuntimeError) -> Int {
    if let name { return try place(of: name, parameter: "startNode") }
    let triggers = graph.vertices.indices.filter {
      graph.vertices[$0].traits.isTrigger && !graph.vertices[$0].node.isDisabled
    }
    if let place = triggers.first(where: { !Self.manualTriggers.contains(graph.vertices[$0].node.type) }) {
      return place
    }
    for type in Self.manualTriggers {
      if let place = triggers.first(where: { graph.vertices[$0].node.type == type }) { return place }
    }
    if graph.vertices.count == 1 { return 0 }
    throw RuntimeError(notRunnable: blockers)
  }

  func place(of name: String, parameter: String) throws(RuntimeError) -> Int {
    guard let place = graph.place(of: name) else {
      throw RuntimeError(.nodeNotFound, "The workflow has no node '\(name)' (\(parameter)).")
    }
    return place
  }

  /// The machine at its beginning. Throws what makes this input impossible for this workflow.
  func machine(for input: ExecutionInput) throws(RuntimeError) -> ExecutionStateMachine {
    let start = try start(named: input.startNode)
    let needsTrigger = input.startNode == nil && graph.vertices.count > 1
    let blockers = needsTrigger ? blockers : blockers.filter { $0.code != .noTrigger }
    guard blockers.isEmpty else { throw RuntimeError(notRunnable: blockers) }
    var destination: Int?
    if let name = input.destinationNode { destination = try place(of: name, parameter: "destinationNode") }
    return ExecutionStateMachine(
      graph, start: start, items: input.items.isEmpty ? [Item(json: [:])] : input.items,
      pinned: input.usesPinData ? workflow.pinData : [:], destination: destination)
  }
}

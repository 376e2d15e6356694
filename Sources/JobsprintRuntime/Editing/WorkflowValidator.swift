public import JobsprintDomain
public import JobsprintPorts

/// Finds what is doubtful in a workflow. A document with issues can be stored; one that can't run is not activated
/// or executed.
public struct WorkflowValidator: Sendable {
  private let library: NodeLibrary

  public init(library: NodeLibrary) { self.library = library }

  /// Every issue, in the document's order. Nodes that are switched off need no type.
  public func issues(of workflow: Workflow) -> [WorkflowIssue] {
    var issues: [WorkflowIssue] = []
    var names: Set<ExactString> = []
    var hasTrigger = false
    for (place, node) in workflow.nodes.enumerated() {
      if !names.insert(ExactString(node.name)).inserted {
        issues.append(
          WorkflowIssue(
            code: .duplicateNodeName, pointer: "/nodes/\(place)/name",
            message: "two nodes are named '\(node.name)'; the last one counts, rename one of them"))
      }
      if node.isDisabled { continue }
      guard let type = library[node.type] else {
        issues.append(
          WorkflowIssue(
            code: .unknownNodeType, pointer: "/nodes/\(place)/type",
            message: "no node type '\(node.type)' is installed (node '\(node.name)'); remove or disable the node"))
        continue
      }
      if !type.description.versions.contains(node.typeVersion) {
        let known = type.description.versions.map(\.javaScriptText).joined(separator: ", ")
        let nearest = type.description.version(for: node.typeVersion).javaScriptText
        issues.append(
          WorkflowIssue(
            code: .unsupportedTypeVersion, pointer: "/nodes/\(place)/typeVersion",
            message: "'\(node.type)' has no version \(node.typeVersion.javaScriptText), it has \(known); "
              + "it runs as version \(nearest)"))
      }
      hasTrigger = hasTrigger || type.description.isTrigger
    }
    issues += danglingConnections(of: workflow, names: names)
    if !hasTrigger {
      issues.append(
        WorkflowIssue(
          code: .noTrigger, pointer: "/nodes",
          message: "nothing starts this workflow; add a trigger node, or execute it with startNode"))
    }
    return issues
  }

  private func danglingConnections(of workflow: Workflow, names: Set<ExactString>) -> [WorkflowIssue] {
    var issues: [WorkflowIssue] = []
    for (source, outputs) in workflow.connections.main.sorted(by: { $0.key < $1.key }) {
      let pointer = "/connections/\(source.text.asPointerToken)"
      if !names.contains(source) {
        issues.append(
          WorkflowIssue(
            code: .danglingConnection, pointer: pointer, message: "it starts at a node '\(source)' that does not exist")
        )
      }
      for (output, targets) in outputs.enumerated() {
        for (place, target) in targets.enumerated() where !names.contains(ExactString(target.node)) {
          issues.append(
            WorkflowIssue(
              code: .danglingConnection, pointer: "\(pointer)/main/\(output)/\(place)",
              message: "it leads to a node '\(target.node)' that does not exist"))
        }
      }
    }
    return issues
  }
}

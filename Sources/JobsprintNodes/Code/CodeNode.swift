public import JobsprintDomain
public import JobsprintPorts

/// JavaScript of the workflow's author, run in a sandbox.
public struct CodeNode: NodeType {
  public let description = NodeDescription(
    type: "n8n-nodes-base.code", displayName: "Code", summary: "Runs JavaScript over all items, or over each of them.",
    versions: [1, 2],
    parameters: [
      NodeParameter(
        "mode", .choice, "Whether the code runs once, or once for each item.", default: "runOnceForAllItems",
        choices: ["runOnceForAllItems", "runOnceForEachItem"]),
      NodeParameter(
        "language", .choice, "Python is not supported.", default: "javaScript", choices: ["javaScript", "python"]),
      NodeParameter("jsCode", .text, "The code; it returns items."),
    ])

  public init() {}

  public func staticData(of node: Node) -> [StaticDataSlot] { node.staticData(mentionedIn: "jsCode") }

  public func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    guard context.rawParameter("language") ?? "javaScript" == "javaScript" else {
      throw NodeError(
        "Python is not supported: the code of '\(context.node.name)' can't be run",
        description: "Write it in JavaScript, and set 'language' to javaScript.")
    }
    let mode = context.rawParameter("mode")?.stringValue ?? "runOnceForAllItems"
    let code = context.rawParameter("jsCode")?.stringValue ?? ""
    return .outputs([try await context.code(code, as: mode == "runOnceForEachItem" ? .each : .all)])
  }
}

/// n8n's Function node, from before the Code node.
public struct FunctionNode: NodeType {
  public let description = NodeDescription(
    type: "n8n-nodes-base.function", displayName: "Function", summary: "Runs JavaScript over all items.", versions: [1],
    parameters: [NodeParameter("functionCode", .text, "The code; it returns items.")])

  public init() {}

  public func staticData(of node: Node) -> [StaticDataSlot] { node.staticData(mentionedIn: "functionCode") }

  public func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    .outputs([try await context.code(context.rawParameter("functionCode")?.stringValue ?? "", as: .function)])
  }
}

/// n8n's Function Item node, from before the Code node.
public struct FunctionItemNode: NodeType {
  public let description = NodeDescription(
    type: "n8n-nodes-base.functionItem", displayName: "Function Item", summary: "Runs JavaScript over each item.",
    versions: [1], parameters: [NodeParameter("functionCode", .text, "The code; it returns the item.")])

  public init() {}

  public func staticData(of node: Node) -> [StaticDataSlot] { node.staticData(mentionedIn: "functionCode") }

  public func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    .outputs([try await context.code(context.rawParameter("functionCode")?.stringValue ?? "", as: .functionItem)])
  }
}

extension Node {
  /// Both slots, where the code in a parameter may ask for one.
  fileprivate func staticData(mentionedIn parameter: String) -> [StaticDataSlot] {
    let code = parameters[parameter]?.stringValue ?? ""
    return code.contains("getWorkflowStaticData") ? [.global, .node(name)] : []
  }
}

extension NodeContext {
  /// The items that a user's JavaScript makes of this node's.
  func code(_ source: String, as kind: NodeCode.Kind) async throws(NodeError) -> [Item] {
    guard let code else {
      throw NodeError(
        "The code of '\(node.name)' can't be run: there is no JavaScript here",
        description: "jobsprint-sandbox must stand beside the program; 'make run' builds both.")
    }
    return try await code.run(
      NodeCode(kind: kind, source: source, continuesOnFail: continuesOnFail), in: scope, console: console)
  }
}

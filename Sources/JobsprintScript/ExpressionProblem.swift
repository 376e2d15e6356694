// What can go wrong with an expression in the user's eyes. The kinds carry n8n's `type` names in their context, so that
// clients that know n8n's errors recognise them.

import JobsprintDomain

/// A problem without its place; the resolver adds node, parameter and expression.
struct ExpressionProblem: Error {
  let message: String
  let description: String
  /// n8n's `context.type`.
  let type: String
  /// The node that is to blame, where it is not the current one.
  var cause: String?
  var isAboutPairing = false

  static func unknownNode(_ name: String) -> ExpressionProblem {
    ExpressionProblem(
      message: "Referenced node doesn't exist",
      description: "The node '\(name)' doesn't exist, but it's used in an expression here. Check its spelling.",
      type: "node_not_found", cause: name)
  }

  /// A node that no finished run is known of.
  static func notExecuted(_ name: String) -> ExpressionProblem {
    ExpressionProblem(
      message: "Node '\(name)' hasn't been executed",
      description:
        "An expression references this node, but it has not run before this one. Re-wire the nodes, or check "
        + "first: {{ $(\"\(name)\").isExecuted ? … : \"\" }}",
      type: "no_node_execution_data", cause: name)
  }

  /// The current node has no item at all.
  static func noInput(of name: String) -> ExpressionProblem {
    ExpressionProblem(
      message: "Node '\(name)' hasn't been executed",
      description: "An expression needs an input item, but this node was given none.",
      type: "no_execution_data", cause: name)
  }

  static func noPath(to name: String) -> ExpressionProblem {
    ExpressionProblem(
      message: "No path back to node '\(name)'",
      description:
        "The expression uses data in the node '\(name)' but there is no path back to it. Please check this node "
        + "is connected to it (there can be other nodes in between).",
      type: "paired_item_no_connection", cause: name, isAboutPairing: true)
  }

  /// The nodes are connected, but this item came another way.
  static func otherWay(than name: String) -> ExpressionProblem {
    ExpressionProblem(
      message: "Can't determine which item of node '\(name)' to use",
      description: "The current item was not made from an item of '\(name)' in this execution: it came through another "
        + "branch. Use .first(), .last() or .all()[index] instead of .item, or reference another node.",
      type: "paired_item_intermediate_nodes", cause: name, isAboutPairing: true)
  }

  static func pairingMissing(at node: String, item: Int) -> ExpressionProblem {
    ExpressionProblem(
      message: "Paired item data for item from node '\(node)' is unavailable",
      description: "Item \(item) of '\(node)' does not say which input item it was made from. Make sure '\(node)' sets "
        + "pairedItem (pinned data often has none: unpin it), or use .first(), .last() or .all()[index] instead of .item.",
      type: "paired_item_no_info", cause: node, isAboutPairing: true)
  }

  static func pairingInvalid(at node: String, item: Int) -> ExpressionProblem {
    ExpressionProblem(
      message: "Paired item data for item from node '\(node)' is invalid",
      description: "Item \(item) of '\(node)' says that it was made from an input item that doesn't exist. Correct the "
        + "pairedItem that '\(node)' sets, or use .first(), .last() or .all()[index] instead of .item.",
      type: "paired_item_invalid_info", cause: node, isAboutPairing: true)
  }

  static func severalMatches(in name: String) -> ExpressionProblem {
    ExpressionProblem(
      message: "Multiple matching items of node '\(name)'",
      description:
        "The code here won't work because it uses .item and the matching item can't be determined (there are "
        + "multiple possible matches). Use .first(), .last() or .all()[index] instead, or reference another node.",
      type: "paired_item_multiple_matches", cause: name, isAboutPairing: true)
  }

  static func noSuchRun(_ run: Int, of name: String) -> ExpressionProblem {
    ExpressionProblem(
      message: "Run \(run) of node \"\(name)\" not found",
      description: "Runs are counted from 0; leave the number away for the last run.", type: "run_not_found",
      cause: name)
  }

  static func noSuchBranch(_ branch: Int, of name: String) -> ExpressionProblem {
    ExpressionProblem(
      message: "Node \"\(name)\" has no branch with index \(branch).",
      description: "Branches are counted from 0; leave the number away for the branch that leads here.",
      type: "branch_not_found", cause: name)
  }

  static func noSuchItem(_ item: Int, of name: String) -> ExpressionProblem {
    ExpressionProblem(
      message: "No data found for item-index: \"\(item)\"",
      description:
        "$node[\"\(name)\"] takes the item with the number of the current one, and '\(name)' gave fewer. Use "
        + "$('\(name)').item, .first() or .last().",
      type: "item_not_found", cause: name)
  }

  static let endlessParameters = ExpressionProblem(
    message: "The parameters refer to each other without end, or too often",
    description: "An expression reads a parameter whose expression reads it again. Write the value in one place.",
    type: "circular_reference")

  static func invalidSyntax(_ reason: String) -> ExpressionProblem {
    ExpressionProblem(
      message: reason.hasPrefix("Cannot access") ? reason : "invalid syntax: \(reason)",
      description: "Correct the expression.", type: "invalid_syntax")
  }
}

extension NodeError {
  /// The error that the user reads, with its place.
  init(_ problem: ExpressionProblem, node: String, parameter: String, expression: String, item: Int, run: Int) {
    var context: JSONObject = [
      "nodeName": .string(node), "parameter": .string(parameter), "expression": .string(expression.clipped),
      "runIndex": .integer(Int64(run)), "type": .string(problem.type),
    ]
    if let cause = problem.cause { context["nodeCause"] = .string(cause) }
    if problem.isAboutPairing { context["functionality"] = "pairedItem" }
    self.init(
      problem.message, name: "ExpressionError",
      description: "\(problem.description) (In the parameter '\(parameter)' of the node '\(node)'.)", item: item,
      context: context)
  }

  /// The error for what only a JavaScript engine can evaluate.
  init(needsJavaScript reason: String, node: String, parameter: String, expression: String, item: Int) {
    self.init(
      "The expression in the parameter '\(parameter)' of the node '\(node)' needs JavaScript, because \(reason)",
      name: "ExpressionError",
      description:
        "JavaScript is not available here: \(expression.clipped) can't be evaluated. Use paths, operators and "
        + "conditions only.", item: item,
      context: [
        "nodeName": .string(node), "parameter": .string(parameter), "expression": .string(expression.clipped),
        "type": "javascript_needed",
      ])
  }
}

extension String {
  /// Short enough for a message.
  fileprivate var clipped: String { utf8.count <= 500 ? self : String(unicodeScalars.prefix(500)) + "…" }
}

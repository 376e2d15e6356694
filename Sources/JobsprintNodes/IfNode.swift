import JobsprintDomain
import JobsprintPorts

/// Sends each item to its first output when the conditions hold, to the second when they do not.
struct IfNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.if", displayName: "If", summary: "Routes items by conditions.",
    versions: [1, 2, 2.1, 2.2, 2.3], outputs: ["true", "false"])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    let holds: (NodeContext, Int) throws(NodeError) -> Bool
    if context.typeVersion < 2 {
      holds = { (context, item) throws(NodeError) in try LegacyConditions.hold(context, item: item) }
    } else {
      let isLoose = try context.bool("looseTypeValidation", default: context.bool("options.looseTypeValidation"))
      let conditions = FilterConditions(
        context, "conditions", looseTypeValidation: isLoose, ignoreCase: try context.bool("options.ignoreCase"))
      holds = { (context, item) throws(NodeError) in try conditions.matches(context, item: item) }
    }
    var outputs: [[Item]] = [[], []]
    for (place, item) in context.items.enumerated() {
      do throws(NodeError) {
        outputs[try holds(context, place) ? 0 : 1].append(item)
      } catch {
        guard context.continuesOnFail else { throw error }
        outputs[1].append(item.reporting(error))
      }
    }
    return .outputs(outputs)
  }
}

/// `conditions: {boolean, dateTime, number, string}` of `if` 1, combined by `combineOperation`.
private enum LegacyConditions {
  private static let kinds: [(name: String, operation: String, value: JSONValue)] = [
    ("boolean", "equal", false), ("dateTime", "after", ""), ("number", "smaller", 0), ("string", "equal", ""),
  ]

  static func hold(_ context: NodeContext, item: Int) throws(NodeError) -> Bool {
    let isAny = try context.string("combineOperation", item: item, default: "all") == "any"
    for kind in kinds {
      let conditions = context.rawParameter("conditions.\(kind.name)")?.arrayValue ?? []
      for (place, condition) in conditions.enumerated() {
        func value(_ key: String) throws(NodeError) -> JSONValue? {
          try context.resolve(
            condition[key] ?? kind.value, path: "conditions.\(kind.name).\(place).\(key)", item: item)
        }
        let comparison = LegacyComparison(
          kind: kind.name, operation: condition["operation"]?.stringValue ?? kind.operation)
        if try comparison.holds(value("value1"), value("value2")) == isAny { return isAny }
      }
    }
    return !isAny
  }
}

extension Item {
  /// The item with a note of what went wrong with it, for a node that goes on.
  func reporting(_ error: NodeError) -> Item {
    Item(json: ["error": .string(error.message)], pairedItem: pairedItem)
  }
}

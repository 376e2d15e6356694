import JobsprintDomain
import JobsprintPorts

/// Sends each item to its first output when the conditions hold, to the second when they do not.
struct IfNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.if", displayName: "If", summary: "Routes items by conditions.",
    versions: [1, 2, 2.1, 2.2, 2.3], outputs: ["true", "false"],
    parameters: FilterConditions.parameters("conditions", from: 2)
      + LegacyConditions.parameters(combining: "combineOperation", choices: ["all", "any"]))

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    let holds: (NodeContext, Int) throws(NodeError) -> Bool
    if context.typeVersion < 2 {
      let conditions = LegacyConditions(context)
      holds = { (context, item) throws(NodeError) in
        let isAny = try context.string("combineOperation", item: item, default: "all") == "any"
        return try conditions.hold(context, item: item, any: isAny)
      }
    } else {
      let conditions = try FilterConditions(ofNode: context)
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

extension Item {
  /// The item with a note of what went wrong with it, for a node that goes on.
  func reporting(_ error: NodeError) -> Item {
    Item(json: ["error": .string(error.message)], pairedItem: pairedItem)
  }
}

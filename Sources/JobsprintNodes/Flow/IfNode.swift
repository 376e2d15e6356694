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
    if context.typeVersion < 2 {
      let conditions = LegacyConditions(context)
      return try divided(context) { (_, place) throws(NodeError) in
        let isAny = try context.string("combineOperation", item: place, default: "all") == "any"
        return try conditions.hold(context, item: place, any: isAny)
      }
    }
    var conditions = try FilterConditions(ofNode: context)
    return try divided(context) { (items, place) throws(NodeError) in
      try conditions.matches(items, at: place, context)
    }
  }

  private func divided(
    _ context: NodeContext, _ holds: ([Item], Int) throws(NodeError) -> Bool
  ) throws(NodeError) -> NodeResult {
    // The places first: each output is then made once, in its size.
    let items = context.items
    var (met, others): ([Int], [Int]) = ([], [])
    met.reserveCapacity(items.count)
    others.reserveCapacity(items.count)
    var reports: [Int: Item] = [:]
    for place in items.indices {
      do throws(NodeError) {
        if try holds(items, place) { met.append(place) } else { others.append(place) }
      } catch {
        guard context.continuesOnFail else { throw error }
        reports[place] = items[place].reporting(error)
        others.append(place)
      }
    }
    let notMet = reports.isEmpty ? items.picked(at: others) : others.map { reports[$0] ?? items[$0] }
    return .outputs([items.picked(at: met), notMet])
  }
}

extension Item {
  /// The item with a note of what went wrong with it, for a node that goes on.
  func reporting(_ error: NodeError) -> Item {
    Item(json: ["error": .string(error.message)], pairedItem: pairedItem)
  }
}

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
    // The answers first: each output is then made once, in its size.
    let items = context.items
    var isMet = [Bool](repeating: false, count: items.count)
    var reports: [Int: Item] = [:]
    var count = 0
    for place in items.indices {
      do throws(NodeError) {
        guard try holds(items, place) else { continue }
        isMet[place] = true
        count += 1
      } catch {
        guard context.continuesOnFail else { throw error }
        reports[place] = items[place].reporting(error)
      }
    }
    var (met, others): ([Item], [Item]) = ([], [])
    met.reserveCapacity(count)
    others.reserveCapacity(items.count - count)
    for place in items.indices {
      if isMet[place] { met.append(items[place]) } else { others.append(items[place]) }
    }
    guard !reports.isEmpty else { return .outputs([met, others]) }
    return .outputs([met, zip(isMet.indices.filter { !isMet[$0] }, others).map { reports[$0] ?? $1 }])
  }
}

extension Item {
  /// The item with a note of what went wrong with it, for a node that goes on.
  func reporting(_ error: NodeError) -> Item {
    Item(json: ["error": .string(error.message)], pairedItem: pairedItem)
  }
}

import JobsprintDomain
import JobsprintPorts

/// Keeps the items that meet conditions, and drops the others.
struct FilterNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.filter", displayName: "Filter", summary: "Keeps the items that meet conditions.",
    versions: [1, 2, 2.1, 2.2, 2.3],
    parameters: FilterConditions.parameters("conditions", from: 2)
      + LegacyConditions.parameters(combining: "combineConditions", choices: ["AND", "OR"]))

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    if context.typeVersion < 2 {
      let conditions = LegacyConditions(context)
      let isAny = try context.string("combineConditions", default: "AND") == "OR"
      return try kept(context) { (_, place) throws(NodeError) in try conditions.hold(context, item: place, any: isAny) }
    }
    var conditions = try FilterConditions(ofNode: context)
    return try kept(context) { (items, place) throws(NodeError) in
      try conditions.matches(items, at: place, context)
    }
  }

  private func kept(
    _ context: NodeContext, _ holds: ([Item], Int) throws(NodeError) -> Bool
  ) throws(NodeError) -> NodeResult {
    // The places first: the output is then made once, in its size.
    let items = context.items
    var places: [Int] = []
    places.reserveCapacity(items.count)
    var reports: [Int: Item] = [:]
    for place in items.indices {
      do throws(NodeError) {
        if try holds(items, place) { places.append(place) }
      } catch {
        guard context.continuesOnFail else { throw error }
        reports[place] = items[place].reporting(error)
        places.append(place)
      }
    }
    if reports.isEmpty { return .outputs([places.count == items.count ? items : items.picked(at: places)]) }
    return .outputs([places.map { reports[$0] ?? items[$0] }])
  }
}

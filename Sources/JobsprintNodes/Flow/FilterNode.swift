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
    let holds: (NodeContext, Int) throws(NodeError) -> Bool
    if context.typeVersion < 2 {
      let conditions = LegacyConditions(context)
      let isAny = try context.string("combineConditions", default: "AND") == "OR"
      holds = { (context, item) throws(NodeError) in try conditions.hold(context, item: item, any: isAny) }
    } else {
      let conditions = try FilterConditions(ofNode: context)
      holds = { (context, item) throws(NodeError) in try conditions.matches(context, item: item) }
    }
    var kept: [Item] = []
    for (place, item) in context.items.enumerated() {
      do throws(NodeError) {
        if try holds(context, place) { kept.append(item) }
      } catch {
        guard context.continuesOnFail else { throw error }
        kept.append(item.reporting(error))
      }
    }
    return .outputs([kept])
  }
}

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
    var conditions: any ItemTest =
      context.typeVersion < 2
      ? LegacyConditions(context, combining: "combineConditions", any: "OR") : try FilterConditions(ofNode: context)
    return .outputs([try conditions.divide(context, failuresMeet: true, keepsOthers: false).met])
  }
}

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
    var conditions: any ItemTest =
      context.typeVersion < 2
      ? LegacyConditions(context, combining: "combineOperation", any: "any") : try FilterConditions(ofNode: context)
    let divided = try conditions.divide(context, failuresMeet: false, keepsOthers: true)
    return .outputs([divided.met, divided.others])
  }
}

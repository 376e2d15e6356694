import JobsprintDomain
import JobsprintPorts

/// Notes values about the execution in the node's state, and hands its items on. A later item's value of the same name
/// replaces an earlier one's.
struct ExecutionDataNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.executionData", displayName: "Execution Data",
    summary: "Notes values about the execution in its journal, and hands its items on.", versions: [1, 1.1],
    parameters: [
      NodeParameter("operation", .choice, "What to do.", default: "save", choices: ["save"]),
      NodeParameter("dataToSave.values", .list, "Values {key, value} to note, taken from each item."),
    ])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    var noted = context.state["customData"]?.objectValue ?? [:]
    let isConstant = !(context.rawParameter("dataToSave")?.hasExpression ?? false)
    var output: [Item] = []
    output.reserveCapacity(context.items.count)
    for (place, item) in context.items.enumerated() {
      do throws(NodeError) {
        if place == 0 || !isConstant { try note(&noted, context, place) }
        output.append(item)
      } catch {
        guard context.continuesOnFail else { throw error }
        output.append(item.reporting(error))
      }
    }
    return .outputs([output], state: noted.isEmpty ? nil : ["customData": .object(noted)])
  }

  private func note(_ noted: inout JSONObject, _ context: NodeContext, _ item: Int) throws(NodeError) {
    for entry in try context.list("dataToSave.values", item: item) {
      guard let key = entry["key"]?.asText, !key.isEmpty else { continue }
      noted[key] = .string(entry["value"]?.asText ?? "")
    }
  }
}

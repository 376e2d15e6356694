import JobsprintDomain
import JobsprintPorts

/// Notes texts in the custom data of the execution, and hands its items on. A later item's text of the same name
/// replaces an earlier one's.
struct ExecutionDataNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.executionData", displayName: "Execution Data",
    summary: "Notes texts in the execution's custom data, and hands its items on.", versions: [1, 1.1],
    parameters: [
      NodeParameter("operation", .choice, "What to do.", default: "save", choices: ["save"]),
      NodeParameter(
        "dataToSave.values", .list,
        "Values {key, value} to note, taken from each item: at most 10 keys of up to 50 letters, digits and underscores; "
          + "a text is cut behind 255 characters."),
    ])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    var noted = context.scope.notes.customData
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
    context.scope.notes.leave(noted)
    return .outputs([output])
  }

  private func note(_ noted: inout CustomData, _ context: NodeContext, _ item: Int) throws(NodeError) {
    for entry in try context.list("dataToSave.values", item: item) {
      guard let key = entry["key"]?.asText, !key.isEmpty else { continue }
      guard CustomData.isKey(key) else {
        throw NodeError(
          "'\(key)' can't be a key of custom data",
          description: "Use at most \(CustomData.longestKey) letters (A-Z), digits and underscores.", item: item)
      }
      noted.set(entry["value"]?.asText ?? "", for: key)
    }
  }
}

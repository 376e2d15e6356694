import JobsprintDomain
import JobsprintPorts

/// Keeps the first or the last items.
struct LimitNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.limit", displayName: "Limit", summary: "Keeps the first or the last items.", versions: [1],
    parameters: [
      NodeParameter("maxItems", .number, "How many items to keep.", default: 1),
      NodeParameter(
        "keep", .choice, "Which end of the list to keep.", default: "firstItems", choices: ["firstItems", "lastItems"]),
    ])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult { .outputs([try Self.items(context)]) }

  static func items(_ context: NodeContext) throws(NodeError) -> [Item] {
    let most = try context.number("maxItems", default: 1)
    guard most >= 0 else {
      throw NodeError(
        "The number of items to keep must be 0 or more, not \(most.javaScriptText)",
        description: "Change 'Max Items'.", context: ["parameter": "maxItems"])
    }
    let items = context.items
    let count = Int(min(most, Double(items.count)))
    if count == items.count { return items }
    let isLast = try context.string("keep", default: "firstItems") == "lastItems"
    return items.part(isLast ? items.count - count..<items.count : 0..<count)
  }
}

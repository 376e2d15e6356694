import JobsprintDomain
import JobsprintPorts

/// The older node that did what `splitOut`, `aggregate`, `limit`, `removeDuplicates`, `sort` and `summarize` do now.
struct ItemListsNode: NodeType {
  private static let operations = [
    "splitOutItems", "concatenateItems", "aggregateItems", "limit", "removeDuplicates", "sort", "summarize",
  ]

  let description = NodeDescription(
    type: "n8n-nodes-base.itemLists", displayName: "Item Lists",
    summary: "Splits, aggregates, limits, sorts and sums up items, or removes duplicates.",
    versions: [1, 2, 2.1, 2.2, 3, 3.1],
    parameters: [
      NodeParameter(
        "operation", .choice,
        "What to do; the other parameters are those of the nodes Split Out, Aggregate (`concatenateItems`, before version"
          + " 3 `aggregateItems`), Limit, Remove Duplicates, Sort and Summarize.",
        default: "splitOutItems", choices: operations),
      NodeParameter(
        "fieldsToInclude", .json, "Before version 3 {fields: [{fieldName}]}, then names separated by commas."),
      NodeParameter(
        "fieldsToExclude", .json, "Before version 3 {fields: [{fieldName}]}, then names separated by commas."),
      NodeParameter(
        "fieldsToCompare", .json, "Before version 3 {fields: [{fieldName}]}, then names separated by commas."),
    ])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    // Before version 2.1 a field that no item has is an error.
    let isStrict = context.typeVersion < 2.1
    switch try context.string("operation", default: "splitOutItems") {
    case "splitOutItems": return .outputs([try SplitOutNode.items(context, needsList: isStrict)])
    case "concatenateItems", "aggregateItems":
      return .outputs([try AggregateNode.items(context, needsFields: isStrict)])
    case "limit": return .outputs([try LimitNode.items(context)])
    case "removeDuplicates": return .outputs([try RemoveDuplicatesNode.items(context)])
    case "sort": return .outputs([try await SortNode.items(context)])
    case "summarize":
      return .outputs([try SummarizeNode.items(context, needsFields: isStrict, valuesAsText: true)])
    case let operation: throw context.unknownChoice("operation", operation, Self.operations)
    }
  }
}

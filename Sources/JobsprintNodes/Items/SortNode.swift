import JobsprintDomain
import JobsprintPorts

/// Brings items into an order: by fields, or at random.
struct SortNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.sort", displayName: "Sort", summary: "Changes the order of items.", versions: [1],
    parameters: [
      NodeParameter(
        "type", .choice, "How to sort: by fields, at random, or by JavaScript.", default: "simple",
        choices: ["simple", "random", "code"]),
      NodeParameter(
        "sortFieldsUi.sortField", .list,
        "Fields {fieldName, order: ascending | descending} to sort by, the most important first; text without case."),
      NodeParameter(
        "code", .text,
        "With `code`: JavaScript that compares the items `a` and `b` and returns a number, as for `sort`."),
      NodeParameter(
        "options.disableDotNotation", .boolean, "Take `a.b` as the name of a field, not as a path.", default: false),
    ])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    .outputs([try await Self.items(context)])
  }

  static func items(_ context: NodeContext) async throws(NodeError) -> [Item] {
    switch try context.string("type", default: "simple") {
    case "simple": return try order(context).sorted(context.items)
    case "random": return context.items.shuffled()
    case "code":
      let comparison = context.rawParameter("code")?.stringValue ?? ""
      let source = "return $input.all().sort((a, b) => {\n\(comparison)\n})"
      return try await context.code(source, as: .all)
    case let type: throw context.unknownChoice("type", type, ["simple", "random", "code"])
    }
  }

  private static func order(_ context: NodeContext) throws(NodeError) -> ItemOrder {
    let usesDots = try context.usesDots()
    var fields: [ItemOrder.Field] = []
    for field in try context.list("sortFieldsUi.sortField") {
      guard let name = field["fieldName"]?.asText, !name.isEmpty else { continue }
      let path = FieldPath(name, usesDots: usesDots)
      try path.requirePresence(in: context.items)
      fields.append(ItemOrder.Field(path: path, isDescending: field["order"] == "descending"))
    }
    guard !fields.isEmpty else {
      throw NodeError(
        "No sorting specified. Please add a field to sort by", context: ["parameter": "sortFieldsUi.sortField"])
    }
    return ItemOrder(fields: fields)
  }
}

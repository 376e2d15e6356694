import JobsprintDomain
import JobsprintPorts

/// Drops items that are equal to an earlier one, in all fields or in some.
///
/// Values are compared with their types: `1` is not `"1"`. A missing field is a value of its own.
struct RemoveDuplicatesNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.removeDuplicates", displayName: "Remove Duplicates",
    summary: "Drops items that are equal to an earlier one.", versions: [1, 1.1, 2],
    parameters: [
      NodeParameter(
        "operation", .choice, "From version 2: where to look for duplicates; only the items that come in can be.",
        default: "removeDuplicateInputItems", choices: ["removeDuplicateInputItems"]),
      NodeParameter(
        "compare", .choice, "Which fields make items equal.", default: "allFields",
        choices: ["allFields", "allFieldsExcept", "selectedFields"]),
      NodeParameter("fieldsToExclude", .text, "With `allFieldsExcept`: fields to leave out, separated by commas."),
      NodeParameter("fieldsToCompare", .text, "With `selectedFields`: fields to compare, separated by commas."),
      NodeParameter(
        "options.removeOtherFields", .boolean, "Keep only the compared fields in the output.", default: false),
      NodeParameter(
        "options.disableDotNotation", .boolean, "Take `a.b` as the name of a field, not as a path.", default: false),
    ])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    let operation =
      context.typeVersion < 2
      ? "removeDuplicateInputItems" : try context.string("operation", default: "removeDuplicateInputItems")
    guard operation == "removeDuplicateInputItems" else {
      throw NodeError(
        "'\(operation)' needs a history of items across executions, which is not kept",
        description: "Use 'Remove Items Repeated Within Current Input'.", context: ["parameter": "operation"])
    }
    return .outputs([try Self.items(context)])
  }

  static func items(_ context: NodeContext) throws(NodeError) -> [Item] {
    let items = context.items
    let removesOthers = try context.bool("options.removeOtherFields")
    let usesDots = try context.usesDots()
    switch try context.string("compare", default: "allFields") {
    case "allFields":
      var seen = Set<JSONObject>(minimumCapacity: items.count)
      return items.filter { seen.insert($0.json).inserted }
    case "allFieldsExcept":
      let excluded = try context.requiredFields(
        "fieldsToExclude", usesDots: usesDots, purpose: "exclude from the comparison")
      var seen = Set<JSONObject>(minimumCapacity: items.count)
      var kept: [Item] = []
      for item in items {
        var compared = item.json
        for field in excluded { field.remove(from: &compared) }
        guard seen.insert(compared).inserted else { continue }
        kept.append(removesOthers ? item.with(compared) : item)
      }
      return kept
    case "selectedFields":
      let selected = try context.requiredFields("fieldsToCompare", usesDots: usesDots, purpose: "compare on")
      for field in selected { try field.requirePresence(in: items) }
      let kept = firsts(of: items, by: selected)
      guard removesOthers else { return kept }
      return kept.map { item in
        var compared = JSONObject()
        for field in selected {
          if let value = field.value(in: item.json) { field.set(value, in: &compared) }
        }
        return item.with(compared)
      }
    case let mode:
      throw context.unknownChoice("compare", mode, of: ["allFields", "allFieldsExcept", "selectedFields"])
    }
  }

  private static func firsts(of items: [Item], by fields: [FieldPath]) -> [Item] {
    if fields.count == 1, let field = fields.first {
      var seen = Set<JSONValue?>(minimumCapacity: items.count)
      var hint = 0
      return items.indices.filter { seen.insert(field.value(in: items, at: $0, near: &hint)).inserted }.map {
        items[$0]
      }
    }
    var seen = Set<[JSONValue?]>(minimumCapacity: items.count)
    return items.filter { item in seen.insert(fields.map { $0.value(in: item.json) }).inserted }
  }
}

extension Item {
  /// The same item with other data.
  fileprivate func with(_ json: JSONObject) -> Item { Item(json: json, binary: binary, pairedItem: pairedItem) }
}

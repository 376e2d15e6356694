import JobsprintDomain
import JobsprintPorts

/// Drops items that are equal to an earlier one, in all fields or in some, or that an earlier execution has seen.
///
/// Values are compared with their types: `1` is not `"1"`. A missing field is a value of its own.
struct RemoveDuplicatesNode: NodeType {
  let description = RemoveDuplicatesNode.described

  private static let described = NodeDescription(
    type: "n8n-nodes-base.removeDuplicates", displayName: "Remove Duplicates",
    summary: "Drops items that are equal to an earlier one.", versions: [1, 1.1, 2],
    parameters: [
      NodeParameter(
        "operation", .choice,
        "From version 2: look for duplicates among the items that come in, or in those of earlier executions; or forget "
          + "these. What was seen is stored when the execution ends, with an error, too, but not when it is stopped; of "
          + "executions that overlap the last one to end counts.",
        default: .string(inputOperation), choices: operations),
      NodeParameter(
        "logic", .choice,
        "With `\(historyOperation)`: keep an item whose value is new, or is a higher number or a later date than any "
          + "before. What is not kept goes to the second output.",
        default: .string(newLogic), choices: logics),
      NodeParameter("dedupeValue", .text, "With `\(newLogic)`: the value that tells items apart."),
      NodeParameter("incrementalDedupeValue", .text, "With `\(higherLogic)`: a number."),
      NodeParameter("dateDedupeValue", .text, "With `\(laterLogic)`: a date."),
      NodeParameter(
        "options.scope", .choice, "Whether the node has a history of its own, or shares that of its workflow.",
        default: "node", choices: ["node", "workflow"]),
      NodeParameter(
        "options.historySize", .number, "With `\(newLogic)`: how many values are kept, at most \(SeenItems.mostKeys).",
        default: .integer(Int64(SeenItems.usualKeys))),
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
      context.typeVersion < 2 ? Self.inputOperation : try context.string("operation", default: Self.inputOperation)
    switch operation {
    case Self.inputOperation: return .outputs([try Self.items(context)])
    case Self.historyOperation: return try Self.unseen(context)
    case Self.clearOperation: return try Self.clear(context)
    default: throw context.unknownChoice("operation", operation, Self.operations)
    }
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
      throw context.unknownChoice("compare", mode, ["allFields", "allFieldsExcept", "selectedFields"])
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

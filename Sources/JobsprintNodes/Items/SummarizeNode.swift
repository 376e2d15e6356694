import JobsprintDomain
import JobsprintPorts

/// Sums up fields of all items, or of groups of items, as a pivot table does.
struct SummarizeNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.summarize", displayName: "Summarize",
    summary: "Counts, sums, joins and compares fields of all items or of groups.", versions: [1, 1.1],
    parameters: [
      NodeParameter(
        "fieldsToSummarize.values", .list,
        "Figures {aggregation, field, includeEmpty, separateBy, customSeparator}; aggregation is one of "
          + Aggregation.Kind.allCases.map(\.rawValue).joined(separator: ", ") + " (default count)."),
      NodeParameter(
        "fieldsToSplitBy", .text, "Fields whose values make the groups, separated by commas; none for one group.",
        default: ""),
      NodeParameter(
        "options.outputFormat", .choice, "An item for each group, or one item with the groups inside each other.",
        default: "separateItems", choices: ["separateItems", "singleItem"]),
      NodeParameter(
        "options.skipEmptySplitFields", .boolean, "Leave out items in which a field to group by is empty.",
        default: false),
      NodeParameter(
        "options.continueIfFieldNotFound", .boolean,
        "Version 1: put out one empty item when no item has a field, instead of an error; version 1.1 counts nothing then.",
        default: false),
      NodeParameter(
        "options.disableDotNotation", .boolean, "Take `a.b` as the name of a field, not as a path.", default: false),
    ])

  /// More levels than anybody groups by; a list of names of this length is a mistake.
  private static let mostLevels = 64

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    let isFirst = context.typeVersion < 1.1
    return .outputs([try Self.items(context, needsFields: isFirst, valuesAsText: isFirst)])
  }

  /// - Parameters:
  ///   - needsFields: a field that no item has is an error, unless the options say otherwise.
  ///   - valuesAsText: the values that make the groups become text.
  static func items(_ context: NodeContext, needsFields: Bool, valuesAsText: Bool) throws(NodeError) -> [Item] {
    let usesDots = try context.usesDots()
    let aggregations = try aggregations(context, usesDots)
    let fields = try context.fieldNames("fieldsToSplitBy").map { FieldPath($0, usesDots: usesDots) }
    guard fields.count <= mostLevels else {
      throw NodeError(
        "There are more than \(mostLevels) fields to split by", description: "Name fewer fields.",
        context: ["parameter": "fieldsToSplitBy"])
    }
    if needsFields {
      let goesOn = try context.bool("options.continueIfFieldNotFound")
      for aggregation in aggregations {
        do throws(NodeError) { try aggregation.field.requirePresence(in: context.items) } catch {
          guard goesOn else { throw error }
          return [Item(json: [:], pairedItem: context.items.pairing)]
        }
      }
    }
    let isSingle = try context.string("options.outputFormat", default: "separateItems") == "singleItem"
    var groups = ItemGroups(
      by: fields, valuesAsText: valuesAsText || isSingle,
      skipsEmpty: try context.bool("options.skipEmptySplitFields"))
    var figures = aggregations.map { (name: $0.outputName, of: $0.figures) }
    for block in context.items.blocks {
      groups.add(block, of: context.items)
      for place in figures.indices {
        figures[place].of.add(block, of: context.items, to: groups.places, groups.count)
      }
    }
    func summarize(_ leaf: ItemGroups.Leaf, into json: inout JSONObject) {
      for (name, figure) in figures { json[name] = figure.figure(of: leaf.group) }
    }
    if isSingle {
      var json = JSONObject()
      for leaf in groups.leaves {
        var summary = JSONObject()
        summarize(leaf, into: &summary)
        put(summary, at: leaf.values[...], in: &json)
      }
      return [Item(json: json, pairedItem: context.items.pairing)]
    }
    let names = fields.map(\.name.asSummaryName)
    return groups.leaves.map { leaf in
      var json = JSONObject()
      for (name, value) in zip(names, leaf.values) { json[name] = value }
      summarize(leaf, into: &json)
      return Item(json: json, pairedItem: context.items.pairing(of: leaf.members))
    }
  }

  private static func put(_ summary: JSONObject, at values: ArraySlice<JSONValue?>, in json: inout JSONObject) {
    guard let first = values.first else {
      json = summary
      return
    }
    let key = first?.asText ?? ""
    var inner = json[key]?.objectValue ?? [:]
    // Only one holder of the inner object, so that it is changed and not copied.
    json[key] = .null
    put(summary, at: values.dropFirst(), in: &inner)
    json[key] = .object(inner)
  }

  private static func aggregations(_ context: NodeContext, _ usesDots: Bool) throws(NodeError) -> [Aggregation] {
    let path = "fieldsToSummarize.values"
    let entries = try context.list(path)
    guard !entries.isEmpty else {
      throw NodeError(
        "You need to add at least one aggregation to 'Fields to Summarize'", context: ["parameter": .string(path)])
    }
    var aggregations: [Aggregation] = []
    for (place, entry) in entries.enumerated() {
      let name = entry["aggregation"]?.asText ?? "count"
      guard let kind = Aggregation.Kind(rawValue: name) else {
        throw context.unknownChoice(
          "\(path).\(place).aggregation", name, Aggregation.Kind.allCases.map(\.rawValue))
      }
      guard let field = entry["field"]?.asText, !field.isEmpty else {
        throw NodeError(
          "The aggregation \(place + 1) in 'Fields to Summarize' has no field",
          description: "Enter the name of a field.", context: ["parameter": .string("\(path).\(place).field")])
      }
      let separator = entry["separateBy"]?.asText ?? ","
      aggregations.append(
        Aggregation(
          kind: kind, field: FieldPath(field, usesDots: usesDots), includesEmpty: entry["includeEmpty"] == true,
          separator: separator == "other" ? entry["customSeparator"]?.asText ?? "" : separator))
    }
    return aggregations
  }
}

import JobsprintDomain
import JobsprintPorts

/// Makes one item of many: a list for each of some fields, or one list of all items.
struct AggregateNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.aggregate", displayName: "Aggregate", summary: "Puts the data of many items into one item.",
    versions: [1],
    parameters: [
      NodeParameter(
        "aggregate", .choice, "Make a list of each named field, or one list of whole items.",
        default: "aggregateIndividualFields", choices: ["aggregateIndividualFields", "aggregateAllItemData"]),
      NodeParameter(
        "fieldsToAggregate.fieldToAggregate", .list,
        "Individual fields: {fieldToAggregate, renameField, outputFieldName}."),
      NodeParameter(
        "destinationFieldName", .text, "All item data: the field that gets the list.", default: "data"),
      NodeParameter(
        "include", .choice, "All item data: which fields of each item go into the list.", default: "allFields",
        choices: ["allFields", "specifiedFields", "allFieldsExcept"]),
      NodeParameter("fieldsToInclude", .text, "With `specifiedFields`: field names, separated by commas."),
      NodeParameter("fieldsToExclude", .text, "With `allFieldsExcept`: field names, separated by commas."),
      NodeParameter("options.mergeLists", .boolean, "Join fields that are lists into one flat list.", default: false),
      NodeParameter(
        "options.keepMissing", .boolean, "Put null into the list where an item lacks the field.", default: false),
      NodeParameter("options.includeBinaries", .boolean, "Gather the files of all items.", default: false),
      NodeParameter(
        "options.keepOnlyUnique", .boolean, "Gather only files that differ in type, extension or size.", default: false
      ),
      NodeParameter(
        "options.disableDotNotation", .boolean, "Take `a.b` as the name of a field, not as a path.", default: false),
    ])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult { .outputs([try Self.items(context)]) }

  /// - Parameter needsFields: a field that no item has is an error rather than an empty list.
  static func items(_ context: NodeContext, needsFields: Bool = false) throws(NodeError) -> [Item] {
    let json: JSONObject
    switch try context.string("aggregate", default: "aggregateIndividualFields") {
    case "aggregateIndividualFields": json = try fields(context, needsFields: needsFields)
    case "aggregateAllItemData":
      let name = try context.string("destinationFieldName", default: "data")
      json = [name.isEmpty ? "data" : name: .array(try wholeItems(context))]
    case let mode:
      throw context.unknownChoice("aggregate", mode, ["aggregateIndividualFields", "aggregateAllItemData"])
    }
    return [Item(json: json, binary: try files(context), pairedItem: context.items.pairing)]
  }

  private static func fields(_ context: NodeContext, needsFields: Bool) throws(NodeError) -> JSONObject {
    let usesDots = try context.usesDots()
    let mergesLists = try context.bool("options.mergeLists")
    let keepsMissing = try context.bool("options.keepMissing")
    var json = JSONObject()
    var names: Set<String> = []
    for field in try context.list("fieldsToAggregate.fieldToAggregate") {
      guard let name = field["fieldToAggregate"]?.asText, !name.isEmpty else { continue }
      let path = FieldPath(name, usesDots: usesDots)
      if needsFields, !keepsMissing { try path.requirePresence(in: context.items) }
      let renamed = field["renameField"] == true ? field["outputFieldName"]?.asText ?? "" : ""
      guard names.insert(renamed.isEmpty ? name : renamed).inserted else {
        throw NodeError(
          "The '\(renamed.isEmpty ? name : renamed)' output field is used more than once",
          description: "Give each output field a name of its own.",
          context: ["parameter": "fieldsToAggregate.fieldToAggregate"])
      }
      var values: [JSONValue] = []
      values.reserveCapacity(context.items.count)
      var hint = 0
      let items = context.items
      for place in items.indices {
        let value = path.value(in: items, at: place, near: &hint)
        append(value, to: &values, keepsMissing: keepsMissing, mergesLists: mergesLists)
      }
      // A nested field gives its last name to the list.
      let last = path.isNested ? name.split(separator: ".").last.map(String.init) ?? name : name
      FieldPath(renamed.isEmpty ? last : renamed, usesDots: usesDots).set(.array(values), in: &json)
    }
    guard !names.isEmpty else {
      throw NodeError(
        "No fields specified", description: "Please add a field to aggregate.",
        context: ["parameter": "fieldsToAggregate.fieldToAggregate"])
    }
    return json
  }

  private static func append(
    _ value: JSONValue?, to values: inout [JSONValue], keepsMissing: Bool, mergesLists: Bool
  ) {
    guard case .array(let elements)? = value else {
      if let value, !value.isNull { values.append(value) } else if keepsMissing { values.append(.null) }
      return
    }
    let present = keepsMissing ? elements : elements.filter { !$0.isNull }
    if mergesLists { values += present } else { values.append(.array(present)) }
  }

  private static func wholeItems(_ context: NodeContext) throws(NodeError) -> [JSONValue] {
    let isKept: (String) -> Bool
    switch try context.string("include", default: "allFields") {
    case "allFields": return context.items.data
    case "specifiedFields":
      let names = Set(try context.requiredFields("fieldsToInclude", usesDots: false, purpose: "include").map(\.name))
      isKept = { names.contains($0) }
    case "allFieldsExcept":
      let names = Set(try context.requiredFields("fieldsToExclude", usesDots: false, purpose: "exclude").map(\.name))
      isKept = { !names.contains($0) }
    case let choice:
      throw context.unknownChoice("include", choice, ["allFields", "specifiedFields", "allFieldsExcept"])
    }
    // Items of which nothing is left are left out, as n8n does.
    return context.items.compactMap { item in
      let kept = JSONObject(item.json.lazy.filter { isKept($0.key) }.map { ($0.key, $0.value) })
      return kept.isEmpty ? nil : .object(kept)
    }
  }

  /// All files under names of their own; the second `data` is `data_1`.
  private static func files(_ context: NodeContext) throws(NodeError) -> JSONObject? {
    guard try context.bool("options.includeBinaries") else { return nil }
    let keepsOnlyUnique = try context.bool("options.keepOnlyUnique")
    var files = JSONObject()
    var kinds: Set<[JSONValue?]> = []
    var taken: [String: Int] = [:]
    for item in context.items {
      for file in item.binary ?? [:] {
        let kind = ["mimeType", "fileType", "fileSize", "fileExtension"].map { file.value[$0] }
        if keepsOnlyUnique, !kinds.insert(kind).inserted { continue }
        var name = file.key
        while files.contains(name) {
          let next = taken[file.key, default: 0] + 1
          taken[file.key] = next
          name = "\(file.key)_\(next)"
        }
        files[name] = file.value
      }
    }
    return files.isEmpty ? nil : files
  }
}

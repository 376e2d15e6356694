import JobsprintDomain
import JobsprintPorts

/// How the lists of an item are taken apart: the resolved parameters of `splitOut`.
struct ListSplit {
  private enum Others {
    case none
    case all
    case selected([FieldPath])
  }

  private static let files = "$binary"

  private let fields: [FieldPath]
  /// One for each field, or none.
  private let destinations: [String]
  private let others: Others
  private let keepsFiles: Bool
  private let needsList: Bool

  init(_ context: NodeContext, item: Int, needsList: Bool) throws(NodeError) {
    self.needsList = needsList
    let usesDots = try context.usesDots(item: item)
    let names = try context.fieldNames("fieldToSplitOut", item: item)
    guard !names.isEmpty else {
      throw NodeError(
        "No field to split out specified", description: "Enter the name of a field that holds a list.", item: item,
        context: ["parameter": "fieldToSplitOut"])
    }
    fields = names.map { name in
      FieldPath(name.hasPrefix("$json.") ? String(name.dropFirst("$json.".count)) : name, usesDots: usesDots)
    }
    destinations = try context.fieldNames("options.destinationFieldName", item: item)
    guard destinations.isEmpty || destinations.count == fields.count else {
      throw NodeError(
        "If multiple fields to split out are given, the same number of destination fields must be given",
        description: "There are \(fields.count) fields to split out and \(destinations.count) destination fields.",
        item: item, context: ["parameter": "options.destinationFieldName"])
    }
    switch try context.string("include", item: item, default: "noOtherFields") {
    case "noOtherFields": others = .none
    case "allOtherFields": others = .all
    case "selectedOtherFields":
      others = .selected(
        try context.requiredFields("fieldsToInclude", usesDots: usesDots, purpose: "include", item: item))
    case let choice:
      throw context.unknownChoice("include", choice, ["noOtherFields", "allOtherFields", "selectedOtherFields"])
    }
    keepsFiles = try context.bool("options.includeBinary", item: item)
  }

  func append(elementsOf item: Item, at place: Int, to output: inout [Item]) throws(NodeError) {
    var lists: [[JSONValue]] = []
    for field in fields { lists.append(try elements(of: item, field, at: place)) }
    let count = lists.reduce(0) { max($0, $1.count) }
    var rest = rest(of: item.json)
    for index in 0..<count {
      var json = rest
      // The last new item takes the rest over instead of copying it.
      if index == count - 1 { rest = [:] }
      json.reserveCapacity(json.count + lists.count)
      var files: JSONObject?
      for (list, values) in lists.enumerated() where index < values.count {
        put(values[index], of: list, into: &json, files: &files)
      }
      output.append(
        Item(json: json, binary: files ?? (keepsFiles ? item.binary : nil), pairedItem: item.pairedItem))
    }
  }

  private func elements(of item: Item, _ field: FieldPath, at place: Int) throws(NodeError) -> [JSONValue] {
    if field.name == Self.files { return (item.binary ?? [:]).map { .object([$0.key: $0.value]) } }
    switch field.value(in: item.json) {
    case .array(let elements)?: return elements
    case .object(let members)?: return Array(members.values)
    case let other:
      if needsList {
        guard let other else {
          var error = field.absence()
          error.item = place
          throw error
        }
        throw NodeError(
          "The provided field '\(field.name)' is not an array but \(other.kindName)",
          description: "Name a field that holds a list or an object.", item: place,
          context: ["parameter": "fieldToSplitOut"])
      }
      return other.map { [$0] } ?? []
    }
  }

  /// What each new item begins with.
  private func rest(of json: JSONObject) -> JSONObject {
    switch others {
    case .none: return [:]
    case .all:
      var rest = json
      for field in fields { field.remove(from: &rest) }
      return rest
    case .selected(let selected):
      var rest = JSONObject()
      for field in selected { if let value = field.value(in: json) { rest[field.name] = value } }
      return rest
    }
  }

  private func put(_ value: JSONValue, of list: Int, into json: inout JSONObject, files: inout JSONObject?) {
    if fields[list].name == Self.files {
      var all = files ?? [:]
      all.merge(value.objectValue ?? [:])
      files = all
      return
    }
    if case .none = others, destinations.isEmpty, fields.count == 1 {
      // Nothing else is in the item: the element itself is its data. A list in a list gives its places as names, as
      // JavaScript spreads it.
      switch value {
      case .object(let members):
        json = members
        return
      case .array(let elements):
        json = JSONObject(elements.enumerated().map { ("\($0)", $1) })
        return
      default: break
      }
    }
    json[destinations.isEmpty ? fields[list].name : destinations[list]] = value
  }
}

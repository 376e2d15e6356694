import JobsprintDomain
import JobsprintPorts

/// Merging two inputs where given fields are equal, as a join.
struct FieldMatch {
  private struct Pair {
    let first: String
    let second: String
  }

  private let pairs: [Pair]
  private let joinMode: String
  private let outputFrom: String
  private let isFuzzy: Bool
  private let usesDots: Bool
  private let takesFirstMatchOnly: Bool
  private var clash: ClashHandling

  init(_ context: NodeContext) throws(NodeError) {
    pairs = try Self.pairs(context)
    guard !pairs.isEmpty else {
      throw NodeError(
        "You need to define at least one pair of fields in 'Fields to Match'", context: ["parameter": "fieldsToMatch"])
    }
    joinMode = try context.string("joinMode", default: "keepMatches")
    outputFrom = try context.string("outputDataFrom", default: "both")
    isFuzzy = try context.bool("options.fuzzyCompare")
    usesDots = try !context.bool("options.disableDotNotation")
    takesFirstMatchOnly = try context.string("options.multipleMatches", default: "all") == "first"
    clash = try ClashHandling(context)
    // Enriching an input with the other leaves the other's fields on top; for the second input that is the first.
    if clash.isUndecided, joinMode == "enrichInput2" { clash.preferred = 0 }
  }

  private static func pairs(_ context: NodeContext) throws(NodeError) -> [Pair] {
    if context.typeVersion >= 3, try !context.bool("advanced") {
      let names = try context.string("fieldsToMatchString").split(separator: ",").map { String($0).trimmedOfSpace }
      return names.filter { !$0.isEmpty }.map { Pair(first: $0, second: $0) }
    }
    return (try context.parameter("mergeByFields.values")?.arrayValue ?? []).map {
      Pair(first: $0["field1"]?.asText ?? "", second: $0["field2"]?.asText ?? "")
    }
  }

  func combined(_ first: [Item], _ second: [Item]) throws(NodeError) -> [Item] {
    try requireFields(pairs.map(\.first), in: first, input: 1)
    try requireFields(pairs.map(\.second), in: second, input: 2)
    var places: [[JSONValue]: [Int]] = [:]
    for (place, item) in second.enumerated() {
      if let key = key(of: item, pairs.map(\.second)) { places[key, default: []].append(place) }
    }
    var matches: [(Int, Int)] = []
    var matchedFirst: Set<Int> = []
    var matchedSecond: Set<Int> = []
    for (place, item) in first.enumerated() {
      guard let key = key(of: item, pairs.map(\.first)), let found = places[key] else { continue }
      matchedFirst.insert(place)
      matchedSecond.formUnion(found)
      for other in takesFirstMatchOnly ? found.prefix(1) : found[...] { matches.append((place, other)) }
    }
    let lonelyFirst = first.indices.filter { !matchedFirst.contains($0) }.map { first[$0] }
    let lonelySecond = second.indices.filter { !matchedSecond.contains($0) }.map { second[$0] }
    func merged() -> [Item] { matches.map { clash.merged([first[$0.0], second[$0.1]]) } }
    switch joinMode {
    case "keepMatches":
      switch outputFrom {
      case "input1": return first.indices.filter { matchedFirst.contains($0) }.map { first[$0] }
      case "input2": return second.indices.filter { matchedSecond.contains($0) }.map { second[$0] }
      default: return merged()
      }
    case "keepNonMatches":
      switch outputFrom {
      case "input1": return lonelyFirst
      case "input2": return lonelySecond
      default: return lonelyFirst.map { $0.marked("input1") } + lonelySecond.map { $0.marked("input2") }
      }
    case "keepEverything": return merged() + lonelyFirst + lonelySecond
    case "enrichInput1": return merged() + lonelyFirst
    case "enrichInput2": return merged() + lonelySecond
    default: throw NodeError("The output type '\(joinMode)' does not exist", context: ["parameter": "joinMode"])
    }
  }

  private func value(_ field: String, of item: Item) -> JSONValue? {
    usesDots ? PropertyPath(field).value(in: item.json) : item.json[field]
  }

  /// What is compared; nil for an item that has none of the fields.
  private func key(of item: Item, _ fields: [String]) -> [JSONValue]? {
    let values = fields.map { value($0, of: item) }
    guard values.contains(where: { $0 != nil }) else { return nil }
    return values.map { isFuzzy ? ($0 ?? .null).fuzzy : $0 ?? .null }
  }

  /// A field that no item has is a typing mistake rather than a lack of matches.
  private func requireFields(_ fields: [String], in items: [Item], input: Int) throws(NodeError) {
    guard !items.isEmpty else { return }
    for field in fields where !items.contains(where: { value(field, of: $0) != nil }) {
      throw NodeError(
        "Field '\(field)' is not present in any of the items of input \(input)",
        description: "Change 'Fields to Match', or the data that comes in.")
    }
  }
}

extension Item {
  fileprivate func marked(_ source: String) -> Item {
    var item = self
    item.json["_source"] = .string(source)
    return item
  }
}

extension JSONValue {
  /// Equal for what people mean to be equal: `3` and `"3"`, `true` and `"true"`, all that is empty.
  fileprivate var fuzzy: JSONValue {
    switch self {
    case .null, .string(""): .null
    case .string(let text): .string(text.trimmedOfSpace)
    case .bool, .integer, .double: .string(asText)
    case .array(let elements): elements.isEmpty ? .null : self
    case .object(let members): members.isEmpty ? .null : self
    }
  }
}

import JobsprintDomain
import JobsprintPorts

/// Merging two inputs where given fields are equal, as a join.
struct FieldMatch {
  private let pairing: FieldPairing
  private let joinMode: String
  private let outputFrom: String
  private let takesFirstMatchOnly: Bool
  private var clash: ClashHandling

  init(_ context: NodeContext) throws(NodeError) {
    pairing = FieldPairing(
      pairs: try Self.pairs(context, usesDots: try context.usesDots()),
      isFuzzy: try context.bool("options.fuzzyCompare"))
    guard !pairing.pairs.isEmpty else {
      throw NodeError(
        "You need to define at least one pair of fields in 'Fields to Match'", context: ["parameter": "fieldsToMatch"])
    }
    joinMode = try context.string("joinMode", default: "keepMatches")
    outputFrom = try context.string("outputDataFrom", default: "both")
    takesFirstMatchOnly = try context.string("options.multipleMatches", default: "all") == "first"
    clash = try ClashHandling(context)
    // Enriching an input with the other leaves the other's fields on top; for the second input that is the first.
    if clash.isUndecided, joinMode == "enrichInput2" { clash.preferred = 0 }
  }

  private static func pairs(_ context: NodeContext, usesDots: Bool) throws(NodeError) -> [FieldPairing.Pair] {
    if context.typeVersion >= 3, try !context.bool("advanced") {
      return try context.fieldNames("fieldsToMatchString").map { name in
        let path = FieldPath(name, usesDots: usesDots)
        return FieldPairing.Pair(first: path, second: path)
      }
    }
    return FieldPairing.pairs(try context.parameter("mergeByFields"), usesDots: usesDots)
  }

  func combined(_ first: [Item], _ second: [Item]) throws(NodeError) -> [Item] {
    // A field that no item has is a typing mistake rather than a lack of matches.
    for pair in pairing.pairs {
      try pair.first.requirePresence(in: first, of: "input 1")
      try pair.second.requirePresence(in: second, of: "input 2")
    }
    var matches: [(Int, Int)] = []
    var matchedFirst = [Bool](repeating: false, count: first.count)
    var matchedSecond = [Bool](repeating: false, count: second.count)
    let found = try pairing.matches(first, second, firstOnly: takesFirstMatchOnly)
    for (place, others) in found.enumerated() {
      for other in others {
        matchedFirst[place] = true
        matchedSecond[other] = true
        matches.append((place, other))
      }
    }
    let lonelyFirst = first.indices.filter { !matchedFirst[$0] }.map { first[$0] }
    let lonelySecond = second.indices.filter { !matchedSecond[$0] }.map { second[$0] }
    func merged() -> [Item] { matches.map { clash.merged([first[$0.0], second[$0.1]]) } }
    switch joinMode {
    case "keepMatches":
      switch outputFrom {
      case "input1": return first.indices.filter { matchedFirst[$0] }.map { first[$0] }
      case "input2": return second.indices.filter { matchedSecond[$0] }.map { second[$0] }
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
}

extension Item {
  fileprivate func marked(_ source: String) -> Item {
    var item = self
    item.json["_source"] = .string(source)
    return item
  }
}

import JobsprintDomain
import JobsprintPorts

/// The modes of version 1.
extension MergeNode {
  func version1(_ context: NodeContext) throws(NodeError) -> [Item] {
    let (first, second) = (context.items(ofInput: 0), context.items(ofInput: 1))
    switch try context.string("mode", default: "append") {
    case "append": return first + second
    case "passThrough", "wait":
      // `wait` puts out one empty item once both have come.
      if try context.string("mode") == "wait" { return [Item(json: [:])] }
      return try context.string("output", default: "input1") == "input2" ? second : first
    case "multiplex":
      try NodeError.requireReasonable(itemCount: first.count * second.count)
      return first.flatMap { a in second.map { a.under($0) } }
    case "mergeByIndex": return try byIndex(first, second, context)
    case "mergeByKey": return try byKey(first, second, context)
    case "keepKeyMatches", "removeKeyMatches":
      let isKept = try context.string("mode") == "keepKeyMatches"
      let (name1, name2) = try (context.string("propertyName1"), context.string("propertyName2"))
      let keys = Set(second.compactMap { PropertyPath(name2).value(in: $0.json) })
      return first.filter { item in
        guard let key = PropertyPath(name1).value(in: item.json) else { return !isKept }
        return keys.contains(key) == isKept
      }
    case let mode: throw NodeError("The mode '\(mode)' does not exist", context: ["parameter": "mode"])
    }
  }

  private func byIndex(_ first: [Item], _ second: [Item], _ context: NodeContext) throws(NodeError) -> [Item] {
    let count =
      switch try context.string("join", default: "left") {
      case "inner": min(first.count, second.count)
      case "outer": max(first.count, second.count)
      default: first.count
      }
    return (0..<count).map { place in
      guard place < first.count else { return second[place] }
      return place < second.count ? first[place].under(second[place]) : first[place]
    }
  }

  private func byKey(_ first: [Item], _ second: [Item], _ context: NodeContext) throws(NodeError) -> [Item] {
    let (name1, name2) = try (context.string("propertyName1"), context.string("propertyName2"))
    let overwrite = try context.string("overwrite", default: "always")
    var byKey: [JSONValue: Item] = [:]
    for item in second {
      if let key = PropertyPath(name2).value(in: item.json) { byKey[key] = item }
    }
    return first.map { item in
      guard let key = PropertyPath(name1).value(in: item.json), let other = byKey[key] else { return item }
      var merged = item.under(other)
      guard overwrite != "always" else { return merged }
      for entry in item.json {
        let isBlank = entry.value.isNull || entry.value == ""
        if overwrite == "undefined" || !isBlank { merged.json[entry.key] = entry.value }
      }
      return merged
    }
  }
}

extension Item {
  /// Both in one, the other's fields on top, paired with the origins of both.
  fileprivate func under(_ other: Item) -> Item {
    var merged = self
    merged.json.merge(other.json)
    if let files = other.binary { merged.binary = (binary ?? [:]).merging(files) }
    if let mine = pairedItem, let others = other.pairedItem { merged.pairedItem = mine.merged(with: others) }
    return merged
  }
}

extension JSONObject {
  fileprivate func merging(_ other: JSONObject) -> JSONObject {
    var merged = self
    merged.merge(other)
    return merged
  }
}

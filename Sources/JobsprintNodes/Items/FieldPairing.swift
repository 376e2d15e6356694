import JobsprintDomain

/// Finds the items of a second input whose fields are equal to those of the first: `merge` and `compareDatasets` by
/// pairs of fields. An item that lacks one of the fields has no match.
struct FieldPairing: Sendable {
  struct Pair: Sendable {
    let first: FieldPath
    let second: FieldPath
  }

  let pairs: [Pair]
  let isFuzzy: Bool

  /// `{values: [{field1, field2}]}` resolved; pairs without a name are left out.
  static func pairs(_ value: JSONValue?, usesDots: Bool) -> [Pair] {
    (value?["values"]?.arrayValue ?? []).compactMap { pair in
      guard let first = pair["field1"]?.asText.trimmedOfSpace, let second = pair["field2"]?.asText.trimmedOfSpace,
        !first.isEmpty, !second.isEmpty
      else { return nil }
      return Pair(first: FieldPath(first, usesDots: usesDots), second: FieldPath(second, usesDots: usesDots))
    }
  }

  /// - Parameter firstOnly: at most one match each.
  /// - Returns: for each item of `first` the places of its matches in `second`, in order.
  func matches(_ first: [Item], _ second: [Item], firstOnly: Bool) throws(NodeError) -> [ArraySlice<Int>] {
    var places = [JSONValue: [Int]](minimumCapacity: second.count)
    for (place, item) in second.enumerated() {
      if let key = key(of: item, \.second) { places[key, default: []].append(place) }
    }
    var matches: [ArraySlice<Int>] = []
    matches.reserveCapacity(first.count)
    var total = 0
    for item in first {
      let found = key(of: item, \.first).flatMap { places[$0] } ?? []
      matches.append(taken(found, by: item, second, firstOnly: firstOnly))
      total += matches.last?.count ?? 0
      try NodeError.requireReasonable(itemCount: total)
    }
    return matches
  }

  private func taken(_ found: [Int], by item: Item, _ second: [Item], firstOnly: Bool) -> ArraySlice<Int> {
    guard isFuzzy else { return firstOnly ? found.prefix(1) : found[...] }
    // Alike by their form is not yet equal: `"1"` and `"1.0"` are two texts.
    if firstOnly {
      return found.firstIndex { areEqual(item, second[$0]) }.map { found[$0...$0] } ?? []
    }
    return found.filter { areEqual(item, second[$0]) }[...]
  }

  /// The value of the one field, or the list of the values of all.
  private func key(of item: Item, _ side: KeyPath<Pair, FieldPath>) -> JSONValue? {
    if pairs.count == 1 { return pairs[0][keyPath: side].value(in: item.json).map { isFuzzy ? $0.fuzzyForm : $0 } }
    var key: [JSONValue] = []
    key.reserveCapacity(pairs.count)
    for pair in pairs {
      guard let value = pair[keyPath: side].value(in: item.json) else { return nil }
      key.append(isFuzzy ? value.fuzzyForm : value)
    }
    return .array(key)
  }

  private func areEqual(_ first: Item, _ second: Item) -> Bool {
    pairs.allSatisfy { FuzzyEquality.areEqual($0.first.value(in: first.json), $0.second.value(in: second.json)) }
  }
}

extension NodeError {
  /// More items than a run may make of what came in: products of two inputs grow fast.
  private static let mostItems = 5_000_000

  static func requireReasonable(itemCount: Int) throws(NodeError) {
    guard itemCount > mostItems else { return }
    throw NodeError(
      "More than \(mostItems) items would come out",
      description: "Too many items of the two inputs go together. Match by more fields, take first matches only, or"
        + " filter the inputs before.")
  }
}

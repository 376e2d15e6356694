import JobsprintDomain

/// Items grouped by the values of fields, level by level: the groups of the first field in the order in which their
/// values came, inside each of them those of the second, and so on.
struct ItemGroups: Sendable {
  private struct Step: Hashable {
    let parent: Int
    let value: JSONValue?
  }

  /// One group of one level; nil is a field that is not there.
  private struct Group {
    let value: JSONValue?
    var children: [Int] = []
  }

  private var tree = [Group(value: nil)]
  /// The innermost group of each item, as a place in the tree; nil for an item that was left out.
  private var places: [Int?] = []
  private let levels: Int

  /// - Parameters:
  ///   - valuesAsText: `1` and `"1"` are one group, named by text.
  ///   - skipsEmpty: leaves out items of which a field is missing, null, `""` or false.
  init(_ items: [Item], by fields: [FieldPath], valuesAsText: Bool, skipsEmpty: Bool) {
    levels = fields.count
    places.reserveCapacity(items.count)
    var known: [Step: Int] = [:]
    var hints = [Int](repeating: 0, count: fields.count)
    items: for index in items.indices {
      var place = 0
      for (level, field) in fields.enumerated() {
        var value = field.value(in: items[index].json, near: &hints[level])
        if skipsEmpty, value?.doubleValue == nil, !(value?.isTruthy ?? false) {
          places.append(nil)
          continue items
        }
        switch value {
        case .object?, .array?: value = value.map { .string($0.jsonText) }
        default: if valuesAsText { value = .string(value?.asText ?? "undefined") }
        }
        // Groups are few at first: those of one parent are compared before they are hashed.
        if let found = near(value, in: place) {
          place = found
          continue
        }
        let step = Step(parent: place, value: value)
        if let found = known[step] {
          place = found
        } else {
          tree.append(Group(value: value))
          known[step] = tree.count - 1
          tree[place].children.append(tree.count - 1)
          place = tree.count - 1
        }
      }
      places.append(place)
    }
  }

  /// The group of a value among the first of its siblings.
  private func near(_ value: JSONValue?, in parent: Int) -> Int? {
    for child in tree[parent].children.prefix(Self.fewSiblings) where tree[child].value == value { return child }
    return nil
  }

  /// So many comparisons take less time than hashing a short text.
  private static let fewSiblings = 8

  /// The innermost groups in their order, each with the values that lead to it.
  struct Leaf: Sendable {
    let values: [JSONValue?]
    fileprivate let place: Int
  }

  var leaves: [Leaf] {
    var found: [Leaf] = []
    // Innermost first on the stack, so that groups come out in their order.
    var open = [Leaf(values: [], place: 0)]
    while let next = open.popLast() {
      if next.values.count == levels {
        found.append(next)
      } else {
        for child in tree[next.place].children.reversed() {
          open.append(Leaf(values: next.values + [tree[child].value], place: child))
        }
      }
    }
    return found
  }

  /// The leaf of each item, as a place in `leaves`.
  func assignment(to leaves: [Leaf]) -> [Int?] {
    var numbers = [Int?](repeating: nil, count: tree.count)
    for (number, leaf) in leaves.enumerated() { numbers[leaf.place] = number }
    return places.map { place in place.flatMap { numbers[$0] } }
  }
}

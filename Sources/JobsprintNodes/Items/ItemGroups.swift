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
    /// The first of the children whose values are text; each holds its text.
    var texts: [(identity: TextIdentity, place: Int)] = []

    init(_ value: JSONValue?) { self.value = value }
  }

  private var tree = [Group(nil)]
  private var known: [Step: Int] = [:]
  /// The innermost group of each item, as a place in the tree; `nowhere` for an item that was left out.
  private var places: [Int] = []
  private let levels: Int
  private let valuesAsText: Bool
  private let skipsEmpty: Bool

  private static let nowhere = -1

  /// - Parameters:
  ///   - valuesAsText: `1` and `"1"` are one group, named by text.
  ///   - skipsEmpty: leaves out items of which a field is missing, null, `""` or false.
  init(_ items: [Item], by fields: [FieldPath], valuesAsText: Bool, skipsEmpty: Bool) {
    levels = fields.count
    self.valuesAsText = valuesAsText
    self.skipsEmpty = skipsEmpty
    places.reserveCapacity(items.count)
    var hints = [Int](repeating: 0, count: fields.count)
    for index in items.indices { places.append(group(of: items, index, by: fields, near: &hints)) }
  }

  private mutating func group(of items: [Item], _ index: Int, by fields: [FieldPath], near hints: inout [Int]) -> Int {
    var place = 0
    for level in fields.indices {
      if let text = fields[level].textIdentity(in: items, at: index, near: &hints[level]),
        let known = group(of: text, in: place)
      {
        place = known
        continue
      }
      var value = fields[level].value(in: items, at: index, near: &hints[level])
      if skipsEmpty, value?.doubleValue == nil, !(value?.isTruthy ?? false) { return Self.nowhere }
      switch value {
      case .string?: break
      case .object?, .array?: value = value.map { .string($0.jsonText) }
      default: if valuesAsText { value = .string(value?.asText ?? "undefined") }
      }
      place = child(value, of: place)
    }
    return place
  }

  /// The group of a text where it is among the first of its siblings and lies in the same storage, as short texts do.
  private func group(of text: TextIdentity, in parent: Int) -> Int? {
    let tree = tree.span
    let texts = tree[parent].texts.span
    for known in texts.indices where texts[known].identity == text { return texts[known].place }
    return nil
  }

  /// So many comparisons take less time than hashing a short text.
  private static let fewTexts = 8

  private mutating func child(_ value: JSONValue?, of parent: Int) -> Int {
    let step = Step(parent: parent, value: value)
    if let found = known[step] { return found }
    tree.append(Group(value))
    known[step] = tree.count - 1
    tree[parent].children.append(tree.count - 1)
    if case .string(let text)? = value, let identity = TextIdentity(text), tree[parent].texts.count < Self.fewTexts {
      tree[parent].texts.append((identity, tree.count - 1))
    }
    return tree.count - 1
  }

  /// An innermost group.
  struct Leaf: Sendable {
    /// What leads to it.
    let values: [JSONValue?]
    /// The places of its items, in their order.
    let members: ArraySlice<Int>
  }

  /// The innermost groups in their order.
  var leaves: [Leaf] {
    let (order, ends) = byGroup
    var found: [Leaf] = []
    // Innermost first on the stack, so that groups come out in their order.
    var open: [(values: [JSONValue?], place: Int)] = [([], 0)]
    while let (values, place) = open.popLast() {
      if values.count == levels {
        found.append(Leaf(values: values, members: order[(place == 0 ? 0 : ends[place - 1])..<ends[place]]))
      } else {
        for child in tree[place].children.reversed() { open.append((values + [tree[child].value], child)) }
      }
    }
    return found
  }

  /// The items' places, group after group, and where each group ends.
  private var byGroup: (order: [Int], ends: [Int]) {
    var ends = [Int](repeating: 0, count: tree.count)
    for place in places where place != Self.nowhere { ends[place] += 1 }
    var begin = 0
    for place in ends.indices { (ends[place], begin) = (begin, begin + ends[place]) }
    var order = [Int](repeating: 0, count: begin)
    for (item, place) in places.enumerated() where place != Self.nowhere {
      order[ends[place]] = item
      ends[place] += 1
    }
    return (order, ends)
  }
}

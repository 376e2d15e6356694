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

    init(_ value: JSONValue?) { self.value = value }
  }

  private var tree = [Group(nil)]
  private var known: [Step: Int] = [:]
  /// The first of those whose values are text, which is held by the tree.
  private var texts: [(identity: TextIdentity, parent: Int, place: Int)] = []
  /// The innermost group of each item so far, as a place in the tree; `nowhere` for an item that was left out.
  private(set) var places: [Int] = []
  private let fields: [FieldPath]
  /// Where each field was in the item before.
  private var hints: [Int]
  private let valuesAsText: Bool
  private let skipsEmpty: Bool

  private static let nowhere = -1

  /// - Parameters:
  ///   - valuesAsText: `1` and `"1"` are one group, named by text.
  ///   - skipsEmpty: leaves out items of which a field is missing, null, `""` or false.
  init(by fields: [FieldPath], valuesAsText: Bool, skipsEmpty: Bool) {
    self.fields = fields
    self.valuesAsText = valuesAsText
    self.skipsEmpty = skipsEmpty
    hints = [Int](repeating: 0, count: fields.count)
  }

  /// Groups of all levels.
  var count: Int { tree.count }

  /// - Parameter selection: of the items, the block that comes next.
  mutating func add(_ selection: ItemSelection, of items: [Item]) {
    places.append(contentsOf: repeatElement(0, count: selection.count))
    for level in fields.indices { descend(selection, of: items, level) }
  }

  /// From the groups of one level to those of the next.
  private mutating func descend(_ selection: ItemSelection, of items: [Item], _ level: Int) {
    let field = fields[level]
    var hint = hints[level]
    // Nobody else holds them meanwhile, and nobody asks for each item whether somebody does.
    var all: [Int] = []
    swap(&all, &self.places)
    var places = all.mutableSpan
    for index in selection {
      let parent = places[index]
      guard parent != Self.nowhere else { continue }
      if let text = field.textIdentity(in: items, at: index, near: &hint), let known = group(of: text, in: parent) {
        places[index] = known
      } else {
        places[index] = group(of: field.value(in: items, at: index, near: &hint), in: parent)
      }
    }
    hints[level] = hint
    swap(&all, &self.places)
  }

  /// The group of a text where it is among the first and lies in the same storage, as short texts do.
  @inline(__always)
  private func group(of text: TextIdentity, in parent: Int) -> Int? {
    let texts = texts.span
    for known in texts.indices where texts[known].identity == text && texts[known].parent == parent {
      return texts[known].place
    }
    return nil
  }

  /// So many comparisons take less time than hashing a short text.
  private static let fewTexts = 12

  private mutating func group(of value: JSONValue?, in parent: Int) -> Int {
    if skipsEmpty, value?.doubleValue == nil, !(value?.isTruthy ?? false) { return Self.nowhere }
    switch value {
    case .string?: return child(value, of: parent)
    case .object?, .array?: return child(value.map { .string($0.jsonText) }, of: parent)
    default: return child(valuesAsText ? .string(value?.asText ?? "undefined") : value, of: parent)
    }
  }

  private mutating func child(_ value: JSONValue?, of parent: Int) -> Int {
    let step = Step(parent: parent, value: value)
    if let found = known[step] { return found }
    tree.append(Group(value))
    known[step] = tree.count - 1
    tree[parent].children.append(tree.count - 1)
    if case .string(let text)? = value, let identity = TextIdentity(text), texts.count < Self.fewTexts {
      texts.append((identity, parent, tree.count - 1))
    }
    return tree.count - 1
  }

  /// An innermost group.
  struct Leaf: Sendable {
    /// What leads to it.
    let values: [JSONValue?]
    /// Its place among the groups of all levels.
    let group: Int
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
      if values.count == fields.count {
        found.append(
          Leaf(
            values: values, group: place, members: order[(place == 0 ? 0 : ends[place - 1])..<ends[place]]))
      } else {
        for child in tree[place].children.reversed() { open.append((values + [tree[child].value], child)) }
      }
    }
    return found
  }

  /// The items' places, group after group, and where each group ends.
  private var byGroup: (order: [Int], ends: [Int]) {
    let places = places.span
    var allEnds = [Int](repeating: 0, count: tree.count)
    var ends = allEnds.mutableSpan
    for item in places.indices where places[item] != Self.nowhere { ends[places[item]] += 1 }
    var begin = 0
    for place in ends.indices { (ends[place], begin) = (begin, begin + ends[place]) }
    var allOrder = [Int](repeating: 0, count: begin)
    var order = allOrder.mutableSpan
    for item in places.indices where places[item] != Self.nowhere {
      order[ends[places[item]]] = item
      ends[places[item]] += 1
    }
    return (allOrder, allEnds)
  }
}

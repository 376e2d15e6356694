/// Holds selectors against the elements of one tree.
struct SelectorMatcher {
  typealias NodeID = MarkupTree.NodeID
  typealias Parts = ArraySlice<(combinator: CSSSelector.Combinator, compound: CSSSelector.Compound)>

  private let tree: MarkupTree
  private var steps = 0
  /// The element children of a parent, in ascending order; those of one name, or all.
  private var groups: [Group: [NodeID]] = [:]

  private struct Group: Hashable {
    let parent: NodeID
    let name: String?
  }

  /// Less than a second of work; what pages and people need is far below.
  private static let mostSteps = 1_000_000

  init(tree: MarkupTree) { self.tree = tree }

  mutating func elements(
    _ selector: CSSSelector.Complex, among candidates: [NodeID]
  ) throws(MarkupError) -> [NodeID] {
    var found: [NodeID] = []
    for candidate in candidates where try matches(candidate, selector.parts[...]) { found.append(candidate) }
    return selector.positions.reduce(found) { found, position in
      let wanted = { (place: Int) in place < 0 ? found.count + place : place }
      return found.enumerated().filter { place, _ in
        switch position {
        case .at(let index): place == wanted(index)
        case .before(let index): place < wanted(index)
        case .after(let index): place > wanted(index)
        case .even: place % 2 == 0
        case .odd: place % 2 == 1
        }
      }.map(\.element)
    }
  }

  private mutating func count(_ work: Int) throws(MarkupError) {
    steps += work
    guard steps <= Self.mostSteps else {
      throw MarkupError("the selector takes too long on this document; use a simpler one")
    }
  }

  private mutating func matches(_ id: NodeID, _ selector: CSSSelector) throws(MarkupError) -> Bool {
    for alternative in selector.alternatives where try matches(id, alternative.parts[...]) { return true }
    return false
  }

  /// - Parameter anchor: for relative selectors: what stands left of the first compound must be this element.
  private mutating func matches(_ id: NodeID, _ parts: Parts, anchor: NodeID? = nil) throws(MarkupError) -> Bool {
    try count(1)
    guard let last = parts.last else { return false }
    for test in last.compound.tests where try !passes(id, test) { return false }
    let rest = parts.dropLast()
    guard !rest.isEmpty || anchor != nil else { return true }
    for left in try candidates(leftOf: id, last.combinator) {
      if rest.isEmpty ? left == anchor : try matches(left, rest, anchor: anchor) { return true }
    }
    return false
  }

  /// What the compound left of a combinator may be.
  private mutating func candidates(
    leftOf id: NodeID, _ combinator: CSSSelector.Combinator
  ) throws(MarkupError) -> [NodeID] {
    switch combinator {
    case .child: return tree[id].parent.map { [$0] } ?? []
    case .descendant:
      var ancestors: [NodeID] = []
      var parent = tree[id].parent
      while let next = parent {
        ancestors.append(next)
        parent = tree[next].parent
      }
      return ancestors
    case .next:
      let (group, place) = try siblings(of: id)
      return place > 0 ? [group[place - 1]] : []
    case .sibling:
      let (group, place) = try siblings(of: id)
      try count(place / 8)
      return Array(group.prefix(place))
    }
  }

  /// The elements of the same parent (and name), in order, and the place of this one among them.
  private mutating func siblings(
    of id: NodeID, named name: String? = nil
  ) throws(MarkupError) -> (group: [NodeID], place: Int) {
    guard let parent = tree[id].parent else { return ([id], 0) }
    let key = Group(parent: parent, name: name)
    let group: [NodeID]
    if let known = groups[key] {
      group = known
    } else {
      group = tree.childElements(of: parent).filter { name == nil || tree[$0].name == name }
      try count(tree[parent].children.count / 8)
      groups[key] = group
    }
    // Later siblings have higher places in the tree.
    var (low, high) = (0, group.count)
    while low < high {
      let middle = (low + high) / 2
      if group[middle] < id { low = middle + 1 } else { high = middle }
    }
    return (group, low)
  }

  private mutating func passes(_ id: NodeID, _ test: CSSSelector.Test) throws(MarkupError) -> Bool {
    let node = tree[id]
    guard let name = node.name else { return false }
    switch test {
    case .type(let wanted): return name == wanted || name.lowercased() == wanted.lowercased()
    case .id(let wanted): return node[attribute: "id"] == wanted
    case .class(let wanted): return node[attribute: "class"]?.words.contains(wanted) ?? false
    case .attribute(let attribute, let operation, let value, let ignoresCase):
      return operation.holds(node[attribute: attribute], value, ignoresCase: ignoresCase)
    case .not(let selector): return try !matches(id, selector)
    case .matches(let selector): return try matches(id, selector)
    case .has(let selector): return try has(id, selector)
    case .nth(let step, let offset, let fromEnd, let ofType):
      let (group, index) = try siblings(of: id, named: ofType ? name : nil)
      let distance = (fromEnd ? group.count - index : index + 1) - offset
      return step == 0 ? distance == 0 : distance % step == 0 && distance / step >= 0
    case .only(let ofType): return try siblings(of: id, named: ofType ? name : nil).group.count == 1
    case .empty:
      return !node.children.contains {
        switch tree[$0].kind {
        case .element: true
        case .text, .cdata: !tree[$0].text.isEmpty
        default: false
        }
      }
    case .hasContent: return !node.children.isEmpty
    case .root: return node.parent == MarkupTree.document
    case .contains(let text, let ignoresCase):
      let content = tree.text(of: id)
      try count(content.utf8.count / 8)
      return ignoresCase ? content.lowercased().contains(text.lowercased()) : content.contains(text)
    case .names(let names): return names.contains(name)
    case .input(let type): return name == "input" && (node[attribute: "type"] ?? "text").lowercased() == type
    }
  }

  private mutating func has(_ id: NodeID, _ selector: CSSSelector) throws(MarkupError) -> Bool {
    for alternative in selector.alternatives {
      var candidates: [NodeID] = []
      switch alternative.parts.first?.combinator {
      case .next, .sibling:
        for sibling in try siblings(of: id).group { candidates += [sibling] + tree.descendants(of: sibling) }
      default: candidates = tree.descendants(of: id)
      }
      try count(candidates.count / 8)
      for candidate in candidates where try matches(candidate, alternative.parts[...], anchor: id) { return true }
    }
    return false
  }
}

extension CSSSelector.AttributeOperation {
  fileprivate func holds(_ found: String?, _ wanted: String, ignoresCase: Bool) -> Bool {
    guard var found else { return self == .differs }
    var wanted = wanted
    if ignoresCase { (found, wanted) = (found.lowercased(), wanted.lowercased()) }
    switch self {
    case .exists: return true
    case .equals: return found == wanted
    case .differs: return found != wanted
    case .includes: return found.words.contains(wanted)
    case .dash: return found == wanted || found.hasPrefix(wanted + "-")
    case .prefix: return !wanted.isEmpty && found.hasPrefix(wanted)
    case .suffix: return !wanted.isEmpty && found.hasSuffix(wanted)
    case .substring: return !wanted.isEmpty && found.contains(wanted)
    }
  }
}

extension String {
  fileprivate var words: [String] { split { $0.isWhitespace }.map(String.init) }
}

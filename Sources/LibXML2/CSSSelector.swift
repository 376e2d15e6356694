// CSS selectors over a MarkupTree, with what jQuery adds to them (`:contains`, `:has`, `:eq`, `[a!=b]`). Selectors are
// matched on the tree itself: a translation to XPath would be as long, and XPath knows neither classes nor positions in
// the result.

/// A list of selectors: `h1, div.content > p:nth-child(2)`.
public struct CSSSelector: Sendable {
  let alternatives: [Complex]

  /// Compounds from left to right, each with the combinator that joins it to the one before.
  struct Complex: Sendable {
    var parts: [(combinator: Combinator, compound: Compound)]
    /// jQuery's choice among the elements found, in the order written.
    var positions: [Position] = []
  }

  enum Combinator: Sendable { case descendant, child, next, sibling }

  struct Compound: Sendable {
    var tests: [Test] = []
  }

  indirect enum Test: Sendable {
    case type(String)
    case id(String)
    case `class`(String)
    case attribute(name: String, operation: AttributeOperation, value: String, ignoresCase: Bool)
    case not(CSSSelector)
    case matches(CSSSelector)
    /// Relative selectors; the combinator of the first compound counts from the element.
    case has(CSSSelector)
    case nth(step: Int, offset: Int, fromEnd: Bool, ofType: Bool)
    case only(ofType: Bool)
    case empty, hasContent, root
    case contains(String, ignoresCase: Bool)
    case names(Set<String>)
    case input(type: String)
  }

  enum AttributeOperation: String, Sendable {
    case exists
    case equals = "="
    case includes = "~="
    case dash = "|="
    case prefix = "^="
    case suffix = "$="
    case substring = "*="
    case differs = "!="
  }

  enum Position: Sendable {
    case at(Int)
    case before(Int)
    case after(Int)
    case even, odd
  }

  /// - Throws: ``MarkupError`` with the place in the selector that can't be read.
  public init(_ text: String) throws(MarkupError) {
    var parser = SelectorParser(text)
    self = try parser.selector()
  }

  init(alternatives: [Complex]) { self.alternatives = alternatives }
}

extension MarkupTree {
  /// The elements below `scope` that a selector matches, in document order.
  ///
  /// - Throws: ``MarkupError`` when that takes too many steps: selectors that go back and forth take exponential time.
  public func elements(_ selector: CSSSelector, in scope: NodeID = MarkupTree.document) throws(MarkupError) -> [NodeID]
  {
    let candidates = descendants(of: scope).filter { self[$0].name != nil }
    var matcher = SelectorMatcher(tree: self)
    var found: Set<NodeID> = []
    for alternative in selector.alternatives { found.formUnion(try matcher.elements(alternative, among: candidates)) }
    return candidates.filter { found.contains($0) }
  }
}

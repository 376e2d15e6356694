// A parsed document as a value: nodes lie in one array and name each other by their place in it. So a deep document
// needs no deep recursion to be freed, and a node's parent and siblings are at hand for selectors.

/// An XML or HTML document.
public struct MarkupTree: Sendable {
  public typealias NodeID = Int

  public enum Kind: Sendable, Hashable {
    case document
    case element(name: String)
    case text
    /// Text that stood in `<![CDATA[ … ]]>`.
    case cdata
    case comment
    case doctype
  }

  public struct Attribute: Sendable, Hashable {
    public let name: String
    public let value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public struct Node: Sendable {
    public let kind: Kind
    public internal(set) var attributes: [Attribute] = []
    /// The text of a text, a comment or a doctype (its name); empty for others.
    public internal(set) var text = ""
    public internal(set) var parent: NodeID?
    public internal(set) var children: [NodeID] = []

    public subscript(attribute name: String) -> String? { attributes.first { $0.name == name }?.value }

    public var name: String? { if case .element(let name) = kind { name } else { nil } }
  }

  public private(set) var nodes = [Node(kind: .document)]

  public init() {}

  /// The document itself, above the root element.
  public static let document: NodeID = 0

  public subscript(id: NodeID) -> Node { nodes[id] }

  /// The outermost element.
  public var root: NodeID? { nodes[Self.document].children.first { nodes[$0].name != nil } }

  @discardableResult
  mutating func append(
    _ kind: Kind, text: String = "", attributes: [Attribute] = [], to parent: NodeID
  ) -> NodeID {
    let id = nodes.count
    nodes.append(Node(kind: kind, attributes: attributes, text: text, parent: parent))
    nodes[parent].children.append(id)
    return id
  }

  /// Elements among the children.
  public func childElements(of id: NodeID) -> [NodeID] { nodes[id].children.filter { nodes[$0].name != nil } }

  /// Everything below a node, in document order, without the node itself.
  public func descendants(of id: NodeID) -> [NodeID] {
    var found: [NodeID] = []
    var rest = Array(nodes[id].children.reversed())
    while let next = rest.popLast() {
      found.append(next)
      rest += nodes[next].children.reversed()
    }
    return found
  }

  /// All text below a node.
  public func text(of id: NodeID) -> String {
    switch nodes[id].kind {
    case .text, .cdata: nodes[id].text
    default:
      descendants(of: id).reduce(into: "") { text, node in
        switch nodes[node].kind {
        case .text, .cdata: text += nodes[node].text
        default: break
        }
      }
    }
  }
}

/// Why a document can't be read.
public struct MarkupError: Error, Sendable, Hashable {
  /// What is wrong, in words.
  public let reason: String
  /// From 1; nil where there is no place.
  public let line: Int?

  public init(_ reason: String, line: Int? = nil) {
    self.reason = reason
    self.line = line
  }
}

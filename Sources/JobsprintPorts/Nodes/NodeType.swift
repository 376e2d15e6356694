public import JobsprintDomain

/// One kind of node. A node type is a value without state: whatever it must remember between runs is its
/// ``NodeResult``.
public protocol NodeType: Sendable {
  var description: NodeDescription { get }

  /// How the engine schedules this node; the default follows the description.
  func traits(of node: Node) -> NodeTraits

  /// Which slots of its workflow's static data a run of this node looks at or changes; the default is none. The node
  /// finds and leaves them in ``ExpressionScope/notes``.
  func staticData(of node: Node) -> [StaticDataSlot]

  /// Runs the node once over all its input items.
  ///
  /// Items without a `pairedItem` are paired by the engine where that is unambiguous.
  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult
}

extension NodeType {
  public func staticData(of node: Node) -> [StaticDataSlot] { [] }

  public func traits(of node: Node) -> NodeTraits {
    NodeTraits(
      isTrigger: description.isTrigger, outputCount: description.outputs.count,
      hasOutsideEffect: description.hasOutsideEffect)
  }
}

/// What a node type says of itself.
public struct NodeDescription: Sendable {
  /// For example `n8n-nodes-base.set`.
  public let type: String
  public let displayName: String
  /// One sentence.
  public let summary: String
  /// Supported values of `typeVersion`, from the lowest; never empty.
  public let versions: [Double]
  public let isTrigger: Bool
  /// Names of the main outputs, where they do not depend on parameters.
  public let outputs: [String]
  public let hasOutsideEffect: Bool
  /// In the order in which a person fills them in.
  public let parameters: [NodeParameter]
  /// Types of the credentials that it may use; no others are opened for it.
  public let credentials: [String]

  public init(
    type: String, displayName: String, summary: String, versions: [Double], isTrigger: Bool = false,
    outputs: [String] = ["main"], hasOutsideEffect: Bool = false, parameters: [NodeParameter] = [],
    credentials: [String] = []
  ) {
    self.type = type
    self.displayName = displayName
    self.summary = summary
    self.versions = versions
    self.isTrigger = isTrigger
    self.outputs = outputs
    self.hasOutsideEffect = hasOutsideEffect
    self.parameters = parameters
    self.credentials = credentials
  }

  /// The version as which a node runs: its own, or else the nearest lower one (the lowest where there is none), as a
  /// workflow from a newer editor is mostly the same.
  public func version(for typeVersion: Double) -> Double {
    versions.last { $0 <= typeVersion } ?? versions.first ?? typeVersion
  }
}

/// One parameter of a node type, for people who write workflows.
public struct NodeParameter: Sendable {
  public enum Kind: String, Sendable {
    case text, number, boolean, choice, json, list
  }

  /// The path inside `parameters`, for example `options.includeBinaries`.
  public let path: String
  public let kind: Kind
  /// One sentence: what it is for, and in which mode or version it counts.
  public let summary: String
  /// What counts when the document leaves it out; nil when it is required or has no default.
  public let defaultValue: JSONValue?
  /// The values of a `choice`.
  public let choices: [String]

  public init(
    _ path: String, _ kind: Kind, _ summary: String, default defaultValue: JSONValue? = nil, choices: [String] = []
  ) {
    self.path = path
    self.kind = kind
    self.summary = summary
    self.defaultValue = defaultValue
    self.choices = choices
  }
}

/// How a run of a node ended, when it did not throw.
public enum NodeResult: Sendable {
  /// Items of each output. `state` replaces what the node remembers (`$node["X"].context`); nil leaves it.
  case outputs([[Item]], state: JSONObject? = nil)
  /// The branch ends here.
  case ended
  /// The execution waits; the node runs again at `until`, with ``NodeContext/isResumed`` set.
  case wait(until: Timestamp)
}

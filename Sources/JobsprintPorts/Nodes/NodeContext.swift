public import JobsprintDomain

/// Everything that one run of a node may look at.
public struct NodeContext: Sendable {
  public let scope: ExpressionScope
  /// Resolves the expressions of the node's parameters.
  public let resolver: any ParameterResolver
  public let clock: any WallClock
  /// Runs the code of users; nil where there is no JavaScript.
  public let code: (any CodeRunner)?
  /// Takes what the code writes.
  public let console: NodeConsole
  /// Secrets by the type of their credential. Expressions and code never see them.
  private let secrets: [String: JSONObject]
  /// From 1; a retried node runs with 2 and more.
  public let attempt: Int
  /// The node asked to wait, and the time has come.
  public let isResumed: Bool

  public init(
    scope: ExpressionScope, resolver: any ParameterResolver, clock: any WallClock, code: (any CodeRunner)? = nil,
    console: NodeConsole = NodeConsole(), secrets: [String: JSONObject] = [:], attempt: Int = 1, isResumed: Bool = false
  ) {
    self.scope = scope
    self.resolver = resolver
    self.clock = clock
    self.code = code
    self.console = console
    self.secrets = secrets
    self.attempt = attempt
    self.isResumed = isResumed
  }

  public var node: Node { scope.node }
  public var typeVersion: Double { scope.node.typeVersion }
  /// By input slot; a slot without data is empty.
  public var inputs: [[Item]] { scope.inputs }
  /// The items of the input that counts: input 0, or in execution order v1 the first that is not empty.
  public var items: [Item] { scope.items }
  /// Finished runs of this node before this one.
  public var runIndex: Int { scope.runIndex }
  /// What an earlier run of this node in this execution left as its state.
  public var state: JSONObject { scope.history.run(of: node.name)?.state ?? [:] }
  /// The user wants single items to fail without failing the node.
  public var continuesOnFail: Bool { node.onError != .stopWorkflow }

  /// The same in every attempt of this run, for use with outside systems: `<execution>:<run>:<node>`.
  public var idempotencyKey: String { "\(scope.execution.id):\(runIndex):\(node.name)" }

  /// The secrets of a credential of the node.
  /// - Parameters:
  ///   - type: n8n's name of its type, one of ``NodeDescription/credentials``.
  ///   - title: what people know the type by.
  public func credential(_ type: String, title: String) throws(NodeError) -> JSONObject {
    if let found = secrets[type] { return found }
    throw NodeError(
      "The node '\(node.name)' needs a credential of the type '\(title)' (\(type)), and names none",
      description: "Make one with POST /credentials, and name it in the node's 'credentials'.",
      context: ["credential": .string(type)])
  }

  /// The items of one input slot.
  public func items(ofInput index: Int) -> [Item] { inputs.indices.contains(index) ? inputs[index] : [] }

  /// A parameter by its path (`options.include`, `rules.values`), with every expression inside resolved for one item.
  ///
  /// - Returns: nil when the parameter is absent, or its expression gives `undefined`.
  /// - Throws: ``NodeError`` with node, parameter and expression when an expression fails.
  public func parameter(_ path: String, item: Int = 0) throws(NodeError) -> JSONValue? {
    guard let raw = rawParameter(path) else { return nil }
    return try resolve(raw, path: path, item: item)
  }

  /// A parameter as it stands in the document.
  public func rawParameter(_ path: String) -> JSONValue? {
    if let direct = node.parameters[path] { return direct }
    // Over bytes, and without a list of the steps: some nodes ask for a dozen options for each item.
    guard path.utf8.contains(UInt8(ascii: ".")) else { return nil }
    var found = JSONValue.object(node.parameters)
    var rest = path.utf8[...]
    while !rest.isEmpty {
      let step = rest.prefix { $0 != UInt8(ascii: ".") }
      guard let next = found.member(Substring(step)) else { return nil }
      found = next
      rest = rest.dropFirst(step.count + 1)
    }
    return found
  }

  /// A raw value with every expression in it resolved for one item. Members that become `undefined` are left out,
  /// elements become null.
  public func resolve(_ raw: JSONValue, path: String, item: Int) throws(NodeError) -> JSONValue? {
    switch raw {
    case .string(let text):
      guard text.utf8.first == UInt8(ascii: "=") else { return raw }
      return try resolver.resolve(text, parameter: path, item: item)
    case .array(let elements):
      guard raw.hasExpression else { return raw }
      var resolved: [JSONValue] = []
      resolved.reserveCapacity(elements.count)
      for (place, element) in elements.enumerated() {
        resolved.append(try resolve(element, path: "\(path).\(place)", item: item) ?? .null)
      }
      return .array(resolved)
    case .object(let members):
      guard raw.hasExpression else { return raw }
      var resolved = JSONObject()
      for entry in members {
        if let value = try resolve(entry.value, path: "\(path).\(entry.key)", item: item) {
          resolved[entry.key] = value
        }
      }
      return .object(resolved)
    default: return raw
    }
  }

  /// A string parameter; numbers and booleans are written as text.
  public func string(_ path: String, item: Int = 0, default fallback: String = "") throws(NodeError) -> String {
    switch try parameter(path, item: item) {
    case nil, .null?: return fallback
    case .string(let text)?: return text
    case let other?: return other.jsonText
    }
  }

  /// A boolean parameter. Text that says `true` or `false` counts.
  public func bool(_ path: String, item: Int = 0, default fallback: Bool = false) throws(NodeError) -> Bool {
    switch try parameter(path, item: item) {
    case .bool(let value)?: return value
    case "true"?: return true
    case "false"?: return false
    default: return fallback
    }
  }

  /// A number parameter; text that is a number counts.
  public func number(_ path: String, item: Int = 0, default fallback: Double) throws(NodeError) -> Double {
    switch try parameter(path, item: item) {
    case nil, .null?: return fallback
    case .string(let text)?:
      // Swift reads "nan" and "inf" too, which are no numbers to anybody here.
      guard let value = Double(text), value.isFinite else {
        throw wrongKind(path, "a number", found: .string(text), item: item)
      }
      return value
    case let other?:
      guard let value = other.doubleValue else { throw wrongKind(path, "a number", found: other, item: item) }
      return value
    }
  }

  /// The error for a parameter of the wrong kind.
  public func wrongKind(_ path: String, _ expected: String, found: JSONValue, item: Int) -> NodeError {
    NodeError(
      "The parameter '\(path)' of the node '\(node.name)' must be \(expected), not \(found.kindName)",
      description: "Change the parameter, or the expression that gives it.", item: item,
      context: ["parameter": .string(path)])
  }
}

extension JSONValue {
  /// What one step of a path leads to: a member of an object, or an element by its place.
  fileprivate func member(_ step: Substring) -> JSONValue? {
    switch self {
    case .object(let members): members[String(step)]
    case .array: Int(step).flatMap { self[$0] }
    default: nil
    }
  }

  /// A string somewhere inside begins with `=`.
  public var hasExpression: Bool {
    switch self {
    case .string(let text): text.utf8.first == UInt8(ascii: "=")
    case .array(let elements): elements.contains { $0.hasExpression }
    case .object(let members): members.contains { $0.value.hasExpression }
    default: false
    }
  }
}

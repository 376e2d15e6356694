// Most parameters are constant, or are exactly one field of the item (`={{ $json.a.b }}`). A node that works item by
// item prepares them once, and pays for an evaluation only where there is one.

public import JobsprintDomain

/// A raw value of a parameter, read once for all items of a run.
public struct PreparedValue: Sendable {
  private enum Form: Sendable {
    case constant
    case member(String)
    /// The names that lead to a field inside a field.
    case field([String])
    case expression
  }

  public let raw: JSONValue
  private let path: String
  private let form: Form
  /// Where each name was in the object in which it was found last.
  private var place = 0
  private var innerPlaces: [Int] = []

  /// - Parameter path: of the parameter, for messages.
  public init(_ raw: JSONValue, path: String, in context: NodeContext) {
    self.raw = raw
    self.path = path
    guard case .string(let text) = raw, text.utf8.first == UInt8(ascii: "="),
      let names = context.resolver.field(of: text), let first = names.first
    else {
      form = raw.hasExpression ? .expression : .constant
      return
    }
    form = names.count == 1 ? .member(first) : .field(names)
    innerPlaces = [Int](repeating: 0, count: names.count)
  }

  /// It is the same for all items.
  public var isConstant: Bool { if case .constant = form { true } else { false } }

  /// The field of the item for which it stands; nil where it is anything else.
  public var field: String? { if case .member(let name) = form { name } else { nil } }

  /// The value for one item; nil for `undefined`.
  ///
  /// - Parameter item: the item at `index` of the context's items.
  public mutating func value(
    for item: Item, at index: Int, in context: NodeContext
  ) throws(NodeError) -> JSONValue? {
    let found: JSONValue?
    switch form {
    case .constant: return raw
    case .member(let name): found = item.json.value(of: name, near: &place)
    case .field(let names): found = inner(names, of: item.json)
    case .expression: found = nil
    }
    switch found {
    // As arithmetic would have it: whole numbers are integers.
    case .double(let number)?: return .number(number)
    case let found?: return found
    // What is not there may be a property that JavaScript knows (`length`), or an error: the evaluator tells.
    case nil: return try context.resolve(raw, path: path, item: index)
    }
  }

  private mutating func inner(_ names: [String], of object: JSONObject) -> JSONValue? {
    var found = JSONValue.object(object)
    for (step, name) in names.enumerated() {
      guard case .object(let members) = found, let next = members.value(of: name, near: &innerPlaces[step]) else {
        return nil
      }
      found = next
    }
    return found
  }
}

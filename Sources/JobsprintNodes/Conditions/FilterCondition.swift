import JobsprintDomain
import JobsprintPorts

/// One condition of a filter, `{leftValue, rightValue, operator}`, read once for all items.
struct FilterCondition {
  private var left: PreparedValue?
  private var right: PreparedValue?
  private let comparison: FilterComparison
  private let kind: String
  private let rightKind: String
  private let rightType: FieldType?
  /// The right side where it is a number that no expression gives.
  private let rightNumber: Double?
  /// `empty`, `true` and their like look at one value only.
  private let isSingle: Bool
  private let isLoose: Bool
  /// From 1, for messages.
  private let number: Int

  init(
    _ condition: JSONValue, at path: String, number: Int, isLoose: Bool, ignoresCase: Bool, in context: NodeContext
  ) {
    left = condition["leftValue"].map { PreparedValue($0, path: path + ".leftValue", in: context) }
    right = condition["rightValue"].map { PreparedValue($0, path: path + ".rightValue", in: context) }
    let operation = condition["operator"]
    kind = operation?["type"]?.stringValue ?? "string"
    rightKind = operation?["rightType"]?.stringValue ?? kind
    rightType = FieldType(rawValue: rightKind)
    comparison = FilterComparison(
      kind: kind, operation: operation?["operation"]?.stringValue ?? "equals", ignoresCase: ignoresCase)
    isSingle = operation?["singleValue"] == true
    rightNumber = isSingle || rightType != .number ? nil : condition["rightValue"]?.doubleValue
    self.isLoose = isLoose
    self.number = number
  }

  /// - Parameter index: the item's place in the context's items.
  mutating func holds(for item: Item, at index: Int, _ context: NodeContext) throws(NodeError) -> Bool {
    let left = try left?.value(for: item, at: index, in: context)
    switch comparison.operation {
    case .exists: return left != nil && left?.isNull == false
    case .notExists: return left == nil || left?.isNull == true
    default: break
    }
    do {
      // What most conditions are.
      if comparison.type == .number, let rightNumber, let number = left?.doubleValue {
        return try comparison.numbers(number, rightNumber)
      }
      let checked =
        Self.isUsual(left, for: comparison.type)
        ? left : try Self.validated(left, as: comparison.type, kind, 1, isLoose, number, item: index)
      let right = try right?.value(for: item, at: index, in: context)
      if isSingle { return try comparison.holds(checked, nil) }
      let other =
        Self.isUsual(right, for: rightType)
        ? right : try Self.validated(right, as: rightType, rightKind, 2, isLoose, number, item: index)
      return try comparison.holds(checked, other)
    } catch {
      var located = error
      located.item = index
      throw located
    }
  }

  /// Nothing is to be checked or converted.
  private static func isUsual(_ value: JSONValue?, for type: FieldType?) -> Bool {
    switch value {
    case .string?: type == .string || type == nil
    case .integer?, .double?: type == .number || type == nil
    default: type == nil
    }
  }

  /// Strict validation takes only the operator's type (and text that is one, for dates); loose validation converts.
  private static func validated(
    _ value: JSONValue?, as type: FieldType?, _ kind: String, _ side: Int, _ isLoose: Bool, _ number: Int, item: Int
  ) throws(NodeError) -> JSONValue? {
    guard let type, let value, !value.isNull else { return value }
    if type == .boolean, isLoose { return .bool(value.converted(to: .boolean).map { $0 == true } ?? value.isTruthy) }
    if type != .string, case .string("") = value { return nil }
    let isOfType =
      switch (type, value) {
      case (.string, .string), (.number, .integer), (.number, .double), (.boolean, .bool), (.array, .array),
        (.object, .object):
        true
      case (.dateTime, _): Moment(value) != nil
      default: false
      }
    if isOfType { return value }
    if isLoose, let converted = value.converted(to: type) { return converted }
    let shown = value.stringValue.map { "'\($0)'" } ?? value.jsonText
    throw NodeError(
      "Wrong type: \(shown) is a \(value.kindName) but was expecting a \(kind) [condition \(number), item \(item)]",
      description: isLoose
        ? "Change the value, or the operator of the condition (value \(side))."
        : "Convert the value (value \(side)), change the operator's type, or switch on 'Convert types where required'.",
      item: item)
  }
}

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
  /// What most conditions are: a number or text beside one that no expression gives.
  private enum Test {
    case number(NumberRelation, Double)
    case text(isSame: Bool, String)
  }

  private let test: Test?
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
    test =
      isSingle || ignoresCase || rightType != comparison.type || right?.isConstant != true
      ? nil : Self.test(comparison, condition["rightValue"])
    self.isLoose = isLoose
    self.number = number
  }

  private static func test(_ comparison: FilterComparison, _ right: JSONValue?) -> Test? {
    switch (comparison.type, comparison.operation, right) {
    case (.number, _, _):
      guard let relation = NumberRelation(comparison.operation), let right = right?.doubleValue else { return nil }
      return .number(relation, right)
    case (.string, .equals, .string(let text)?): return .text(isSame: true, text)
    case (.string, .notEquals, .string(let text)?): return .text(isSame: false, text)
    default: return nil
    }
  }

  /// - Parameters:
  ///   - items: the context's items.
  ///   - index: the item's place in them.
  @inline(__always)
  mutating func holds(for items: [Item], at index: Int, _ context: NodeContext) throws(NodeError) -> Bool {
    switch test {
    case .number(let relation, let right)?:
      if let left = left?.number(in: items, at: index) { return relation.holds(left, right) }
    case .text(let isSame, let right)?:
      if let left = left?.text(in: items, at: index) { return left.hasSameCodeUnits(as: right) == isSame }
    case nil: break
    }
    return try comparisonHolds(for: items[index], at: index, context)
  }

  private mutating func comparisonHolds(
    for item: Item, at index: Int, _ context: NodeContext
  ) throws(NodeError) -> Bool {
    let left = try left?.value(for: item, at: index, in: context)
    switch comparison.operation {
    case .exists: return left != nil && left?.isNull == false
    case .notExists: return left == nil || left?.isNull == true
    default: break
    }
    do {
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

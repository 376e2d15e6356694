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
  /// What most conditions are: a field of the item, a number or text, beside one that no expression gives.
  private enum Test {
    case number(field: String, NumberRelation, Double)
    case text(field: String, isSame: Bool, String)
  }

  private let test: Test?
  /// Where the field was in the item before.
  private var place = 0
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
    let isUsual = !isSingle && !ignoresCase && rightType == comparison.type && right?.isConstant == true
    test = isUsual ? Self.test(left?.field, comparison, condition["rightValue"]) : nil
    self.isLoose = isLoose
    self.number = number
  }

  private static func test(_ field: String?, _ comparison: FilterComparison, _ right: JSONValue?) -> Test? {
    guard let field else { return nil }
    switch (comparison.type, comparison.operation, right) {
    case (.number, _, _):
      guard let relation = NumberRelation(comparison.operation), let right = right?.doubleValue else { return nil }
      return .number(field: field, relation, right)
    case (.string, .equals, .string(let text)?): return .text(field: field, isSame: true, text)
    case (.string, .notEquals, .string(let text)?): return .text(field: field, isSame: false, text)
    default: return nil
    }
  }

  /// Looks at some of the context's items.
  mutating func test(_ selection: ItemSelection, _ context: NodeContext) -> ItemVerdict {
    let items = context.items
    var verdict = ItemVerdict(met: selection.none)
    // Where the field is missing or of another kind.
    var others = selection.none
    switch test {
    case .number(let field, let relation, let right)?:
      for index in selection {
        if let left = items.number(of: field, at: index, near: &place) {
          verdict.met.insert(index, if: relation.holds(left, right))
        } else {
          others.insert(index)
        }
      }
    case .text(let field, let isSame, let right)?:
      for index in selection {
        if let isRight = items.isText(right, of: field, at: index, near: &place) {
          verdict.met.insert(index, if: isRight == isSame)
        } else {
          others.insert(index)
        }
      }
    case nil: others = selection
    }
    for index in others {
      verdict.note(index) { () throws(NodeError) in try comparisonHolds(for: items[index], at: index, context) }
    }
    return verdict
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
      case (.dateTime, _): Moment(reading: value) != nil
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

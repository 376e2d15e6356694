// The conditions of n8n's filter component, as `if` 2, `switch` 3 and `filter` 2 have them:
// `{options: {caseSensitive, typeValidation, version}, combinator, conditions: [{leftValue, rightValue, operator}]}`.

import JobsprintDomain
import JobsprintPorts

struct FilterConditions {
  private let conditions: [JSONValue]
  private let isAny: Bool
  private let parameter: String
  private let isLoose: Bool
  private let ignoresCase: Bool

  /// - Parameters:
  ///   - parameter: the path of the filter.
  ///   - looseTypeValidation: the node's own switch; the filter's options may say the same.
  init(
    _ context: NodeContext, _ parameter: String, looseTypeValidation: Bool = false, ignoreCase: Bool = false
  ) {
    self.parameter = "\(parameter).conditions"
    conditions = context.rawParameter(self.parameter)?.arrayValue ?? []
    isAny = context.rawParameter("\(parameter).combinator") == "or"
    let options = context.rawParameter("\(parameter).options")
    isLoose = looseTypeValidation || options?["typeValidation"] == "loose"
    ignoresCase = ignoreCase || options?["caseSensitive"] == false
  }

  /// Whether an item meets the conditions.
  func matches(_ context: NodeContext, item: Int) throws(NodeError) -> Bool {
    for (place, condition) in conditions.enumerated() {
      let holds = try holds(condition, at: "\(parameter).\(place)", context, item: item, number: place + 1)
      if holds == isAny { return isAny }
    }
    // No condition at all holds for every item.
    return conditions.isEmpty || !isAny
  }

  private func holds(
    _ condition: JSONValue, at path: String, _ context: NodeContext, item: Int, number: Int
  ) throws(NodeError) -> Bool {
    let kind = condition["operator"]?["type"]?.stringValue ?? "string"
    let operation = condition["operator"]?["operation"]?.stringValue ?? "equals"
    let left = try value(condition, "leftValue", at: path, context, item)
    switch operation {
    case "exists": return left != nil && left?.isNull == false
    case "notExists": return left == nil || left?.isNull == true
    default: break
    }
    let right = try value(condition, "rightValue", at: path, context, item)
    let rightKind = condition["operator"]?["rightType"]?.stringValue ?? kind
    let checked = try validated(left, as: kind, side: "value 1", number: number, item: item)
    // `empty`, `true` and their like look at one value only.
    let isSingle = condition["operator"]?["singleValue"] == true
    let other =
      isSingle ? nil : try validated(right, as: rightKind, side: "value 2", number: number, item: item)
    let comparison = FilterComparison(operation: operation, ignoresCase: ignoresCase)
    do {
      return try comparison.holds(kind, checked, other)
    } catch {
      var located = error
      located.item = item
      throw located
    }
  }

  private func value(
    _ condition: JSONValue, _ key: String, at path: String, _ context: NodeContext, _ item: Int
  ) throws(NodeError) -> JSONValue? {
    guard let raw = condition[key] else { return nil }
    return try context.resolve(raw, path: "\(path).\(key)", item: item)
  }

  /// Strict validation takes only the operator's type (and text that is one, for dates); loose validation converts.
  private func validated(
    _ value: JSONValue?, as kind: String, side: String, number: Int, item: Int
  ) throws(NodeError) -> JSONValue? {
    guard let type = FieldType(rawValue: kind), let value, !value.isNull else { return value }
    if type == .boolean, isLoose { return .bool(value.converted(to: .boolean).map { $0 == true } ?? value.isTruthy) }
    if value == "", type != .string { return nil }
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
        ? "Change the value, or the operator of the condition (\(side))."
        : "Convert the value (\(side)), change the operator's type, or switch on 'Convert types where required'.",
      item: item)
  }
}

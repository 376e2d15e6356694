// The conditions of n8n's filter component, as `if` 2, `switch` 3 and `filter` 2 have them:
// `{options: {caseSensitive, typeValidation, version}, combinator, conditions: [{leftValue, rightValue, operator}]}`.

import JobsprintDomain
import JobsprintPorts

struct FilterConditions {
  /// One condition, read once for all items.
  private struct Condition {
    let left: JSONValue?
    let right: JSONValue?
    let kind: String
    let rightKind: String
    let operation: String
    /// `empty`, `true` and their like look at one value only.
    let isSingle: Bool
    let leftPath: String
    let rightPath: String

    init(_ condition: JSONValue, at path: String) {
      left = condition["leftValue"]
      right = condition["rightValue"]
      let operation = condition["operator"]
      kind = operation?["type"]?.stringValue ?? "string"
      rightKind = operation?["rightType"]?.stringValue ?? kind
      self.operation = operation?["operation"]?.stringValue ?? "equals"
      isSingle = operation?["singleValue"] == true
      leftPath = path + ".leftValue"
      rightPath = path + ".rightValue"
    }
  }

  private let conditions: [Condition]
  private let isAny: Bool
  private let isLoose: Bool
  private let ignoresCase: Bool

  /// - Parameters:
  ///   - parameter: the path of the filter.
  ///   - looseTypeValidation: the node's own switch; the filter's options may say the same.
  init(
    _ context: NodeContext, _ parameter: String, looseTypeValidation: Bool = false, ignoreCase: Bool = false
  ) {
    conditions = (context.rawParameter("\(parameter).conditions")?.arrayValue ?? []).enumerated().map {
      Condition($1, at: "\(parameter).conditions.\($0)")
    }
    isAny = context.rawParameter("\(parameter).combinator") == "or"
    let options = context.rawParameter("\(parameter).options")
    isLoose = looseTypeValidation || options?["typeValidation"] == "loose"
    ignoresCase = ignoreCase || options?["caseSensitive"] == false
  }

  /// The filter of `if` and `filter`: under `conditions`, with the node's switches beside it.
  init(ofNode context: NodeContext) throws(NodeError) {
    let isLoose = try context.bool("looseTypeValidation", default: context.bool("options.looseTypeValidation"))
    self.init(
      context, "conditions", looseTypeValidation: isLoose, ignoreCase: try context.bool("options.ignoreCase"))
  }

  /// Whether an item meets the conditions.
  func matches(_ context: NodeContext, item: Int) throws(NodeError) -> Bool {
    for (place, condition) in conditions.enumerated() {
      let holds = try holds(condition, context, item: item, number: place + 1)
      if holds == isAny { return isAny }
    }
    // No condition at all holds for every item.
    return conditions.isEmpty || !isAny
  }

  private func holds(
    _ condition: Condition, _ context: NodeContext, item: Int, number: Int
  ) throws(NodeError) -> Bool {
    let left = try condition.left.flatMap { (raw) throws(NodeError) in
      try context.resolve(raw, path: condition.leftPath, item: item)
    }
    switch condition.operation {
    case "exists": return left != nil && left?.isNull == false
    case "notExists": return left == nil || left?.isNull == true
    default: break
    }
    let checked = try validated(left, as: condition.kind, side: "value 1", number: number, item: item)
    var other: JSONValue?
    let right = try condition.right.flatMap { (raw) throws(NodeError) in
      try context.resolve(raw, path: condition.rightPath, item: item)
    }
    if !condition.isSingle {
      other = try validated(right, as: condition.rightKind, side: "value 2", number: number, item: item)
    }
    let comparison = FilterComparison(operation: condition.operation, ignoresCase: ignoresCase)
    do {
      return try comparison.holds(condition.kind, checked, other)
    } catch {
      var located = error
      located.item = item
      throw located
    }
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

extension FilterConditions {
  /// What a node with such a filter says of its parameters.
  static func parameters(_ path: String, from version: Double) -> [NodeParameter] {
    let since = version > 1 ? " (from version \(version.javaScriptText))" : ""
    return [
      NodeParameter(
        "\(path).conditions", .list,
        "Conditions {leftValue, operator: {type, operation}, rightValue}; none at all hold for every item\(since)."),
      NodeParameter(
        "\(path).combinator", .choice, "Whether all conditions must hold or any one.", default: "and",
        choices: ["and", "or"]),
      NodeParameter(
        "looseTypeValidation", .boolean,
        "Convert values to the type of the operator where possible; before version 2.1 under `options`.",
        default: false),
      NodeParameter("options.ignoreCase", .boolean, "Compare text without regard to its case.", default: false),
    ]
  }
}

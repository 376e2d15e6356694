// The conditions of n8n's filter component, as `if` 2, `switch` 3 and `filter` 2 have them:
// `{options: {caseSensitive, typeValidation, version}, combinator, conditions: [{leftValue, rightValue, operator}]}`.

import JobsprintDomain
import JobsprintPorts

struct FilterConditions {
  private var conditions: [FilterCondition]
  private let isAny: Bool

  /// - Parameters:
  ///   - parameter: the path of the filter.
  ///   - looseTypeValidation: the node's own switch; the filter's options may say the same.
  init(
    _ context: NodeContext, _ parameter: String, looseTypeValidation: Bool = false, ignoreCase: Bool = false
  ) {
    isAny = context.rawParameter("\(parameter).combinator") == "or"
    let options = context.rawParameter("\(parameter).options")
    let isLoose = looseTypeValidation || options?["typeValidation"] == "loose"
    let ignoresCase = ignoreCase || options?["caseSensitive"] == false
    conditions = (context.rawParameter("\(parameter).conditions")?.arrayValue ?? []).enumerated().map {
      FilterCondition(
        $1, at: "\(parameter).conditions.\($0)", number: $0 + 1, isLoose: isLoose, ignoresCase: ignoresCase, in: context
      )
    }
  }

  /// The filter of `if` and `filter`: under `conditions`, with the node's switches beside it.
  init(ofNode context: NodeContext) throws(NodeError) {
    let isLoose = try context.bool("looseTypeValidation", default: context.bool("options.looseTypeValidation"))
    self.init(
      context, "conditions", looseTypeValidation: isLoose, ignoreCase: try context.bool("options.ignoreCase"))
  }
}

extension FilterConditions: ItemTest {
  mutating func test(_ selection: ItemSelection, _ context: NodeContext) -> ItemVerdict {
    // No condition at all holds for every item.
    guard !conditions.isEmpty else { return ItemVerdict(met: selection) }
    var verdict = ItemVerdict(met: selection.none)
    var open = selection
    for place in conditions.indices where !open.isEmpty {
      let next = conditions[place].test(open, context)
      verdict.failures += next.failures
      if isAny {
        verdict.met = verdict.met.union(next.met)
        open = open.subtracting(next.met)
        for failure in next.failures { open.remove(failure.place) }
      } else {
        open = next.met
      }
    }
    if !isAny { verdict.met = open }
    return verdict
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

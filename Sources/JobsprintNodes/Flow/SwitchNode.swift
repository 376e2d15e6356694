import JobsprintDomain
import JobsprintPorts

/// Routes each item to the output whose rule it meets, or to the output that an expression names.
struct SwitchNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.switch", displayName: "Switch", summary: "Routes items to one of many outputs.",
    versions: [1, 2, 3, 3.1, 3.2, 3.3, 3.4],
    parameters: [
      NodeParameter(
        "mode", .choice, "Route by rules, or to the output whose number an expression gives.", default: "rules",
        choices: ["rules", "expression"]),
      NodeParameter(
        "rules.values", .list,
        "From version 3: rules {conditions, outputKey, renameOutput}; conditions are those of the node If."),
      NodeParameter("output", .number, "With `expression`: the number of the output, from 0."),
      NodeParameter(
        "numberOutputs", .number, "From version 3, with `expression`: how many outputs there are.", default: 4),
      NodeParameter("outputsAmount", .number, "Version 2, with `expression`: how many outputs there are.", default: 4),
      NodeParameter(
        "options.fallbackOutput", .choice, "From version 3: where items go that meet no rule, or an output's number.",
        default: "none", choices: ["none", "extra"]),
      NodeParameter(
        "options.allMatchingOutputs", .boolean, "From version 3: send an item to all outputs whose rules it meets.",
        default: false),
      NodeParameter(
        "options.ignoreCase", .boolean, "From version 3: compare text without regard to case.", default: false),
      NodeParameter(
        "looseTypeValidation", .boolean,
        "From version 3: convert values to the operator's type where possible; before 3.1 under `options`.",
        default: false),
      NodeParameter(
        "dataType", .choice, "Versions 1 and 2: the type of the compared values.", default: "number",
        choices: ["boolean", "dateTime", "number", "string"]),
      NodeParameter("value1", .json, "Versions 1 and 2: the value that is compared with each rule's."),
      NodeParameter("rules.rules", .list, "Versions 1 and 2: rules {operation, value2, output}."),
      NodeParameter(
        "fallbackOutput", .number, "Versions 1 and 2: the output for items that meet no rule; -1 for none.", default: -1
      ),
    ])

  func traits(of node: Node) -> NodeTraits { NodeTraits(outputCount: Self.outputCount(of: node)) }

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    let count = Self.outputCount(of: context.node)
    var router: any SwitchRouter =
      if context.node.parameters["mode"] == "expression" {
        ExpressionRouter(count: count)
      } else if context.typeVersion < 3 {
        LegacyRuleRouter(context)
      } else {
        try FilterRuleRouter(context, count: count)
      }
    var outputs = [[Item]](repeating: [], count: count)
    let items = context.items
    for place in items.indices {
      do throws(NodeError) {
        for output in try router.outputs(of: items[place], at: place, context) {
          guard outputs.indices.contains(output) else {
            throw NodeError(
              "The output \(output) does not exist: the node has \(count) outputs, numbered from 0",
              description: "Change the rule or expression, or the number of outputs.", item: place)
          }
          outputs[output].append(items[place])
        }
      } catch {
        guard context.continuesOnFail else { throw error }
        outputs[0].append(items[place].reporting(error))
      }
    }
    return .outputs(outputs)
  }

  /// More outputs than anyone draws: a larger number is a mistake.
  private static let mostOutputs = 1000

  private static func outputCount(of node: Node) -> Int {
    let parameters = node.parameters
    func clamped(_ value: JSONValue?) -> Int { min(max(value?.integerValue ?? 4, 1), mostOutputs) }
    if parameters["mode"] == "expression" {
      return clamped(parameters[node.typeVersion < 3 ? "outputsAmount" : "numberOutputs"])
    }
    if node.typeVersion < 2 { return 4 }
    if node.typeVersion < 3 { return max(1, parameters["rules"]?["rules"]?.arrayValue?.count ?? 0) }
    let rules = parameters["rules"]?["values"]?.arrayValue?.count ?? 0
    return max(1, rules) + (parameters["options"]?["fallbackOutput"] == "extra" ? 1 : 0)
  }
}

private protocol SwitchRouter {
  /// Where an item goes; empty when nowhere.
  mutating func outputs(of item: Item, at place: Int, _ context: NodeContext) throws(NodeError) -> [Int]
}

private struct ExpressionRouter: SwitchRouter {
  let count: Int

  func outputs(of _: Item, at item: Int, _ context: NodeContext) throws(NodeError) -> [Int] {
    let value = try context.parameter("output", item: item) ?? 0
    guard let output = value.converted(to: .number)?.integerValue else {
      throw NodeError(
        "The output must be a whole number from 0 to \(count - 1), not \(value.asText)", item: item,
        context: ["parameter": "output"])
    }
    return [output]
  }
}

private struct LegacyRuleRouter: SwitchRouter {
  private let rules: [JSONValue]
  private let kind: String
  private let fallback: Int

  private static let defaults: [String: (operation: String, value: JSONValue)] = [
    "boolean": ("equal", false), "dateTime": ("after", ""), "number": ("smaller", 0), "string": ("equal", ""),
  ]

  init(_ context: NodeContext) {
    rules = context.rawParameter("rules.rules")?.arrayValue ?? []
    kind = context.rawParameter("dataType")?.stringValue ?? "number"
    fallback = context.rawParameter("fallbackOutput")?.integerValue ?? -1
  }

  func outputs(of _: Item, at item: Int, _ context: NodeContext) throws(NodeError) -> [Int] {
    let standard = Self.defaults[kind] ?? ("equal", "")
    let left = try context.parameter("value1", item: item)
    for (place, rule) in rules.enumerated() {
      let right = try context.resolve(rule["value2"] ?? standard.value, path: "rules.rules.\(place).value2", item: item)
      let operation = rule["operation"]?.stringValue ?? standard.operation
      if try LegacyComparison(kind: kind, operation: operation).holds(left, right) {
        return [context.typeVersion < 2 ? rule["output"]?.integerValue ?? 0 : place]
      }
    }
    return fallback >= 0 ? [fallback] : []
  }
}

private struct FilterRuleRouter: SwitchRouter {
  private var rules: [FilterConditions]
  private let fallback: Int?
  private let takesAll: Bool

  init(_ context: NodeContext, count: Int) throws(NodeError) {
    let isLoose = try context.bool("looseTypeValidation", default: context.bool("options.looseTypeValidation"))
    let ignoreCase = try context.bool("options.ignoreCase")
    rules = (context.rawParameter("rules.values")?.arrayValue ?? []).indices.map {
      FilterConditions(
        context, "rules.values.\($0).conditions", looseTypeValidation: isLoose, ignoreCase: ignoreCase)
    }
    let chosen = context.rawParameter("options.fallbackOutput")
    fallback = chosen == "extra" ? count - 1 : chosen?.integerValue
    takesAll = try context.bool("options.allMatchingOutputs")
  }

  mutating func outputs(of item: Item, at place: Int, _ context: NodeContext) throws(NodeError) -> [Int] {
    var found: [Int] = []
    for rule in rules.indices where try rules[rule].isMet(at: place, context) {
      found.append(rule)
      if !takesAll { break }
    }
    if found.isEmpty, let fallback { return [fallback] }
    return found
  }
}

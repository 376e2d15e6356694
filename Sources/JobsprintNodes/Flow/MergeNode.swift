// Brings several inputs together. Versions 2 and 3 share their modes; version 1 has names of its own for them
// (`MergeNode+Version1.swift`).

import JobsprintDomain
import JobsprintPorts

struct MergeNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.merge", displayName: "Merge", summary: "Merges the items of several inputs.",
    versions: [1, 2, 2.1, 3, 3.1, 3.2],
    parameters: [
      NodeParameter(
        "mode", .choice,
        "How to merge; version 1 has passThrough, wait, multiplex, mergeByIndex, mergeByKey,"
          + " keepKeyMatches and removeKeyMatches.", default: "append", choices: ["append", "combine", "chooseBranch"]),
      NodeParameter("numberInputs", .number, "From version 3: how many inputs there are, 2 to 10.", default: 2),
      NodeParameter(
        "combineBy", .choice, "From version 3, with `combine`: which items go together.", default: "combineByFields",
        choices: ["combineByFields", "combineByPosition", "combineAll"]),
      NodeParameter(
        "combinationMode", .choice, "Version 2, with `combine`: which items go together.", default: "mergeByFields",
        choices: ["mergeByFields", "mergeByPosition", "multiplex"]),
      NodeParameter(
        "advanced", .boolean, "From version 3: match fields whose names differ, by `mergeByFields`.", default: false),
      NodeParameter(
        "fieldsToMatchString", .text, "From version 3: fields to match, the same in both, separated by commas."),
      NodeParameter("mergeByFields.values", .list, "Pairs {field1, field2} of fields to match."),
      NodeParameter(
        "joinMode", .choice, "Which items come out of a match by fields.", default: "keepMatches",
        choices: ["keepMatches", "keepNonMatches", "keepEverything", "enrichInput1", "enrichInput2"]),
      NodeParameter(
        "outputDataFrom", .choice, "With `keepMatches` and `keepNonMatches`: whose data comes out.", default: "both",
        choices: ["both", "input1", "input2"]),
      NodeParameter(
        "output", .choice, "With `chooseBranch`: what comes out; version 2 says `input1` for the first input.",
        default: "specifiedInput", choices: ["specifiedInput", "input1", "input2", "empty"]),
      NodeParameter(
        "useDataOfInput", .number, "From version 3, with `chooseBranch`: the number of the input, from 1.", default: 1),
      NodeParameter(
        "options.clashHandling.values", .json,
        "What happens to fields that both have: {resolveClash: preferInput1 | preferInput2 | addSuffix,"
          + " mergeMode: deepMerge | shallowMerge, overrideEmpty}."),
      NodeParameter("options.fuzzyCompare", .boolean, "Take `3` and `\"3\"` and their like as equal.", default: false),
      NodeParameter(
        "options.multipleMatches", .choice, "Take all matches of an item or the first.", default: "all",
        choices: ["all", "first"]),
      NodeParameter(
        "options.includeUnpaired", .boolean, "By position: keep items that have no partner.", default: false),
      NodeParameter(
        "options.disableDotNotation", .boolean, "Take `a.b` as the name of a field, not as a path.", default: false),
    ])

  func traits(of node: Node) -> NodeTraits {
    guard node.typeVersion >= 2 else { return NodeTraits() }
    guard node.parameters["mode"] == "chooseBranch" else { return NodeTraits(requiredInputs: .atLeast(1)) }
    return NodeTraits(requiredInputs: .indexes(Array(0..<Self.inputCount(of: node))))
  }

  /// Only version 3 has more than two.
  static func inputCount(of node: Node) -> Int {
    guard node.typeVersion >= 3 else { return 2 }
    return min(max(node.parameters["numberInputs"]?.integerValue ?? 2, 2), 10)
  }

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    if context.typeVersion < 2 { return .outputs([try version1(context)]) }
    let inputs = (0..<Self.inputCount(of: context.node)).map { context.items(ofInput: $0) }
    switch try context.string("mode", default: "append") {
    case "append": return .outputs([inputs.flatMap { $0 }])
    case "combine": return .outputs([try combined(inputs, context)])
    case "chooseBranch": return .outputs([try chosen(inputs, context)])
    case "combineBySql":
      throw NodeError("Merging with SQL is not supported", description: "Use another mode of the node.")
    case let mode: throw NodeError("The mode '\(mode)' does not exist", context: ["parameter": "mode"])
    }
  }

  private func combined(_ inputs: [[Item]], _ context: NodeContext) throws(NodeError) -> [Item] {
    let isThird = context.typeVersion >= 3
    let how = try context.string(
      isThird ? "combineBy" : "combinationMode", default: isThird ? "combineByFields" : "mergeByFields")
    switch how {
    case "mergeByFields", "combineByFields": return try FieldMatch(context).combined(inputs[0], inputs[1])
    case "mergeByPosition", "combineByPosition":
      // In version 2 an input without data leaves the other's items as they are.
      if !isThird, inputs.contains(where: \.isEmpty) { return inputs.flatMap { $0 } }
      let clash = try ClashHandling(context)
      let takesUnpaired = try context.bool("options.includeUnpaired")
      let counts = inputs.map(\.count)
      let count = (takesUnpaired ? counts.max() : counts.min()) ?? 0
      return (0..<count).map { place in
        clash.merged(inputs.map { place < $0.count ? $0[place] : nil })
      }
    case "multiplex", "combineAll":
      let clash = try ClashHandling(context)
      try NodeError.requireReasonable(itemCount: inputs[0].count * inputs[1].count)
      // The input that wins changes last.
      if clash.preferred == 0 { return inputs[1].flatMap { second in inputs[0].map { clash.merged([$0, second]) } } }
      return inputs[0].flatMap { first in inputs[1].map { clash.merged([first, $0]) } }
    default: throw NodeError("The combination '\(how)' does not exist", context: ["parameter": "combineBy"])
    }
  }

  private func chosen(_ inputs: [[Item]], _ context: NodeContext) throws(NodeError) -> [Item] {
    let output = try context.string("output", default: context.typeVersion >= 3 ? "specifiedInput" : "input1")
    switch output {
    case "empty":
      let origins = inputs.enumerated().flatMap { input, items in
        items.indices.map { PairedItem.Origin(item: $0, input: input) }
      }
      return [Item(json: [:], pairedItem: .many(origins))]
    case "input1": return inputs[0]
    case "input2": return inputs[1]
    default:
      // `input`, `specifiedInput`: the number of the input, from 1.
      let number = try context.number("useDataOfInput", default: 1)
      guard let input = Int(exactly: number), (1...inputs.count).contains(input) else {
        throw NodeError("There is no input \(number.javaScriptText)", context: ["parameter": "useDataOfInput"])
      }
      return inputs[input - 1]
    }
  }
}

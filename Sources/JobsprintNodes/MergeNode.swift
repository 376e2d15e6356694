// Brings several inputs together. Versions 2 and 3 share their modes; version 1 has names of its own for them
// (`MergeNode+Version1.swift`).

import JobsprintDomain
import JobsprintPorts

struct MergeNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.merge", displayName: "Merge", summary: "Merges the items of several inputs.",
    versions: [1, 2, 2.1, 3, 3.1, 3.2])

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
      let clash = try ClashHandling(context)
      let takesUnpaired = try context.bool("options.includeUnpaired")
      let counts = inputs.map(\.count)
      let count = (takesUnpaired ? counts.max() : counts.min()) ?? 0
      return (0..<count).map { place in
        clash.merged(inputs.map { place < $0.count ? $0[place] : nil })
      }
    case "multiplex", "combineAll":
      let clash = try ClashHandling(context)
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
      guard let input = Int(exactly: number), inputs.indices.contains(input - 1) else {
        throw NodeError("There is no input \(number.javaScriptText)", context: ["parameter": "useDataOfInput"])
      }
      return inputs[input - 1]
    }
  }
}

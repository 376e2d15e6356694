// Loop over items. The node remembers only where it is: which of its runs began the loop and how far it has come. The
// items themselves are read back from the history, so that a loop over many items does not write them again and again.

import JobsprintDomain
import JobsprintPorts

struct SplitInBatchesNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.splitInBatches", displayName: "Loop Over Items (Split in Batches)",
    summary: "Hands out its items batch by batch, in a loop.", versions: [1, 2, 3],
    parameters: [
      NodeParameter(
        "batchSize", .number, "How many items a batch has; 10 where versions 1 and 2 leave it out.", default: 1),
      NodeParameter("options.reset", .boolean, "Begin anew with the items that come in.", default: false),
    ])

  /// Version 1 has one output; 2 has `loop`, `done`; 3 has `done`, `loop`.
  func traits(of node: Node) -> NodeTraits { NodeTraits(outputCount: node.typeVersion < 2 ? 1 : 2) }

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    let isReset = try context.bool("options.reset")
    let begins = context.runIndex == 0 || isReset
    let startRun = begins ? context.runIndex : context.state["startRun"]?.integerValue ?? 0
    let number = begins ? 0 : (context.state["currentRunIndex"]?.integerValue ?? -1) + 1
    let all = begins ? context.items : context.scope.history.inputItems(of: context.node.name, run: startRun)
    let source = begins ? context.scope.sources.first ?? nil : start(startRun, context)

    // A batch of more than all items is one of all; so no product of sizes can overflow.
    let size = min(try batchSize(context), max(1, all.count))
    let first = min(min(number, all.count) * size, all.count)
    let handedOut = all[first..<min(first + size, all.count)].enumerated().map { place, item in
      Item(
        json: item.json, binary: item.binary,
        pairedItem: .one(PairedItem.Origin(item: first + place, source: begins ? nil : source)))
    }
    let isDone = handedOut.isEmpty
    let state: JSONObject = [
      "currentRunIndex": .integer(Int64(number)), "maxRunIndex": .integer(Int64((all.count + size - 1) / size)),
      "noItemsLeft": .bool(first + size >= all.count), "done": .bool(isDone), "startRun": .integer(Int64(startRun)),
    ]
    if context.typeVersion < 2 { return .outputs(isDone ? [] : [handedOut], state: state) }
    let done = isDone ? processed(since: startRun, context) : []
    return .outputs(context.typeVersion < 3 ? [handedOut, done] : [done, handedOut], state: state)
  }

  private func batchSize(_ context: NodeContext) throws(NodeError) -> Int {
    let size = try context.number("batchSize", default: context.typeVersion < 3 ? 10 : 1)
    guard size >= 1 else {
      throw NodeError(
        "The batch size must be 1 or more, not \(size.javaScriptText)", context: ["parameter": "batchSize"])
    }
    return Int(clamping: size)
  }

  private func start(_ run: Int, _ context: NodeContext) -> RunSource? {
    context.scope.history.run(of: context.node.name, run)?.sources.first ?? nil
  }

  /// What came back from the loop: the inputs of all runs behind the one that began it, this one included.
  private func processed(since startRun: Int, _ context: NodeContext) -> [Item] {
    var items: [Item] = []
    let name = context.node.name
    for run in (startRun + 1)..<max(startRun + 1, context.runIndex) {
      let source = start(run, context)
      for (place, item) in context.scope.history.inputItems(of: name, run: run).enumerated() {
        items.append(
          Item(
            json: item.json, binary: item.binary, pairedItem: .one(PairedItem.Origin(item: place, source: source))))
      }
    }
    if context.runIndex > startRun { items += context.items }
    return items
  }
}

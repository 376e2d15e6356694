// What becomes of a node's items before they are recorded: errors of single items, pairing, and output that must not
// be empty. The rules are n8n's (conformance data, engine facts).

import JobsprintDomain

extension NodeTask {
  /// The outputs to record for a run that went well.
  func recorded(_ raw: [[Item]]) -> [[Item]] {
    var outputs = raw
    if node.onError == .continueErrorOutput { outputs = withErrorOutput(outputs) }
    for place in outputs.indices { for item in outputs[place].indices { outputs[place][item].settleError() } }
    pair(&outputs)
    if node.alwaysOutputData, outputs.first?.isEmpty ?? true { fillFirst(&outputs) }
    return outputs
  }

  /// The outputs to record for a run that failed where the workflow goes on: what came in goes out.
  func passedThrough() -> [[Item]] {
    var outputs = [inputs.first ?? []]
    if node.onError == .continueErrorOutput {
      while outputs.count <= traits.outputCount { outputs.append([]) }
    }
    if node.alwaysOutputData, outputs[0].isEmpty { fillFirst(&outputs) }
    return outputs
  }

  private func fillFirst(_ outputs: inout [[Item]]) {
    var origins: [PairedItem.Origin] = []
    for (input, items) in inputs.enumerated() {
      for item in items.indices { origins.append(PairedItem.Origin(item: item, input: input)) }
    }
    if outputs.isEmpty { outputs = [[]] }
    outputs[0] = [Item(json: [:], pairedItem: .many(origins))]
  }

  /// Moves failed items to the last output, each with the json of the item it was made from under its own.
  private func withErrorOutput(_ outputs: [[Item]]) -> [[Item]] {
    var result = outputs
    while result.count <= traits.outputCount { result.append([]) }
    var failed: [Item] = []
    for place in 0..<traits.outputCount {
      result[place].removeAll { item in
        guard item.isFailure else { return false }
        failed.append(item.withSource(source(of: item)))
        return true
      }
    }
    result[traits.outputCount] += failed
    return result
  }

  private func source(of item: Item) -> Item? {
    guard let origin = item.pairedItem?.origins.first, inputs.indices.contains(origin.input),
      inputs[origin.input].indices.contains(origin.item)
    else { return inputs.count == 1 && inputs[0].count == 1 ? inputs[0][0] : nil }
    return inputs[origin.input][origin.item]
  }

  /// Pairs items that the node left unpaired, where only one answer is possible.
  private func pair(_ outputs: inout [[Item]]) {
    let isOneInput = inputs.count == 1
    let inputCount = inputs.first?.count ?? 0
    let sameCount = isOneInput && outputs.count == 1 && outputs[0].count == inputCount
    let oneToAll = isOneInput && inputCount == 1
    let manyToOne = isOneInput && outputs.count == 1 && outputs[0].count == 1
    guard sameCount || oneToAll || manyToOne else { return }
    for output in outputs.indices {
      for place in outputs[output].indices where outputs[output][place].pairedItem == nil {
        outputs[output][place].pairedItem = PairedItem(item: sameCount ? place : 0)
      }
    }
  }
}

extension Item {
  /// The node says that this item went wrong.
  fileprivate var isFailure: Bool {
    if error != nil { return true }
    guard json["error"] != nil else { return false }
    return json.count == 1 || json.count == 2 && json["message"] != nil
  }

  fileprivate func withSource(_ source: Item?) -> Item {
    var merged = self
    merged.settleError()
    guard let source else { return merged }
    let own = merged.json
    merged.json = source.json
    merged.json.merge(own)
    return merged
  }

  /// An error beside the json becomes the json.
  fileprivate mutating func settleError() {
    if let error {
      json = ["error": error["message"] ?? error]
      self.error = nil
    } else if let error = json["$error"], json["$json"] != nil {
      json = ["error": error["message"] ?? error]
    }
  }
}

import JobsprintDomain
import JobsprintPorts

/// Compares the items of two inputs, matched by fields: what only one has, what is the same, what differs.
struct CompareDatasetsNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.compareDatasets", displayName: "Compare Datasets",
    summary: "Compares the items of two inputs.", versions: [1, 2, 2.1, 2.2, 2.3],
    outputs: ["In A only", "Same", "Different", "In B only"],
    parameters: [
      NodeParameter("mergeByFields.values", .list, "Pairs {field1, field2} of fields by which items are matched."),
      NodeParameter(
        "resolve", .choice, "What comes out of `Different`; version 1 prefers input 2.", default: "includeBoth",
        choices: ["preferInput1", "preferInput2", "mix", "includeBoth"]),
      NodeParameter(
        "preferWhenMix", .choice, "With `mix`: the input that most fields are from.", default: "input1",
        choices: ["input1", "input2"]),
      NodeParameter(
        "exceptWhenMix", .text, "With `mix`: the fields that are from the other input, separated by commas."),
      NodeParameter(
        "fuzzyCompare", .boolean, "Take `3` and `\"3\"` and their like as equal; in version 1 under `options`.",
        default: false),
      NodeParameter("options.skipFields", .text, "Fields that are not compared, separated by commas.", default: ""),
      NodeParameter(
        "options.multipleMatches", .choice, "Compare with all matches or with the first only.", default: "all",
        choices: ["all", "first"]),
      NodeParameter(
        "options.disableDotNotation", .boolean, "Take `a.b` as the name of a field, not as a path.", default: false),
    ])

  func traits(of node: Node) -> NodeTraits { NodeTraits(requiredInputs: .atLeast(1), outputCount: 4) }

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    let (first, second) = (context.items(ofInput: 0), context.items(ofInput: 1))
    let usesDots = try context.usesDots()
    let pairing = FieldPairing(
      pairs: FieldPairing.pairs(try context.parameter("mergeByFields"), usesDots: usesDots),
      isFuzzy: try context.bool("fuzzyCompare", default: context.bool("options.fuzzyCompare")))
    guard !pairing.pairs.isEmpty else {
      throw NodeError(
        "You need to define at least one pair of fields in 'Fields to Match' to match on",
        context: ["parameter": "mergeByFields.values"])
    }
    let difference = try DatasetDifference(context, pairing, usesDots: usesDots)
    // From version 2.2 on an input without items has nothing to be compared with.
    if context.typeVersion >= 2.2, first.isEmpty || second.isEmpty { return .outputs([first, [], [], second]) }
    for pair in pairing.pairs {
      try require(pair.first, in: first, "input A")
      try require(pair.second, in: second, "input B")
    }
    let takesFirst = try context.string("options.multipleMatches", default: "all") == "first"
    let matches = try pairing.matches(first, second, firstOnly: takesFirst)
    return .outputs(compared(first, second, matches, difference))
  }

  private func require(_ field: FieldPath, in items: [Item], _ input: String) throws(NodeError) {
    if items.isEmpty { throw field.absence(in: input) }
    try field.requirePresence(in: items, of: input)
  }

  private func compared(
    _ first: [Item], _ second: [Item], _ matches: [ArraySlice<Int>], _ difference: DatasetDifference
  ) -> [[Item]] {
    var (onlyFirst, same, different): ([Item], [Item], [Item]) = ([], [], [])
    var isMatched = [Bool](repeating: false, count: second.count)
    for (item, places) in zip(first, matches) {
      if places.isEmpty { onlyFirst.append(item) }
      for place in places {
        isMatched[place] = true
        let other = second[place]
        let pairing = item.pairedItem.map { mine in other.pairedItem.map { mine.merged(with: $0) } ?? mine }
        if difference.areSame(item.json, other.json) {
          // Equal by the fuzzy rules is not identical.
          let kept = if case .second = difference.resolution { other } else { item }
          same.append(Item(json: kept.json, binary: kept.binary, pairedItem: pairing))
        } else {
          different.append(Item(json: difference.resolved(item.json, other.json), pairedItem: pairing))
        }
      }
    }
    return [onlyFirst, same, different, second.indices.filter { !isMatched[$0] }.map { second[$0] }]
  }
}

// Duplicates of items that earlier executions have seen. What was seen is the workflow's static data, in a slot of its
// own: it is stored with the end of the execution, also where that is an error, and the last one to end counts.

import JobsprintDomain
import JobsprintPorts

extension RemoveDuplicatesNode {
  static let inputOperation = "removeDuplicateInputItems"
  static let historyOperation = "removeItemsSeenInPreviousExecutions"
  static let clearOperation = "clearDeduplicationHistory"
  static let operations = [inputOperation, historyOperation, clearOperation]

  static let newLogic = "removeItemsWithAlreadySeenKeyValues"
  static let higherLogic = "removeItemsUpToStoredIncrementalKey"
  static let laterLogic = "removeItemsUpToStoredDate"
  static let logics = [newLogic, higherLogic, laterLogic]

  func traits(of node: Node) -> NodeTraits {
    let hasTwo = node.typeVersion >= 2 && node.parameters["operation"]?.stringValue == Self.historyOperation
    return NodeTraits(outputCount: hasTwo ? 2 : 1)
  }

  func staticData(of node: Node) -> [StaticDataSlot] {
    guard node.typeVersion >= 2, let operation = node.parameters["operation"]?.stringValue,
      operation != Self.inputOperation
    else { return [] }
    let scope = node.parameters["options"]?["scope"]?.stringValue ?? "node"
    // An expression's value is known later.
    return scope == "node"
      ? [.seen(by: node.name)] : scope == "workflow" ? [.seen(by: nil)] : [.seen(by: node.name), .seen(by: nil)]
  }

  private static func slot(_ context: NodeContext) throws(NodeError) -> StaticDataSlot {
    switch try context.string("options.scope", default: "node") {
    case "node": .seen(by: context.node.name)
    case "workflow": .seen(by: nil)
    case let scope: throw context.unknownChoice("options.scope", scope, ["node", "workflow"])
    }
  }

  /// Items go on as they are.
  static func clear(_ context: NodeContext) throws(NodeError) -> NodeResult {
    let slot = try slot(context)
    if context.scope.notes.staticData(slot)?.isEmpty == false { try context.scope.notes.leave([:], in: slot) }
    return .outputs([context.items])
  }

  /// Two outputs: what is kept, and what is not.
  static func unseen(_ context: NodeContext) throws(NodeError) -> NodeResult {
    let slot = try slot(context)
    let before = context.scope.notes.staticData(slot) ?? [:]
    var seen = SeenItems(before)
    let isKept: [Bool] =
      switch try context.string("logic", default: newLogic) {
      case newLogic: try newValues(context, &seen)
      case higherLogic: try higherValues(context, &seen)
      case laterLogic: try laterDates(context, &seen)
      case let logic: throw context.unknownChoice("logic", logic, logics)
      }
    let after = seen.members
    if after != before { try context.scope.notes.leave(after, in: slot) }
    var outputs: [[Item]] = [[], []]
    for (item, isKept) in zip(context.items, isKept) { outputs[isKept ? 0 : 1].append(item) }
    return .outputs(outputs)
  }

  /// A value that is empty is told from no other, and its item is kept.
  private static func newValues(_ context: NodeContext, _ seen: inout SeenItems) throws(NodeError) -> [Bool] {
    let limit = try historySize(context)
    let known = Set(seen.keys)
    var (new, added): ([SeenItems.Key], Set<SeenItems.Key>) = ([], [])
    var isKept: [Bool] = []
    isKept.reserveCapacity(context.items.count)
    for item in context.items.indices {
      let text = try context.string("dedupeValue", item: item)
      guard !text.isEmpty else {
        isKept.append(true)
        continue
      }
      let key = try SeenItems.Key(of: text)
      let isNew = !known.contains(key)
      // Only against earlier runs: a value that comes twice at once is new twice.
      if isNew, added.insert(key).inserted { new.append(key) }
      isKept.append(isNew)
    }
    guard new.count <= limit else {
      throw NodeError(
        "\(new.count) values are new, and the history may hold \(limit)",
        description: "Raise 'History Size' (at most \(SeenItems.mostKeys)), or put fewer items in at a time.",
        context: ["parameter": "options.historySize"])
    }
    seen.add(new, limit: limit)
    return isKept
  }

  private static func historySize(_ context: NodeContext) throws(NodeError) -> Int {
    let size = try context.number("options.historySize", default: Double(SeenItems.usualKeys))
    guard let limit = Int(exactly: size), (1...SeenItems.mostKeys).contains(limit) else {
      throw NodeError(
        "The history size must be a whole number from 1 to \(SeenItems.mostKeys)",
        description: "Change 'History Size'.", context: ["parameter": "options.historySize"])
    }
    return limit
  }

  private static func higherValues(_ context: NodeContext, _ seen: inout SeenItems) throws(NodeError) -> [Bool] {
    let path = "incrementalDedupeValue"
    let highest = seen.highest
    var isKept: [Bool] = []
    for item in context.items.indices {
      let value = try context.parameter(path, item: item) ?? .null
      guard let number = value.doubleValue ?? value.stringValue.flatMap({ Double($0) }), number.isFinite else {
        throw context.wrongKind(path, "a number", found: value, item: item)
      }
      isKept.append(highest.map { number > $0 } ?? true)
      seen.highest = max(seen.highest ?? number, number)
    }
    return isKept
  }

  private static func laterDates(_ context: NodeContext, _ seen: inout SeenItems) throws(NodeError) -> [Bool] {
    let path = "dateDedupeValue"
    let latest = seen.latest
    var isKept: [Bool] = []
    for item in context.items.indices {
      let value = try context.parameter(path, item: item) ?? .null
      guard let time = Moment(reading: value)?.milliseconds else {
        throw NodeError(
          "'\(value.asText)' is no date", description: "Give a date in ISO 8601, like 2026-01-31T12:00:00Z.",
          item: item, context: ["parameter": .string(path)])
      }
      isKept.append(latest.map { time > $0 } ?? true)
      seen.latest = max(seen.latest ?? time, time)
    }
    return isKept
  }
}

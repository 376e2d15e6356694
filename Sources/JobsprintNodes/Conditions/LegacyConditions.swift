import JobsprintDomain
import JobsprintPorts

/// `conditions: {boolean, dateTime, number, string}` of `if` 1 and `filter` 1.
struct LegacyConditions {
  private static let kinds: [(name: String, operation: String, value: JSONValue)] = [
    ("boolean", "equal", false), ("dateTime", "after", ""), ("number", "smaller", 0), ("string", "equal", ""),
  ]
  private let conditions: [(kind: String, place: Int, condition: JSONValue, value: JSONValue, operation: String)]

  /// The parameter that says whether all conditions must hold, which may differ from item to item, …
  private let combining: String
  /// … and its value for any one.
  private let any: String

  init(_ context: NodeContext, combining: String, any: String) {
    self.combining = combining
    self.any = any
    conditions = Self.kinds.flatMap { kind in
      (context.rawParameter("conditions.\(kind.name)")?.arrayValue ?? []).enumerated().map { place, condition in
        (kind.name, place, condition, kind.value, condition["operation"]?.stringValue ?? kind.operation)
      }
    }
  }

  /// Whether an item meets all of them, or any one. Without conditions all are met, and any one is not.
  private func hold(_ context: NodeContext, item: Int) throws(NodeError) -> Bool {
    let isAny = try context.string(combining, item: item) == any
    for (kind, place, condition, standard, operation) in conditions {
      func value(_ key: String) throws(NodeError) -> JSONValue? {
        try context.resolve(condition[key] ?? standard, path: "conditions.\(kind).\(place).\(key)", item: item)
      }
      let comparison = LegacyComparison(kind: kind, operation: operation)
      do throws(NodeError) {
        if try comparison.holds(value("value1"), value("value2")) == isAny { return isAny }
      } catch {
        var located = error
        located.item = item
        throw located
      }
    }
    return !isAny
  }
}

extension LegacyConditions: ItemTest {
  func test(_ selection: ItemSelection, _ context: NodeContext) -> ItemVerdict {
    var verdict = ItemVerdict(met: selection.none)
    for place in selection {
      verdict.note(place) { () throws(NodeError) in try hold(context, item: place) }
    }
    return verdict
  }
}

extension LegacyConditions {
  /// What a node of version 1 says of its parameters.
  static func parameters(combining path: String, choices: [String]) -> [NodeParameter] {
    kinds.map { kind in
      NodeParameter(
        "conditions.\(kind.name)", .list, "Version 1: conditions {value1, operation, value2} on \(kind.name) values.")
    } + [
      NodeParameter(
        path, .choice, "Version 1: whether all conditions must hold or any one.",
        default: choices.first.map { .string($0) }, choices: choices)
    ]
  }
}

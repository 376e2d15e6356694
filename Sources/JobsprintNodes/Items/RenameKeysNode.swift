import JobsprintDomain
import JobsprintPorts

/// Renames fields: by name, or all whose name matches a regular expression.
struct RenameKeysNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.renameKeys", displayName: "Rename Keys", summary: "Renames fields of items.", versions: [1],
    parameters: [
      NodeParameter(
        "keys.key", .list, "Renames {currentKey, newKey}, both paths; one of a field that is not there does nothing."),
      NodeParameter(
        "additionalOptions.regexReplacement.replacements", .list,
        "Renames {searchRegex, replaceRegex, options: {caseInsensitive, depth}} of all names that match; depth 0 is the"
          + " top level, -1 all levels."),
    ])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    let isConstant = !context.node.parameters.values.contains { $0.hasExpression }
    var output: [Item] = []
    output.reserveCapacity(context.items.count)
    var renames = try KeyRenames(context, item: 0)
    for (place, item) in context.items.enumerated() {
      do throws(NodeError) {
        if !isConstant, place > 0 { renames = try KeyRenames(context, item: place) }
        var renamed = item
        try renames.apply(to: &renamed.json)
        output.append(renamed)
      } catch {
        guard context.continuesOnFail else { throw error }
        output.append(item.reporting(error))
      }
    }
    return .outputs([output])
  }
}

/// The resolved parameters of `renameKeys`.
private struct KeyRenames {
  /// Remembers its answers: items have the same names again and again, and a pattern takes a thousand times as long.
  private final class Pattern {
    /// Enough for real data; more names than this are data themselves.
    private static let mostKnown = 10_000

    /// Levels below the top one; nil for all.
    let depth: Int?
    private let search: PatternMatch
    private let replacement: String
    private var known: [String: String] = [:]

    init(_ search: PatternMatch, replacement: String, depth: Int?) {
      self.search = search
      self.replacement = replacement
      self.depth = depth
    }

    func renamed(_ key: String) throws(NodeError) -> String {
      if let answer = known[key] { return answer }
      let answer = try search.replacing(in: key, with: replacement)
      if known.count < Self.mostKnown { known[key] = answer }
      return answer
    }
  }

  private let paths: [(from: FieldPath, to: FieldPath)]
  private let patterns: [Pattern]

  init(_ context: NodeContext, item: Int) throws(NodeError) {
    paths = try context.list("keys.key", item: item).compactMap { key in
      guard let from = key["currentKey"]?.asText, let to = key["newKey"]?.asText, !from.isEmpty, !to.isEmpty, from != to
      else { return nil }
      return (FieldPath(from), FieldPath(to))
    }
    var patterns: [Pattern] = []
    for entry in try context.list("additionalOptions.regexReplacement.replacements", item: item) {
      guard let search = entry["searchRegex"]?.asText, !search.isEmpty else { continue }
      let depth = entry["options"]?["depth"]?.integerValue ?? -1
      patterns.append(
        Pattern(
          try PatternMatch(pattern: search, flags: entry["options"]?["caseInsensitive"] == true ? "i" : ""),
          replacement: entry["replaceRegex"]?.asText ?? "", depth: depth < 0 ? nil : depth))
    }
    self.patterns = patterns
  }

  func apply(to json: inout JSONObject) throws(NodeError) {
    for (from, to) in paths {
      guard let value = from.value(in: json) else { continue }
      from.remove(from: &json)
      to.set(value, in: &json)
    }
    for pattern in patterns { json = try renamed(json, pattern, pattern.depth) }
  }

  private func renamed(_ json: JSONObject, _ pattern: Pattern, _ depth: Int?) throws(NodeError) -> JSONObject {
    var result = JSONObject()
    result.reserveCapacity(json.count)
    for entry in json {
      result[try pattern.renamed(entry.key)] = try inside(entry.value, pattern, depth)
    }
    return result
  }

  /// A list is a level too.
  private func inside(_ value: JSONValue, _ pattern: Pattern, _ depth: Int?) throws(NodeError) -> JSONValue {
    if depth == 0 { return value }
    switch value {
    case .object(let members): return .object(try renamed(members, pattern, depth.map { $0 - 1 }))
    case .array(let elements):
      var renamedElements: [JSONValue] = []
      renamedElements.reserveCapacity(elements.count)
      for element in elements { renamedElements.append(try inside(element, pattern, depth.map { $0 - 1 })) }
      return .array(renamedElements)
    default: return value
    }
  }
}

import JobsprintDomain
import JobsprintPorts

/// What happens to fields that several merged items have: `options.clashHandling.values`.
struct ClashHandling {
  /// The input whose fields win; nil for the last one.
  var preferred: Int?
  private let addsSuffix: Bool
  private let isDeep: Bool
  private let overridesEmpty: Bool

  init(_ context: NodeContext) throws(NodeError) {
    let path = "options.clashHandling.values"
    let resolve = try context.string(path + ".resolveClash", default: "")
    addsSuffix = resolve == "addSuffix"
    preferred = resolve.hasPrefix("preferInput") ? Int(resolve.dropFirst("preferInput".count)).map { $0 &- 1 } : nil
    isDeep = try context.string(path + ".mergeMode", default: "deepMerge") == "deepMerge"
    overridesEmpty = try context.bool(path + ".overrideEmpty")
  }

  /// Nothing was said about which input wins.
  var isUndecided: Bool { preferred == nil && !addsSuffix }

  /// One item of several, one of each input; nil where an input has none.
  func merged(_ items: [Item?]) -> Item {
    var result = JSONObject()
    var binary: JSONObject?
    var origins: [PairedItem.Origin] = []
    for place in order(items.count) {
      guard let item = items[place] else { continue }
      if addsSuffix {
        for entry in item.json { result["\(entry.key)_\(place + 1)"] = entry.value }
      } else {
        overlay(item.json, on: &result)
      }
      if let files = item.binary {
        var all = binary ?? [:]
        all.merge(files)
        binary = all
      }
    }
    for case let item? in items { origins += item.pairedItem?.origins ?? [] }
    return Item(json: result, binary: binary, pairedItem: .many(origins))
  }

  /// The preferred input comes last, over the others.
  private func order(_ count: Int) -> [Int] {
    guard let preferred, (0..<count).contains(preferred) else { return Array(0..<count) }
    return (0..<count).filter { $0 != preferred } + [preferred]
  }

  private func overlay(_ upper: JSONObject, on lower: inout JSONObject) {
    for entry in upper {
      if overridesEmpty, entry.value.isNull || entry.value == "", lower.contains(entry.key) { continue }
      if isDeep, let present = lower[entry.key] {
        lower[entry.key] = deep(entry.value, on: present)
      } else {
        lower[entry.key] = entry.value
      }
    }
  }

  private func deep(_ upper: JSONValue, on lower: JSONValue) -> JSONValue {
    switch (lower, upper) {
    case (.object(var members), .object(let others)):
      overlay(others, on: &members)
      return .object(members)
    case (.array(var elements), .array(let others)):
      for (place, other) in others.enumerated() {
        if place < elements.count { elements[place] = deep(other, on: elements[place]) } else { elements.append(other) }
      }
      return .array(elements)
    default: return upper
    }
  }
}

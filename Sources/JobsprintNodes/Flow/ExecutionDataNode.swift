import JobsprintDomain
import JobsprintPorts

/// Notes texts in the custom data of the execution, and hands its items on. A later item's text of the same name
/// replaces an earlier one's.
struct ExecutionDataNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.executionData", displayName: "Execution Data",
    summary: "Notes texts in the execution's custom data, and hands its items on.", versions: [1, 1.1],
    parameters: [
      NodeParameter("operation", .choice, "What to do.", default: "save", choices: ["save"]),
      NodeParameter(
        "dataToSave.values", .list,
        "Values {key, value} to note, taken from each item: at most 10 keys of letters, digits and underscores; a key is "
          + "cut behind \(CustomData.longestKey) characters, a text behind \(CustomData.longestText)."),
    ])

  private struct Entry {
    var key: PreparedValue?
    var value: PreparedValue?

    init(_ entry: JSONValue, path: String, in context: NodeContext) {
      key = entry["key"].map { PreparedValue($0, path: path + ".key", in: context) }
      value = entry["value"].map { PreparedValue($0, path: path + ".value", in: context) }
    }

    /// Every item has a text for the same key, so that the last one's stays.
    var isSteady: Bool {
      guard let key, key.isConstant, CustomData.isKey(key.raw.asText) else { return false }
      return value.map { $0.isConstant || $0.field != nil } ?? true
    }
  }

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    var noted = context.scope.notes.customData
    let path = "dataToSave.values"
    // The list of the document; nil where it is an expression, whose texts are data.
    var entries = (context.rawParameter(path) ?? []).arrayValue?.enumerated().map { place, entry in
      Entry(entry, path: "\(path).\(place)", in: context)
    }
    if entries?.allSatisfy(\.isSteady) ?? false, let last = context.items.indices.last {
      try note(&entries, of: last, in: &noted, context)
      context.scope.notes.leave(noted)
      return .outputs([context.items])
    }
    var output: [Item] = []
    output.reserveCapacity(context.items.count)
    for (place, item) in context.items.enumerated() {
      do throws(NodeError) {
        try note(&entries, of: place, in: &noted, context)
        output.append(item)
      } catch {
        guard context.continuesOnFail else { throw error }
        output.append(item.reporting(error))
      }
    }
    context.scope.notes.leave(noted)
    return .outputs([output])
  }

  private func note(
    _ entries: inout [Entry]?, of place: Int, in noted: inout CustomData, _ context: NodeContext
  ) throws(NodeError) {
    guard let count = entries?.count else {
      for entry in try context.list("dataToSave.values", item: place) {
        try note(entry["key"], entry["value"], of: place, in: &noted)
      }
      return
    }
    let item = context.items[place]
    for entry in 0..<count {
      try note(
        entries?[entry].key?.value(for: item, at: place, in: context),
        entries?[entry].value?.value(for: item, at: place, in: context), of: place, in: &noted)
    }
  }

  private func note(
    _ key: JSONValue?, _ value: JSONValue?, of place: Int, in noted: inout CustomData
  ) throws(NodeError) {
    guard let given = key?.asText, !given.isEmpty else { return }
    let key = String(String.UnicodeScalarView(given.unicodeScalars.prefix(CustomData.longestKey)))
    guard CustomData.isKey(key) else {
      throw NodeError(
        "'\(key)' can't be a key of custom data", description: "Use letters (A-Z), digits and underscores.",
        item: place)
    }
    noted.set(value?.asText ?? "", for: key)
  }
}

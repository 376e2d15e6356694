import JobsprintDomain
import JobsprintPorts

/// Makes an item of each element of a list; an object counts as the list of its values.
struct SplitOutNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.splitOut", displayName: "Split Out", summary: "Makes an item of each element of a list.",
    versions: [1],
    parameters: [
      NodeParameter(
        "fieldToSplitOut", .text,
        "The field with the list; several, separated by commas, are split side by side; `$binary` for the files."),
      NodeParameter(
        "include", .choice, "Which other fields go into each new item.", default: "noOtherFields",
        choices: ["noOtherFields", "allOtherFields", "selectedOtherFields"]),
      NodeParameter("fieldsToInclude", .text, "With `selectedOtherFields`: field names, separated by commas."),
      NodeParameter(
        "options.destinationFieldName", .text,
        "The field that gets the element; as many as fields to split out, separated by commas.", default: ""),
      NodeParameter("options.includeBinary", .boolean, "Keep the files in each new item.", default: false),
      NodeParameter(
        "options.disableDotNotation", .boolean, "Take `a.b` as the name of a field, not as a path.", default: false),
    ])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult { .outputs([try Self.items(context)]) }

  /// - Parameter needsList: a field that is missing, or holds neither list nor object, is an error.
  static func items(_ context: NodeContext, needsList: Bool = false) throws(NodeError) -> [Item] {
    guard !context.items.isEmpty else { return [] }
    let parameters = ["fieldToSplitOut", "include", "fieldsToInclude", "options"]
    let isConstant = !parameters.contains { context.rawParameter($0)?.hasExpression ?? false }
    var split = try ListSplit(context, item: 0, needsList: needsList)
    var output: [Item] = []
    for (place, item) in context.items.enumerated() {
      if !isConstant, place > 0 { split = try ListSplit(context, item: place, needsList: needsList) }
      try split.append(elementsOf: item, at: place, to: &output)
    }
    return output
  }
}

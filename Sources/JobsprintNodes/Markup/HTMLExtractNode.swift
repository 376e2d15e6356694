import JobsprintDomain
import JobsprintPorts

/// The older node for taking values out of HTML.
struct HTMLExtractNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.htmlExtract", displayName: "HTML Extract", summary: "Extracts data from HTML.",
    versions: [1], parameters: HTMLExtraction.parameters)

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    try context.itemByItem { (item, place) throws(NodeError) in
      try HTMLExtraction(context, item: place, laysOutText: false, trims: true).items(of: item, at: place, context)
    }
  }
}

import JobsprintDomain
import JobsprintPorts

/// The older node for taking values out of HTML.
struct HTMLExtractNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.htmlExtract", displayName: "HTML Extract", summary: "Extracts data from HTML.",
    versions: [1], parameters: HTMLExtraction.parameters)

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    try HTMLExtraction.run(context, laysOutText: false, trims: true)
  }
}

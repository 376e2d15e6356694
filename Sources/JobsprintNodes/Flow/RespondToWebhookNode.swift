import JobsprintDomain
import JobsprintPorts

/// Hands its items on: there is no webhook here whose caller could be answered, and n8n passes over the node then, too.
struct RespondToWebhookNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.respondToWebhook", displayName: "Respond to Webhook",
    summary: "Hands its items on; what answers the webhook's caller is decided outside of this node.",
    versions: [1, 1.1, 1.2, 1.3, 1.4, 1.5],
    parameters: [
      NodeParameter(
        "respondWith", .choice, "What the caller gets.", default: "firstIncomingItem",
        choices: ["allIncomingItems", "binary", "firstIncomingItem", "json", "jwt", "noData", "redirect", "text"]),
      NodeParameter("responseBody", .json, "The answer, with `json` and `text`."),
      NodeParameter("options.responseCode", .number, "The HTTP status.", default: 200),
      NodeParameter("options.responseHeaders.entries", .list, "The headers {name, value} of the answer."),
      NodeParameter(
        "enableResponseOutput", .boolean, "Have a second output for the answer; nothing is sent, so it stays empty.",
        default: false),
    ])

  func traits(of node: Node) -> NodeTraits { NodeTraits(outputCount: Self.outputCount(of: node)) }

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    .outputs([context.items] + Array(repeating: [], count: Self.outputCount(of: context.node) - 1))
  }

  private static func outputCount(of node: Node) -> Int { node.parameters["enableResponseOutput"] == true ? 2 : 1 }
}

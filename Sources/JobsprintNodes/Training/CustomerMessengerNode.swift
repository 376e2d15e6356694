import JobsprintDomain
import JobsprintPorts

/// Pretends to send a message to a customer, as in n8n's tutorials: nothing leaves the machine.
struct CustomerMessengerNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.n8nTrainingCustomerMessenger", displayName: "Customer Messenger (n8n training)",
    summary: "Says what it would send to a customer, and sends nothing.", versions: [1],
    parameters: [
      NodeParameter("customerId", .text, "The customer's id.", default: ""),
      NodeParameter("message", .text, "The message.", default: ""),
    ])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    try context.itemByItem { (_, place) throws(NodeError) in
      let customer = try context.string("customerId", item: place)
      let message = try context.string("message", item: place)
      let output: JSONObject = ["output": .string("Sent message to customer \(customer):  \(message)")]
      return Item(json: output, pairedItem: PairedItem(item: place))
    }
  }
}

import JobsprintDomain
import JobsprintPorts

/// Ends the execution with an error of the user's own.
struct StopAndErrorNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.stopAndError", displayName: "Stop and Error", summary: "Ends the execution with an error.",
    versions: [1],
    parameters: [
      NodeParameter(
        "errorType", .choice, "Give a message, or an object.", default: "errorMessage",
        choices: ["errorMessage", "errorObject"]),
      NodeParameter("errorMessage", .text, "The error's message.", default: "An error occurred"),
      NodeParameter(
        "errorObject", .json, "An object; its `message`, `description` or `error` becomes the error's message."),
    ])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    guard try context.string("errorType", default: "errorMessage") == "errorObject" else {
      throw NodeError(try context.string("errorMessage", default: "An error occurred"))
    }
    var value = try context.parameter("errorObject") ?? [:]
    if let text = value.stringValue {
      do { value = try JSONValue(parsing: text) } catch {
        throw NodeError("The error object is no JSON: \(error)", context: ["parameter": "errorObject"])
      }
    }
    let message = ["message", "description", "error"].lazy.compactMap { value[$0]?.stringValue }.first
    throw NodeError(
      message ?? value.jsonText, description: value["description"]?.stringValue, context: ["errorObject": value])
  }
}

import JobsprintDomain
import JobsprintPorts

/// For tests: puts out the items of its parameter, whatever comes in.
struct TestDataNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-testing.testData", displayName: "Test Data", summary: "Puts out given items; for tests only.",
    versions: [1], parameters: [NodeParameter("data", .json, "The items: an array of objects, or one object.")])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    var data = try context.parameter("data") ?? []
    if let text = data.stringValue {
      do { data = try JSONValue(parsing: text) } catch {
        throw NodeError("The parameter 'data' is no JSON: \(error)")
      }
    }
    return .outputs([(data.arrayValue ?? [data]).map { Item(json: $0.objectValue ?? [:]) }])
  }
}

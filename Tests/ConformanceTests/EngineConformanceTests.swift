import JobsprintDomain
import JobsprintPorts
import Testing

/// n8n's engine suite: the exact order of node runs and their data, in both execution orders.
@Suite(.enabled(if: ConformanceData.isPresent))
struct EngineConformanceTests {
  @Test(arguments: ConformanceData.files(below: "n8n/engine"))
  func orderAndDataAreAsRecorded(file: String) async throws {
    let suite = try #require(ConformanceData.read("n8n/engine/\(file)").objectValue)
    let document = try #require(suite["input"]?["workflowData"]?.objectValue)
    let order = try #require(suite["executionOrder"]?.stringValue)
    let expected = try #require(suite["output"]?.objectValue)
    let outcome = try await WorkflowHarness(extra: [VersionTestNode()]).run(document, order: order)

    #expect(outcome.state == .success, "\(String(describing: outcome.error))")
    let names = expected["nodeExecutionOrder"]?.arrayValue?.compactMap(\.stringValue)
    #expect(outcome.order == names)
    for entry in expected["nodeData"]?.objectValue ?? [:] {
      let runs = outcome.history.runs(of: entry.key)
      let actual: JSONValue =
        expected["testAllOutputs"] == true
        ? .array(runs.map { .array($0.outputs.map(Self.jsons)) })
        : order == "v1"
          ? .array(runs.map { .array([Self.jsons($0.outputs.first ?? [])]) })
          : .array(runs.map { Self.jsons($0.outputs.first ?? []) })
      #expect(actual == entry.value, "\(entry.key): \(actual.jsonText)")
    }
  }

  private static func jsons(_ items: [Item]) -> JSONValue { .array(items.map { .object($0.json) }) }
}

/// The suite's test double: it tells which version of itself ran, and with which parameter.
private struct VersionTestNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.versionTest", displayName: "Version Test", summary: "Tells its version.", versions: [1, 2])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    let parameter = try context.parameter("versionTest") ?? .number(context.typeVersion)
    return .outputs([
      [Item(json: ["versionFromNode": .number(context.typeVersion), "versionFromParameter": parameter])]
    ])
  }
}

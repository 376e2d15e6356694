import JobsprintDomain
import Testing

/// Exports of n8n itself: each is a workflow, and comes back as it was given.
@Suite(.enabled(if: ConformanceData.isPresent, ConformanceData.absence))
struct WorkflowImportTests {
  private static let files =
    ConformanceData.files(below: "n8n/import") + ConformanceData.files(below: "n8n/nodes")
    + ConformanceData.files(below: "n8n/code-variants") + ConformanceData.files(below: "n8n/benchmark")

  /// The workflows of a file: an array is several. Some files beside the workflows are none.
  private func workflows(_ value: JSONValue) -> [JSONObject] {
    (value.arrayValue ?? [value]).compactMap(\.objectValue).filter { $0["nodes"] != nil }
  }

  @Test(arguments: files)
  func aDocumentIsGivenBackEqualAndInItsOrder(file: String) throws {
    let value = try JSONValue(parsing: ConformanceData.bytes(file))
    let again = try JSONValue(parsing: value.jsonBytes)
    #expect(again == value)
    #expect(again.jsonBytes == value.jsonBytes)
  }

  @Test(arguments: files)
  func everyNodeAndPinIsRead(file: String) throws {
    for document in workflows(try JSONValue(parsing: ConformanceData.bytes(file))) {
      let workflow = try Workflow(document: document)
      let names = document["nodes"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
      #expect(workflow.nodes.map(\.name) == names)
      #expect(
        Set(workflow.pinData.keys.map(\.text)) == Set(document["pinData"]?.objectValue.map { Array($0.keys) } ?? []))
      let targets = document["connections"]?.objectValue?.values.flatMap { kinds in
        (kinds["main"]?.arrayValue ?? []).flatMap { $0.arrayValue ?? [] }
      }
      #expect(workflow.connections.main.values.joined().joined().count == targets?.count ?? 0)
    }
  }

  @Test func theFilesHoldWorkflows() throws {
    let count = try Self.files.map { workflows(try JSONValue(parsing: ConformanceData.bytes($0))).count }.reduce(0, +)
    #expect(count > 150)
  }
}

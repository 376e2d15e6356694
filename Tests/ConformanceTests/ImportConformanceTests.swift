import JobsprintDomain
import Testing

/// Real exports: every one is read, and what does not run here is named.
@Suite(.enabled(if: ConformanceData.isPresent))
struct ImportConformanceTests {
  @Test(arguments: ConformanceData.files(below: "n8n/import"))
  func isReadAndWrittenBackEqual(file: String) throws {
    for document in try ConformanceData.workflows("n8n/import/\(file)") {
      _ = try Workflow(document: document)
      #expect(try JSONValue(parsing: JSONValue.object(document).jsonBytes) == .object(document))
    }
  }
}

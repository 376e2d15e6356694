import Foundation
import JobsprintDomain
import JobsprintRuntime
import Testing

/// What `examples/` promises: each workflow runs offline on its input and gives its output.
@Suite struct ExamplesTests {
  /// Nodes that the example's input passes by. Only the first workflow takes one way of two: its input is a single
  /// item.
  private static let passedBy: [String: Set<String>] = ["first-workflow": ["Small"]]

  @Test(arguments: Example.all)
  func givesItsOutput(example: Example) async throws {
    let run = try await ExampleRun.of(example)
    #expect(run.state == .success, "\(run.error?.message ?? "") after \(run.order.last ?? "nothing")")
    let expected = try example.output()
    #expect(run.output == expected, "\(run.output.jsonText)\nexpected\n\(expected.jsonText)")
  }

  @Test(arguments: Example.all)
  func usesEveryNode(example: Example) async throws {
    let workflow = try Workflow(document: try example.document())
    let notes = workflow.nodes.filter { $0.type == "n8n-nodes-base.stickyNote" }.map(\.name)
    let run = try await ExampleRun.of(example)
    let idle = Set(workflow.nodes.map(\.name)).subtracting(notes).subtracting(run.order)
    #expect(idle == Self.passedBy[example.name] ?? [])
  }

  @Test(arguments: Example.all)
  func hasNoWarnings(example: Example) throws {
    let workflow = try Workflow(document: try example.document())
    #expect(WorkflowValidator(library: ExampleRun.library).issues(of: workflow) == [])
    #expect(workflow.settings.executionOrder == .v1)
  }

  @Test func eachHasItsInputAndItsOutput() {
    let examples = Example.all.map(\.name)
    #expect(examples.count >= 9)
    #expect(Set(Example.names(in: Example.data)) == Set(examples.flatMap { ["\($0).input", "\($0).output"] }))
  }

  @Test func theReadmeTellsOfEach() throws {
    let readme = try String(contentsOf: Example.folder.appending(path: "README.md"), encoding: .utf8)
    for name in Example.all.map(\.name) {
      #expect(
        readme.contains("jobsprint run examples/\(name).json --input examples/data/\(name).input.json"), "\(name)")
    }
  }
}

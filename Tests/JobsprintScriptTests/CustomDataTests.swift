import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintScript
import JobsprintTesting
import Testing

/// `$execution.customData` in code and expressions.
@Suite struct CustomDataTests {
  private func found(_ texts: JSONObject) -> NodeNotes {
    var notes = ExecutionNotes()
    notes.take(RunNotes(customData: CustomData(texts)))
    return NodeNotes(notes)
  }

  /// What the code gave, and the custom data that it left.
  private func run(_ source: String, _ texts: JSONObject = [:]) async throws -> ([JSONObject], JSONObject?) {
    let sandboxes = SandboxEvaluator(SandboxOptions(executable: ServerProcess.builtProgram("jobsprint-sandbox").path))
    defer { sandboxes.close() }
    var scene = Scene(json: [:])
    scene.notes = found(texts)
    let code = NodeCode(kind: .all, source: source, continuesOnFail: false)
    let items = try? await sandboxes.run(code, in: scene.scope, console: NodeConsole())
    return (items?.map(\.json) ?? [], scene.notes.left.customData?.texts)
  }

  @Test func codeReadsAndWrites() async throws {
    let (items, left) = try await run(
      """
      const data = $execution.customData, before = data.get('a');
      data.set('a', 2); data.setAll({ b: 'x', c: 'y' });
      return { before, none: typeof data.get('none'), odd: typeof data.get('constructor'), all: data.getAll() }
      """, ["a": "1"])
    let all: JSONValue = ["a": "2", "b": "x", "c": "y"]
    #expect(items == [["before": "1", "none": "undefined", "odd": "undefined", "all": all]])
    #expect(left == ["a": "2", "b": "x", "c": "y"])
  }

  @Test func onlyReadingLeavesNothing() async throws {
    #expect(try await run("return { a: $execution.customData.get('a') }", ["a": "1"]) == ([["a": "1"]], nil))
  }

  @Test func codeThatFailsLeavesWhatItSet() async throws {
    let (items, left) = try await run("$execution.customData.set('a', 'x'); throw new Error('no')")
    #expect(items.isEmpty && left == ["a": "x"])
  }

  @Test func theBoundsAreKept() async throws {
    let (items, left) = try await run(
      """
      const data = $execution.customData;
      for (let i = 0; i < 12; i++) data.set('k' + i, '😀'.repeat(300));
      let refused = 0;
      for (const key of ['', 'a b', 'x'.repeat(51), 1]) { try { data.set(key, '1') } catch { refused++ } }
      for (const value of [{}, null, true]) { try { data.set('k0', value) } catch { refused++ } }
      return { refused, count: Object.keys(data.getAll()).length }
      """)
    #expect(items == [["refused": 7, "count": 10]])
    #expect(left == JSONObject((0..<10).map { ("k\($0)", .string(String(repeating: "😀", count: 255))) }))
  }

  @Test func expressionsReadAndWrite() async throws {
    let sandboxes = SandboxEvaluator(SandboxOptions(executable: ServerProcess.builtProgram("jobsprint-sandbox").path))
    defer { sandboxes.close() }
    var scene = Scene(json: [:])
    scene.notes = found(["a": "1"])
    let expression = "={{ $execution.customData.get('a') + ($execution.customData.set('b', 'x') ?? '') }}"
    let resolver = try await sandboxes.resolver(for: scene.scope, inJavaScript: [ExactString(expression)])
    #expect(try resolver.resolve(expression, parameter: "value", item: 0) == "1")
    #expect(scene.notes.left.customData?.texts == ["a": "1", "b": "x"])
  }
}

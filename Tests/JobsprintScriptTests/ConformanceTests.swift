import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintScript

/// Cases that stand beside the project, not in it: `../shared/conformance` of the package's root.
@Suite struct ConformanceTests {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "../shared/conformance/n8n").standardizedFileURL
  static let isPresent = FileManager.default.fileExists(atPath: folder.path)

  private func json(_ path: String) throws -> JSONValue {
    try JSONValue(parsing: Array(try Data(contentsOf: Self.folder.appending(path: path))))
  }

  private struct Tally {
    var passed = 0
    var needJavaScript = 0
  }

  /// In the time zone of n8n's own tests.
  private static let sandbox = SandboxEvaluator(
    SandboxOptions(executable: ServerProcess.builtProgram("jobsprint-sandbox").path), timezone: "America/New_York")

  /// In the sandbox, whether or not it would be needed. `matcher` is Jest's, of a case without a value.
  private func checkInSandbox(
    _ expression: String, _ scene: Scene, expected: JSONValue?, fails: Bool, message: String? = nil,
    matcher: String? = nil
  ) async throws {
    let resolver = try await Self.sandbox.resolver(for: scene.scope, inJavaScript: [ExactString(expression)])
    do throws(NodeError) {
      let value = try resolver.resolve(expression, parameter: "value", item: 0)
      #expect(!fails, "\(expression) gave \(value?.jsonText ?? "undefined")")
      if expected != nil || matcher == "toBeUndefined" {
        #expect(value == expected, "\(expression) gave \(value?.jsonText ?? "undefined")")
      }
    } catch {
      #expect(fails, "\(expression): \(error.message)")
      if let message { #expect(error.message == message, "\(expression)") }
    }
  }

  /// Compares one case; a case that needs JavaScript is only counted.
  private func check(
    _ expression: String, _ scene: Scene, expected: JSONValue?, fails: Bool, message: String? = nil,
    _ tally: inout Tally
  ) async throws {
    let resolver = try await NativeExpressionEvaluator().resolver(for: scene.scope, inJavaScript: [])
    do throws(NodeError) {
      let value = try resolver.resolve(expression, parameter: "value", item: 0)
      #expect(!fails && value == expected, "\(expression) gave \(value?.jsonText ?? "undefined")")
    } catch {
      if error.type == "javascript_needed" {
        tally.needJavaScript += 1
        return
      }
      #expect(fails, "\(expression): \(error.message)")
      if let message { #expect(error.message == message, "\(expression)") }
    }
    tally.passed += 1
  }

  @Test(.enabled(if: isPresent, "the folder ../shared/conformance is missing"))
  func baseExpressions() async throws {
    var tally = Tally()
    for fixture in try json("expressions/base-fixtures.json")["fixtures"]?.arrayValue ?? [] {
      let expression = try #require(fixture["expression"]?.stringValue)
      for test in fixture["tests"]?.arrayValue ?? [] where test["type"] == "evaluation" {
        var scene = Scene(Workflow(name: "", nodes: [Node(name: "node", type: "test")], connections: Connections()))
        scene.node = "node"
        scene.items = (test["items"]?.arrayValue ?? []).compactMap { $0.objectValue.map { Item(json: $0) } }
        try await check(
          expression, scene, expected: test["output"], fails: test["error"] != nil, message: test["error"]?.stringValue,
          &tally)
        try await checkInSandbox(
          expression, scene, expected: test["output"], fails: test["error"] != nil,
          message: test["error"]?.stringValue, matcher: test["output"] == nil ? "toBeUndefined" : nil)
      }
    }
    print("base expressions: \(tally.passed) pass, \(tally.needJavaScript) need JavaScript")
    #expect(tally.passed > 30)
  }

  @Test(.enabled(if: isPresent, "the folder ../shared/conformance is missing"))
  func extensionsAndSandbox() async throws {
    var tally = Tally()
    for test in try json("expressions/extension-and-sandbox-cases.json")["cases"]?.arrayValue ?? [] {
      let expression = try #require(test["expression"]?.stringValue)
      // Matchers like `toBeNaN` have no expectation in JSON; none of their cases may be claimed here either.
      try await check(
        expression, Scene(json: [:]), expected: test["expected"], fails: test["throws"] == true,
        message: test["message"]?.stringValue, &tally)
      try await checkInSandbox(
        expression, Scene(json: [:]), expected: test["expected"], fails: test["throws"] == true,
        message: test["message"]?.stringValue,
        matcher: test["not"] == true ? nil : test["matcher"]?.stringValue)
    }
    print("extensions and sandbox: \(tally.passed) pass, \(tally.needJavaScript) need JavaScript")
    #expect(tally.passed > 15)
  }

  // MARK: A workflow and what its nodes left

  /// A scene in which `node` runs again after the recorded execution.
  private func scene(_ name: String, at node: String) throws -> Scene {
    let workflow = try Workflow(document: try #require(try json("data-proxy/\(name)_workflow.json").objectValue))
    var scene = Scene(workflow)
    scene.node = node
    let recorded = try json("data-proxy/\(name)_run.json")["data"]?["resultData"]?["runData"]?.objectValue ?? [:]
    for runs in recorded {
      for (index, run) in (runs.value.arrayValue ?? []).enumerated() {
        scene.history.append(try NodeRun(node: runs.key, run: index, payload: run.jsonBytes))
      }
    }
    if let run = scene.history.run(of: node) {
      scene.sources = run.sources
    } else {
      for (source, outputs) in workflow.connections.main {
        for (output, targets) in outputs.enumerated() where targets.contains(where: { $0.node == node }) {
          scene.sources = [RunSource(node: source.text, output: output)]
        }
      }
    }
    scene.items = scene.sources.compactMap { $0 }.first.map { scene.history.items(at: $0) } ?? []
    return scene
  }

  @Test(.enabled(if: isPresent, "the folder ../shared/conformance is missing"))
  func pairingErrors() async throws {
    let cases: [(String, String, String?)] = [
      ("Reference non-existent node", "={{ $('non existent') .item }}", "node_not_found"),
      ("NoPathBack", "={{ $('Customer Datastore (n8n training)').item.json.email }}", "paired_item_no_connection"),
      ("NoInputConnection", "={{ $json.email }}", "no_execution_data"),
      ("Reference impossible with .item", "={{ $('Impossible').item.json.name }}", "paired_item_no_connection"),
      ("Reference impossible with .first()", "={{ $('Impossible').first().json.name }}", "no_node_execution_data"),
      ("Impossible", "={{ $('Impossible if').item.json.name }}", "no_node_execution_data"),
      ("PairedItemMultipleMatches", "={{ $('Edit Fields').item.json.name }}", "paired_item_multiple_matches"),
      ("PairedItemMultipleMatches2", "={{ $('Edit Fields').item.json.name }}", "paired_item_multiple_matches"),
      ("PairedItemInfoMissing", "={{ $('Edit Fields').item.json.name }}", "paired_item_no_info"),
      ("IncorrectPairedItem", "={{ $('Edit Fields').item.json.name }}", "paired_item_invalid_info"),
      ("PairedItemInfoMissing", "={{ $('Break pairedItem chain').item.json.field }}", nil),
      ("PairedItemInfoMissingPinned", "={{ $('Edit Fields').item.json.name }}", "paired_item_no_info"),
      ("IncorrectPairedItemPinned", "={{ $('Edit Fields').item.to }}", "paired_item_no_info"),
    ]
    for (node, expression, type) in cases {
      #expect(try await scene("errors", at: node).failure(expression)?.type == type, "\(node)")
    }
  }

  @Test(.enabled(if: isPresent, "the folder ../shared/conformance is missing"))
  func dataOfOtherNodes() async throws {
    let agent = "Agent single list with multiple tool calls"
    let cases: [(String, String, String, Int, JSONValue?)] = [
      ("base", "End", "={{ $json.data }}", 0, 105), ("base", "End", "={{ $('Rename').all().length }}", 0, 5),
      ("base", "End", "={{ $('Rename').item.json.data }}", 2, 121),
      ("base", "End", "={{ $('Function').item.json.initialName }}", 4, 950),
      ("base", "End", "={{ $('Rename').first().json.data }}", 0, 105),
      ("base", "End", "={{ $('Rename').last().json.data }}", 0, 950),
      ("base", "End", "={{ $node.Rename.json.data }}", 3, 275),
      ("base", "End", "={{ $node['Function'].json.initialName }}", 1, 160),
      ("base", "End", "={{ $('Rename').params.value1 }}", 0, "data"),
      ("base", "End", "={{ $('Set').isExecuted }}", 0, false),
      ("base", "End", "={{ $input.all()[1].json.data }}", 0, 160),
      ("base", "End", "={{ $prevNode.name }}", 0, "Rename"),
      ("partial_data", "End", "={{ $('Rename').all().length }}", 0, 0),
      ("multiple_inputs", "Output", "={{ $('Set variable_3').item.json.variable_3 }}", 0, "3456"),
      ("multiple_inputs", "Output", "={{ $('Set main variable').item.json.main_variable }}", 0, 2),
      ("multiple_outputs", "Edit Fields", "={{ $('If').item.json.code }}", 1, 2),
      ("multiple_outputs", "Edit Fields", "={{ $('If').first().json.name }}", 0, "First item"),
      ("multiple_outputs", "Edit Fields", "={{ $node['If'].json.code }}", 1, 2),
      ("rawParameter", "Execute Workflow", "={{ $rawParameter.workflowId.value }}", 0, "={{ $json.foo }}"),
      ("from_ai_multiple_items", agent, "={{ $json.full_name }}", 1, "Mr. Input 2"),
      ("from_ai_multiple_items", agent, "={{ $('Code').item.json.email }}", 1, "input2@n8n.io"),
      ("from_ai_multiple_items", agent, "={{ $('Google Sheets1').isExecuted }}", 0, true),
      ("from_ai_tool_alias", agent, "={{ $node.Code.json.tool }}", 1, "Tool 2"),
      ("from_ai_tool_alias", agent, "={{ $('Code').last().json.tool }}", 0, "Tool 2"),
      ("agentInfo", "AI Agent", "={{ $('When clicking ‘Execute workflow’').isExecuted }}", 0, false),
      ("agentInfo", "AI Agent", "={{ $('Calculator').isExecuted }}", 0, false),
      ("memory_with_disconnected_tool", "AI Agent", "={{ $('Edit Fields1').isExecuted }}", 0, true),
      (
        "memory_with_disconnected_tool", "AI Agent", "={{ $('Edit Fields1').first().json.sessionId }}", 0,
        "test-session-123"
      ),
    ]
    for (file, node, expression, item, expected) in cases {
      #expect(try await scene(file, at: node).evaluate(expression, item: item) == expected, "\(file): \(expression)")
    }
  }

  /// Nothing has run: what a pinned node is pinned to stands in for it.
  @Test(.enabled(if: isPresent, "the folder ../shared/conformance is missing"))
  func pinnedNodesThatHaveNotRun() async throws {
    var scene = try scene("pindata", at: "NotPinnedSet1")
    scene.history = scene.history.standingIn(scene.workflow.pinData)
    scene.items = scene.sources.compactMap { $0 }.first.map { [history = scene.history] in history.items(at: $0) } ?? []
    let cases: [(String, Int, JSONValue?)] = [
      ("={{ $('PinnedSet').item.json.firstName }}", 1, "Joan"),
      ("={{ $('PinnedSet').first().json.firstName }}", 0, "Joe"),
      ("={{ $('PinnedSet').itemMatching(0).json.firstName }}", 0, "Joe"),
      ("={{ $('PinnedSet').itemMatching(1).json.firstName }}", 0, "Joan"),
      ("={{ $('PinnedSet').last().json.firstName }}", 0, "Joan"),
      ("={{ $('PinnedSet').all()[1].json.firstName }}", 0, "Joan"),
      ("={{ $input.first().json.firstName }}", 0, "Joe"), ("={{ $input.last().json.firstName }}", 0, "Joan"),
      ("={{ $input.item.json.firstName }}", 0, "Joe"), ("={{ $json.firstName }}", 1, "Joan"),
      ("={{ $data.firstName }}", 0, "Joe"), ("={{ $items()[0].json.firstName }}", 0, "Joe"),
    ]
    for (expression, item, expected) in cases {
      #expect(try await scene.evaluate(expression, item: item) == expected, "\(expression)")
    }
    let unpaired = try self.scene("pindata_paireditem", at: "Set")
    #expect(try await unpaired.failure("={{ $('DebugHelper').itemMatching(0) }}")?.type == "paired_item_no_info")
  }
}

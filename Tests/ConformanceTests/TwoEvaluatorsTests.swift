import JobsprintDomain
import JobsprintPorts
import JobsprintScript
import JobsprintTesting
import Synchronization
import Testing

/// Every expression that is met while the workflows of the conformance data run, evaluated natively and in the sandbox.
@Suite(.enabled(if: ConformanceData.isPresent))
struct TwoEvaluatorsTests {
  private static let runnable = files(["n8n/nodes", "n8n/code-variants", "n8n/engine-json"])
  private static let all = runnable + files(["n8n/import"])

  private static func files(_ folders: [String]) -> [String] {
    folders.flatMap { folder in ConformanceData.files(below: folder).map { "\(folder)/\($0)" } }
  }

  @Test func whatIsEvaluatedNativelyIsWhatJavaScriptGives() async throws {
    let comparison = Comparison()
    for file in Self.runnable {
      for document in (try? ConformanceData.workflows(file)) ?? [] {
        // Whether it ends well is not asked here; some files want nodes that are not there.
        _ = try? await WorkflowHarness(evaluator: BothEvaluators(comparison: comparison)).run(document)
      }
    }
    let (compared, differences) = comparison.result
    print("expressions that both evaluated while workflows ran: \(compared)")
    #expect(compared > 400)
    #expect(differences == [], "\(differences.joined(separator: "\n"))")
  }

  /// Those of all nodes of all files, whether or not anything leads there, over an item of their own.
  @Test func whatIsEvaluatedNativelyIsWhatJavaScriptGivesWithoutAHistory() async throws {
    let comparison = Comparison()
    for file in Self.all {
      for document in (try? ConformanceData.workflows(file)) ?? [] {
        guard let workflow = try? Workflow(document: document) else { continue }
        for node in workflow.nodes {
          let scope = ExpressionScope(
            workflow: workflow,
            execution: ExecutionFacts(
              id: .numbered(1), mode: .manual, workflowID: .numbered(2), workflowIsActive: false),
            node: node, runIndex: 0, inputs: [Self.items(of: node, in: document)], sources: [nil],
            history: RunHistory(), now: Timestamp(milliseconds: 1_800_000_000_000))
          var expressions: Set<ExactString> = []
          JSONValue.object(node.parameters).collectExpressions(into: &expressions)
          let resolver = try await BothEvaluators(comparison: comparison).resolver(for: scope, inJavaScript: nil)
          for expression in expressions { _ = try? resolver.resolve(expression.text, parameter: "value", item: 0) }
        }
      }
    }
    let (compared, differences) = comparison.result
    print("expressions that both evaluated without a history: \(compared)")
    #expect(compared > 300)
    #expect(differences == [], "\(differences.joined(separator: "\n"))")
  }

  /// The pinned items of a node, or one that has a little of everything.
  private static func items(of node: Node, in document: JSONObject) -> [Item] {
    let pinned = document["pinData"]?[node.name]?.arrayValue?.compactMap { $0["json"]?.objectValue } ?? []
    let usual: JSONObject = [
      "id": 7, "name": "Ada", "value": 1.5, "data": ["a": [1, 2, ["b": nil]]], "date": "2026-01-31", "active": true,
      "list": ["x", "y"], "empty": "", "nothing": nil,
    ]
    return (pinned.isEmpty ? [usual] : pinned).map { Item(json: $0) }
  }
}

private final class Comparison: Sendable {
  private let state = Mutex<(compared: Int, differences: Set<String>)>((0, []))

  var result: (compared: Int, differences: [String]) {
    state.withLock { ($0.compared, $0.differences.sorted()) }
  }

  func add(_ expression: String, native: Outcome, sandbox: Outcome) {
    state.withLock { state in
      state.compared += 1
      if native != sandbox { state.differences.insert("\(expression): natively \(native), in JavaScript \(sandbox)") }
    }
  }

  enum Outcome: Equatable {
    case value(JSONValue?)
    case failed(String)

    static func failed(_ error: NodeError) -> Outcome {
      // The engine has words of its own for what is no JavaScript.
      .failed(error.message.hasPrefix("invalid syntax") ? "invalid syntax" : error.message)
    }

    init(_ body: () throws(NodeError) -> JSONValue?) {
      do throws(NodeError) { self = .value(try body()) } catch { self = .failed(error) }
    }
  }
}

/// Gives what JavaScript gives, and notes where the native evaluator says otherwise.
private struct BothEvaluators: ExpressionEvaluator {
  let comparison: Comparison

  func resolver(
    for scope: ExpressionScope, inJavaScript forced: Set<ExactString>?
  ) async throws(NodeError) -> any ParameterResolver {
    var expressions: Set<ExactString> = []
    JSONValue.object(scope.node.parameters).collectExpressions(into: &expressions)
    return Resolver(
      native: try await NativeExpressionEvaluator().resolver(for: scope, inJavaScript: []),
      sandbox: try await WorkflowHarness.javaScript.resolver(for: scope, inJavaScript: expressions),
      comparison: comparison)
  }

  struct Resolver: ParameterResolver {
    let native: any ParameterResolver
    let sandbox: any ParameterResolver
    let comparison: Comparison

    func resolve(_ expression: String, parameter: String, item: Int) throws(NodeError) -> JSONValue? {
      let inJavaScript = Comparison.Outcome { () throws(NodeError) in
        try sandbox.resolve(expression, parameter: parameter, item: item)
      }
      do throws(NodeError) {
        let value = try native.resolve(expression, parameter: parameter, item: item)
        comparison.add(expression, native: .value(value), sandbox: inJavaScript)
      } catch {
        if error.context["type"] != "javascript_needed" {
          comparison.add(expression, native: .failed(error), sandbox: inJavaScript)
        }
      }
      return try sandbox.resolve(expression, parameter: parameter, item: item)
    }
  }
}

extension JSONValue {
  fileprivate func collectExpressions(into found: inout Set<ExactString>) {
    switch self {
    case .string(let text): if text.hasPrefix("=") { found.insert(ExactString(text)) }
    case .array(let elements): for element in elements { element.collectExpressions(into: &found) }
    case .object(let members): for member in members { member.value.collectExpressions(into: &found) }
    default: break
    }
  }
}

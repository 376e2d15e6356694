// Runs one node over items given as JSON text, the way an executor does.

import JobsprintDomain
import JobsprintNodes
import JobsprintPorts
import JobsprintScript
import JobsprintTesting
import Testing

/// One run of a node: what it is given as JSON text, and what came of it.
struct NodeTrial {
  private static let library = NodeLibrary(BuiltInNodes.all(includingTestNodes: TestNodeOptions(ledgerPath: nil)))
  var library = Self.library
  private static let evaluator = NativeExpressionEvaluator()

  let type: String
  let node: Node
  var inputs: [[Item]]
  var history = RunHistory()
  var runIndex = 0
  var isResumed = false
  var notes = NodeNotes()

  /// - Parameters:
  ///   - type: without `n8n-nodes-base.`.
  ///   - inputs: an array of objects for each input.
  init(
    _ type: String, version: Double = 1, _ parameters: String = "{}", onError: OnError = .stopWorkflow,
    inputs: [String]
  ) throws {
    self.type = type.contains(".") ? type : "n8n-nodes-base.\(type)"
    node = Node(
      name: "Node", type: self.type, typeVersion: version,
      parameters: try #require(JSONValue(parsing: parameters).objectValue), onError: onError)
    self.inputs = try inputs.enumerated().map { input, text in
      try #require(JSONValue(parsing: text).arrayValue).enumerated().map { place, json in
        Item(json: json.objectValue ?? [:], pairedItem: PairedItem(item: place, input: input))
      }
    }
  }

  init(
    _ type: String, version: Double = 1, _ parameters: String = "{}", onError: OnError = .stopWorkflow,
    _ inputs: String...
  ) throws {
    try self.init(type, version: version, parameters, onError: onError, inputs: inputs)
  }

  func result() async throws(NodeError) -> NodeResult {
    guard let found = library[type] else { throw NodeError("There is no node type \(type)") }
    let clock = TestClock()
    let scope = ExpressionScope(
      workflow: Workflow(name: "Test", nodes: [node], connections: Connections()),
      execution: ExecutionFacts(
        id: .numbered(1), mode: .manual, workflowID: .numbered(2), workflowIsActive: false),
      node: node, runIndex: runIndex, inputs: inputs, sources: inputs.map { _ in nil }, history: history,
      now: clock.now,
      notes: notes)
    let resolver = try await Self.evaluator.resolver(for: scope, inJavaScript: [])
    return try await found.run(NodeContext(scope: scope, resolver: resolver, clock: clock, isResumed: isResumed))
  }

  /// The items of all outputs.
  func outputs() async throws -> [[Item]] {
    guard case .outputs(let outputs, _) = try await result() else { return [] }
    return outputs
  }

  /// What the node remembers.
  func state() async throws -> JSONObject? {
    guard case .outputs(_, let state) = try await result() else { return nil }
    return state
  }

  /// The data of the first output.
  func data() async throws -> [JSONValue] {
    try await outputs().first?.map { .object($0.json) } ?? []
  }

  /// The data of all outputs.
  func allData() async throws -> [[JSONValue]] { try await outputs().map { $0.map { .object($0.json) } } }

  /// The places in the input from which each item of the first output was made.
  func origins() async throws -> [[Int]] {
    try await outputs().first?.map { $0.pairedItem?.origins.map(\.item) ?? [] } ?? []
  }

  /// The error with which the run ended.
  func failure() async throws -> NodeError {
    do throws(NodeError) {
      _ = try await result()
    } catch {
      return error
    }
    return try #require(nil, "the node was expected to fail")
  }
}

/// The data of the first output of a node.
func data(
  _ type: String, version: Double = 1, _ parameters: String, _ items: String...
) async throws -> [JSONValue] {
  try await NodeTrial(type, version: version, parameters, inputs: items).data()
}

/// The message with which a node with one input fails.
func failure(_ type: String, version: Double = 1, _ parameters: String, _ items: String) async throws -> String {
  try await NodeTrial(type, version: version, parameters, items).failure().message
}

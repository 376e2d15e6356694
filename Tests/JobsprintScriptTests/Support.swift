import JobsprintDomain
import JobsprintPorts

@testable import JobsprintScript

/// A scope of one node with a history before it.
struct Scene {
  var workflow: Workflow
  var node = "Here"
  var items: [Item] = [Item(json: [:])]
  var sources: [RunSource?] = []
  var history = RunHistory()
  var runIndex = 0
  var mode = ExecutionMode.manual
  /// 2026-11-21T04:07:15.000Z
  var now = Timestamp(milliseconds: 1_795_234_035_000)
  var timezone = "UTC"
  var execution = ExecutionID(UUIDv7(high: 0x7000, low: 1 << 63))

  init(json: JSONObject...) {
    self.init(Workflow(name: "W", nodes: [Node(id: "here-1", name: "Here", type: "test")], connections: Connections()))
    items = json.map { Item(json: $0) }
  }

  init(_ workflow: Workflow) { self.workflow = workflow }

  var variables: JSONObject = [:]
  var notes = NodeNotes()

  var scope: ExpressionScope {
    ExpressionScope(
      workflow: workflow,
      execution: ExecutionFacts(
        id: execution, mode: mode,
        workflowID: WorkflowID(UUIDv7(high: 0x7000, low: 1 << 63 | 1)), workflowIsActive: true,
        variables: variables),
      node: workflow.node(named: node) ?? Node(name: node, type: "test"), runIndex: runIndex, inputs: [items],
      sources: sources, history: history, now: now, notes: notes)
  }

  func evaluate(_ expression: String, item: Int = 0) async throws -> JSONValue? {
    let resolver = try await NativeExpressionEvaluator(timezone: timezone).resolver(for: scope, inJavaScript: [])
    return try resolver.resolve(expression, parameter: "value", item: item)
  }

  /// The error, or nil where there is none.
  func failure(_ expression: String, item: Int = 0) async throws -> NodeError? {
    let resolver = try await NativeExpressionEvaluator(timezone: timezone).resolver(for: scope, inJavaScript: [])
    do throws(NodeError) {
      _ = try resolver.resolve(expression, parameter: "value", item: item)
      return nil
    } catch {
      return error
    }
  }
}

extension NodeError {
  var type: String? { context["type"]?.stringValue }
}

extension Workflow {
  /// Nodes joined as written: `"A -> B"`, or `"A/1 -> B"` for output 1.
  static func joined(_ wires: String..., parameters: [String: JSONObject] = [:]) -> Workflow {
    var names: [String] = []
    var connections = Connections()
    for wire in wires {
      let ends = wire.split(separator: " -> ").map(String.init)
      let source = ends[0].split(separator: "/").map(String.init)
      for name in [source[0], ends[1]] where !names.contains(name) { names.append(name) }
      connections.connect(
        source[0], output: source.count > 1 ? Int(source[1]) ?? 0 : 0, to: Connection(node: ends[1]))
    }
    let nodes = names.map { Node(id: "id of \($0)", name: $0, type: "test", parameters: parameters[$0] ?? [:]) }
    return Workflow(name: "W", nodes: nodes, connections: connections)
  }
}

extension RunHistory {
  mutating func run(_ node: String, from sources: [RunSource?] = [], _ outputs: [Item]..., state: JSONObject = [:]) {
    append(
      NodeRun(
        node: node, run: runs(of: node).count, startedAt: Timestamp(milliseconds: 0), sources: sources,
        outputs: outputs,
        state: state))
  }
}

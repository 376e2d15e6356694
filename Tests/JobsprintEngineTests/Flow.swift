// A small language for workflows and what their nodes do, so that a test shows its graph and nothing else.

import JobsprintDomain
import JobsprintEngine

/// A workflow whose nodes are functions.
struct Flow {
  typealias Behaviour = @Sendable (NodeTask) -> NodeOutcome

  var order = WorkflowSettings.ExecutionOrder.v1
  var nodes: [Node] = []
  var traits: [String: NodeTraits] = [:]
  var behaviours: [String: Behaviour] = [:]
  var connections = Connections()
  var pinned: [ExactString: [Item]] = [:]
  var destination: String?
  var retryPolicy: RetryPolicy?
  var input = [Item(json: ["start": true])]

  init(_ order: WorkflowSettings.ExecutionOrder = .v1) { self.order = order }

  /// Adds a node; without a behaviour it hands its main input on.
  mutating func add(_ node: Node, traits: NodeTraits = NodeTraits(), _ behaviour: Behaviour? = nil) {
    nodes.append(node)
    self.traits[node.name] = traits
    behaviours[node.name] = behaviour
  }

  mutating func add(_ name: String, _ behaviour: @escaping Behaviour) { add(Node(name: name, type: "test"), behaviour) }

  mutating func add(_ names: String...) { for name in names { add(Node(name: name, type: "test")) } }

  mutating func connect(_ source: String, output: Int = 0, _ target: String, input: Int = 0) {
    connections.connect(source, output: output, to: Connection(node: target, index: input))
  }

  /// Each name to the next, output 0 to input 0.
  mutating func chain(_ names: String...) {
    for (left, right) in zip(names, names.dropFirst()) { connect(left, right) }
  }

  var graph: WorkflowGraph {
    WorkflowGraph(
      Workflow(
        name: "test", nodes: nodes, connections: connections,
        settings: WorkflowSettings(executionOrder: order, retryPolicy: retryPolicy))
    ) { traits[$0.name] ?? NodeTraits() }
  }

  /// At its start: the first node of the list, with `input`.
  var machine: ExecutionStateMachine {
    let graph = graph
    return ExecutionStateMachine(
      graph, start: 0, items: input, pinned: pinned, destination: destination.flatMap { graph.place(of: $0) })
  }

  /// What the node does; what is known beforehand is not asked for.
  func outcome(of task: NodeTask) -> NodeOutcome {
    if let known = task.outputs { return .outputs(known, state: nil) }
    let input = task.inputs.indices.contains(task.mainInput) ? task.inputs[task.mainInput] : []
    return behaviours[task.node.name]?(task) ?? .outputs([input], state: nil)
  }
}

/// Everything that can be seen of an execution.
struct Trace: Equatable {
  /// `name/run/attempt` of every task that was handed out, `~` for one that is resumed.
  var tasks: [String] = []
  var runs: [NodeRun] = []
  var waits: [Duration] = []
  var pauses: [Suspension] = []
  var entries: [JournalEntry] = []
  /// nil when it was cut off.
  var state: ExecutionState?
  var error: NodeError?
  var lastNode: String?
  var deadLetter: DeadLetterReason?

  var order: [String] { runs.map(\.node) }

  func outputs(of node: String, run: Int = 0) -> [[Item]]? { runs.first { $0.node == node && $0.run == run }?.outputs }
}

extension Flow {
  /// Runs to the end, or to `limit` tasks.
  func play(limit: Int = 500) -> Trace {
    var machine = machine
    return play(&machine, limit: limit)
  }

  /// Goes on from where `machine` is, writing the journal that the runtime would write.
  func play(_ machine: inout ExecutionStateMachine, limit: Int = 500) -> Trace {
    var trace = Trace()
    for _ in 0..<limit {
      switch machine.next() {
      case .finish(let state, let error):
        (trace.state, trace.error, trace.lastNode) = (state, error, machine.lastNode)
        trace.deadLetter = machine.deadLetter
        return trace
      case .wait: machine.resume()
      case .run(let task):
        trace.tasks.append("\(task.node.name)/\(task.run)/\(task.attempt)\(task.isResumed ? "~" : "")")
        if task.traits.hasOutsideEffect { trace.entries.append(entry(.started, task)) }
        let started = Timestamp(milliseconds: Int64(task.position))
        switch machine.complete(task, with: outcome(of: task), startedAt: started, duration: .milliseconds(task.run)) {
        case .recorded(let run):
          trace.runs.append(run)
          trace.entries.append(entry(.finished, task, payload: run.jsonBytes))
        case .retry(let wait): trace.waits.append(wait)
        case .suspended(let suspension, let attempt):
          trace.pauses.append(suspension)
          trace.entries.append(entry(.suspended, task, attempt: attempt, payload: suspension.bytes))
        }
      }
    }
    return trace
  }

  private func entry(
    _ kind: JournalEntry.Kind, _ task: NodeTask, attempt: Int? = nil, payload: [UInt8] = []
  ) -> JournalEntry {
    JournalEntry(
      position: task.position, kind: kind, node: task.node.name, run: task.run, attempt: attempt ?? task.attempt,
      term: 1,
      recordedAt: Timestamp(milliseconds: 0), payload: payload)
  }
}

/// Items `{n: 0}`, `{n: 1}` …
func items(_ count: Int) -> [Item] { (0..<count).map { Item(json: ["n": .integer(Int64($0))]) } }

/// The `json` of each item of each output.
func jsons(_ outputs: [[Item]]?) -> [[JSONObject]]? { outputs.map { $0.map { $0.map(\.json) } } }

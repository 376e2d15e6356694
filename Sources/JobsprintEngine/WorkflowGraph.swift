public import JobsprintDomain

/// A workflow made ready for scheduling: nodes as numbers, edges in both directions. Built once for each version.
///
/// Where two nodes have one name, the last one counts. Connections from or to names that do not exist are left out; the
/// same connection listed twice counts once.
public struct WorkflowGraph: Sendable {
  public struct Vertex: Sendable {
    public let node: Node
    public let traits: NodeTraits
    /// Targets of each output, in the document's order.
    public fileprivate(set) var outputs: [[Edge]] = []
    /// Sources of each input slot, in the document's order.
    public fileprivate(set) var inputs: [[Origin]] = []

    /// Slots that something is connected to.
    var connectedInputs: Int { inputs.count { !$0.isEmpty } }
  }

  public struct Edge: Sendable, Hashable {
    public let target: Int
    public let input: Int
  }

  public struct Origin: Sendable, Hashable {
    public let source: Int
    public let output: Int
  }

  public private(set) var vertices: [Vertex] = []
  public let order: WorkflowSettings.ExecutionOrder
  public let retryPolicy: RetryPolicy?
  private var places: [ExactString: Int] = [:]

  /// - Parameter traits: how each node is scheduled.
  public init(_ workflow: Workflow, traits: (Node) -> NodeTraits) {
    order = workflow.settings.executionOrder
    retryPolicy = workflow.settings.retryPolicy
    for node in workflow.nodes {
      let vertex = Vertex(node: node, traits: traits(node))
      if let place = places[node.name] {
        vertices[place] = vertex
      } else {
        places[node.name] = vertices.count
        vertices.append(vertex)
      }
    }
    var known: Set<KnownEdge> = []
    // In the order of nodes, not of a dictionary: what comes first decides what runs first.
    for source in vertices.indices {
      for (output, connections) in (workflow.connections.main[vertices[source].node.name] ?? []).enumerated() {
        for connection in connections where connection.type == "main" {
          guard let target = places[connection.node] else { continue }
          let edge = Edge(target: target, input: connection.index)
          guard known.insert(KnownEdge(source: source, output: output, edge: edge)).inserted else { continue }
          connect(Origin(source: source, output: output), edge)
        }
      }
    }
  }

  private struct KnownEdge: Hashable {
    let source: Int
    let output: Int
    let edge: Edge
  }

  private mutating func connect(_ origin: Origin, _ edge: Edge) {
    while vertices[origin.source].outputs.count <= origin.output { vertices[origin.source].outputs.append([]) }
    vertices[origin.source].outputs[origin.output].append(edge)
    while vertices[edge.target].inputs.count <= edge.input { vertices[edge.target].inputs.append([]) }
    vertices[edge.target].inputs[edge.input].append(origin)
  }

  public func place(of name: String) -> Int? { places[name] }

  /// Everything from which a node can be reached, depth first from its first input on, itself only if a cycle leads
  /// back.
  public func ancestors(of place: Int) -> [Int] {
    var found: [Int] = []
    var seen: Set<Int> = []
    var open = vertices[place].inputs.joined().reversed().map(\.source)
    while let next = open.popLast() {
      guard seen.insert(next).inserted else { continue }
      found.append(next)
      open += vertices[next].inputs.joined().reversed().map(\.source)
    }
    return found
  }
}

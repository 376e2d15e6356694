import JobsprintDomain

/// The nodes from which data can reach a node, over connections of kind `main`, and through which of their outputs.
struct UpstreamNodes: Sendable {
  private let outputs: [ExactString: Int]

  /// Searches backwards from `node`, nearest nodes first. Where a node is reached through several outputs, the one on
  /// the shortest way counts. `node` itself is upstream only if it stands in a loop.
  init(of node: String, in connections: Connections) {
    var incoming: [ExactString: [(source: ExactString, output: Int)]] = [:]
    // Sorted, because a dictionary's order changes from start to start.
    for source in connections.main.keys.sorted() {
      for (output, targets) in (connections.main[source] ?? []).enumerated() {
        for target in targets where target.type == "main" {
          incoming[target.node, default: []].append((source, output))
        }
      }
    }
    var found: [ExactString: Int] = [:]
    var queue = [ExactString(node)]
    var next = 0
    while next < queue.count {
      for (source, output) in incoming[queue[next]] ?? [] where found[source] == nil {
        found[source] = output
        queue.append(source)
      }
      next += 1
    }
    outputs = found
  }

  /// The output through which a node leads here; nil where it does not.
  func output(of node: String) -> Int? { outputs[node] }
}

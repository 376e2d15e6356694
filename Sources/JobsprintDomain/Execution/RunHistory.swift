/// The finished node runs of one execution: what expressions and loops look back at.
public struct RunHistory: Sendable {
  public private(set) var runs: [ExactString: [NodeRun]] = [:]

  public init() {}

  public mutating func append(_ run: NodeRun) { runs[run.node, default: []].append(run) }

  /// The same, and for nodes that have not run the items that stand in for their first output.
  public func standingIn(_ items: [ExactString: [Item]]) -> RunHistory {
    var history = self
    for (node, items) in items where runs[node] == nil {
      let run = NodeRun(
        node: node.text, run: 0, startedAt: Timestamp(milliseconds: 0), sources: [nil], outputs: [items])
      history.append(run)
    }
    return history
  }

  /// Finished runs of a node, oldest first.
  public func runs(of node: String) -> [NodeRun] { runs[node] ?? [] }

  /// One run of a node, or its last one.
  public func run(of node: String, _ index: Int? = nil) -> NodeRun? {
    guard let all = runs[node], let last = all.indices.last else { return nil }
    let wanted = index ?? last
    return all.indices.contains(wanted) ? all[wanted] : nil
  }

  /// The items that stand at a source; empty where there are none.
  public func items(at source: RunSource) -> [Item] {
    guard let outputs = run(of: source.node, source.run)?.outputs, outputs.indices.contains(source.output) else {
      return []
    }
    return outputs[source.output]
  }

  /// What a finished run of a node was given on one input.
  public func inputItems(of node: String, run index: Int, input: Int = 0) -> [Item] {
    guard let sources = run(of: node, index)?.sources, sources.indices.contains(input), let source = sources[input]
    else {
      return []
    }
    return items(at: source)
  }
}

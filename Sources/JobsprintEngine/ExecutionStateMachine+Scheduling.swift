// What runs next, in n8n's two execution orders.
//
// v1 goes depth first: the targets of a node's non-empty outputs are put in front, the topmost (then leftmost) first.
// v0 goes breadth first: targets go to the end in the order of connections; it also follows an empty output into an
// input behind the first, and makes sources of a waiting node run that would otherwise never come.
//
// A node with several connected inputs waits until each has data. Data goes to the first pending run that lacks that
// input, whatever run it came from. When nothing else is due, pending runs are tried with what they have.

import JobsprintDomain

extension ExecutionStateMachine {
  /// Hands the items of a finished run to the nodes behind it.
  mutating func follow(_ run: NodeRun, from place: Int) {
    var deliveries: [(edge: WorkflowGraph.Edge, output: Int)] = []
    for (output, edges) in graph.vertices[place].outputs.enumerated() where output < run.outputs.count {
      let isEmpty = run.outputs[output].isEmpty
      for edge in edges where !isEmpty || (graph.order == .v0 && edge.input > 0) { deliveries.append((edge, output)) }
    }
    if graph.order == .v1, deliveries.count > 1 {
      // Each goes in front of those before it, so the one that runs first comes last.
      deliveries = deliveries.enumerated().sorted { left, right in
        let (a, b) = (graph.vertices[left.element.edge.target].node, graph.vertices[right.element.edge.target].node)
        if a.position.y != b.position.y { return a.position.y > b.position.y }
        if a.position.x != b.position.x { return a.position.x > b.position.x }
        return left.offset > right.offset
      }.map(\.element)
    }
    for (edge, output) in deliveries {
      let source = RunSource(node: run.node, output: output, run: run.run)
      deliver(run.outputs[output], to: edge, source: source, from: place, run: run)
    }
  }

  private mutating func enqueue(_ run: DueRun) {
    if graph.order == .v1 { due.prepend(run) } else { due.append(run) }
  }

  private mutating func deliver(
    _ items: [Item], to edge: WorkflowGraph.Edge, source: RunSource, from place: Int, run: NodeRun
  ) {
    let target = graph.vertices[edge.target]
    guard target.connectedInputs > 1 else {
      var inputs = [[Item]](repeating: [], count: edge.input + 1)
      var sources = [RunSource?](repeating: nil, count: edge.input + 1)
      inputs[edge.input] = items
      sources[edge.input] = source
      return enqueue(DueRun(place: edge.target, inputs: inputs, sources: sources))
    }
    let waiting = pending.firstIndex { $0.place == edge.target }
    let entry: Int
    if let waiting {
      entry = waiting
    } else {
      pending.append((edge.target, []))
      entry = pending.count - 1
    }
    let slot: Int
    if let lacking = pending[entry].runs.firstIndex(where: { $0.inputs[edge.input] == nil }) {
      slot = lacking
    } else {
      let count = target.inputs.count
      pending[entry].runs.append(
        PendingRun(inputs: Array(repeating: nil, count: count), sources: Array(repeating: nil, count: count)))
      slot = pending[entry].runs.count - 1
    }
    pending[entry].runs[slot].inputs[edge.input] = items
    pending[entry].runs[slot].sources[edge.input] = source
    let isComplete = target.inputs.indices.allSatisfy {
      target.inputs[$0].isEmpty || pending[entry].runs[slot].inputs[$0] != nil
    }
    if isComplete {
      enqueue(takePending(entry, slot))
    } else if waiting == nil, graph.order == .v0 {
      forceSources(of: edge.target, after: place, run: run, isEmpty: items.isEmpty)
    }
  }

  private mutating func takePending(_ entry: Int, _ slot: Int) -> DueRun {
    let place = pending[entry].place
    let run = pending[entry].runs.remove(at: slot)
    if pending[entry].runs.isEmpty { pending.remove(at: entry) }
    return DueRun(place: place, inputs: run.inputs.map { $0 ?? [] }, sources: run.sources)
  }

  // MARK: When nothing is due

  /// A pending run that may start without the inputs that never came; nil when there is none.
  mutating func popPending() -> DueRun? {
    var entry = 0
    while entry < pending.count {
      let place = pending[entry].place
      let ancestors = pending.count > 1 ? Set(graph.ancestors(of: place)) : []
      let waitsForOther = pending.contains { $0.place != place && ancestors.contains($0.place) }
      guard !waitsForOther, let run = pending[entry].runs.first, hasRequiredInputs(run, place) else {
        entry += 1
        continue
      }
      let count = pending.count
      let due = takePending(entry, 0)
      if due.inputs.contains(where: { !$0.isEmpty }) { return due }
      // Nothing to work on: dropped. The same entry again, if it has more runs.
      if pending.count == count { continue }
      entry = 0
    }
    return nil
  }

  private func hasRequiredInputs(_ run: PendingRun, _ place: Int) -> Bool {
    guard graph.order == .v1 else { return true }
    switch graph.vertices[place].traits.requiredInputs {
    case .any: return true
    case .atLeast(let count): return run.inputs.count { $0 != nil } >= count
    case .indexes(let indexes): return indexes.allSatisfy { run.inputs.indices.contains($0) && run.inputs[$0] != nil }
    }
  }

  // MARK: Order v0: sources that would never come

  /// `waiting` got its first input from `place`; for each other source that has not run and will not, a start is found.
  private mutating func forceSources(of waiting: Int, after place: Int, run: NodeRun, isEmpty: Bool) {
    let siblings = Set(graph.vertices[place].outputs.joined().map(\.target))
    for origin in graph.vertices[waiting].inputs.joined() {
      let source = origin.source
      if source == place || due.contains(source) || hasRun(source) { continue }
      if siblings.contains(source), !hasEmptyInput(source) { continue }
      guard let start = forcedStart(for: source, siblings: siblings) else { continue }
      if isEmpty, graph.ancestors(of: start).contains(place) { continue }
      guard graph.vertices[start].inputs.isEmpty || hasEmptyInput(start) else { continue }
      due.append(
        DueRun(place: start, inputs: [[Item(json: [:])]], sources: [RunSource(node: run.node, run: run.run)]))
    }
  }

  /// The node with which to begin so that `source` runs: a root above it, else the last node on the way up that has not
  /// run, else itself. nil when something above it is about to run anyway.
  private func forcedStart(for source: Int, siblings: Set<Int>) -> Int? {
    var start = source
    for ancestor in graph.ancestors(of: source).reversed() {
      if due.contains(ancestor) { return nil }
      if hasRun(ancestor) { continue }
      if siblings.contains(ancestor), !hasEmptyInput(ancestor) { return nil }
      start = ancestor
      if graph.vertices[ancestor].inputs.isEmpty { break }
    }
    return start
  }

  private func hasRun(_ place: Int) -> Bool { history.run(of: graph.vertices[place].node.name) != nil }

  /// Nothing has come to the node's first input.
  private func hasEmptyInput(_ place: Int) -> Bool {
    guard let origins = graph.vertices[place].inputs.first else { return true }
    return origins.allSatisfy { origin in
      let outputs = history.run(of: graph.vertices[origin.source].node.name)?.outputs ?? []
      return !outputs.indices.contains(origin.output) || outputs[origin.output].isEmpty
    }
  }
}

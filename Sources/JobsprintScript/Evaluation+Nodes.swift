// The data of other nodes: `$('X')` and `$node["X"]`.

import JobsprintDomain
import JobsprintPorts

extension Evaluation {
  func node(_ reference: ScriptValue, _ query: Expression.NodeQuery) throws(Interruption) -> ScriptValue {
    let node = try node(named: reference)
    let name = node.name
    switch query {
    case .isExecuted: return .bool(frame.scope.history.run(of: name) != nil)
    case .parameters: return .object(node.parameters)
    case .resolvedParameters: return try resolved(node.parameters)
    case .context: return .object(frame.scope.history.run(of: name)?.state ?? [:])
    case .pairedItem(let place):
      return .item(try frame.pairedItem(of: name, forItem: try wholeNumber(place) ?? item))
    case .first(let slot): return try items(of: name, slot).first.map { .item($0) } ?? .undefined
    case .last(let slot): return try items(of: name, slot).last.map { .item($0) } ?? .undefined
    case .all(let slot): return .items(try items(of: name, slot))
    case .runIndex:
      let runs = try executedRuns(of: name)
      return .number(Double(runs.count - 1))
    case .sameItem(let part):
      let found = try items(of: name, Expression.Slot())
      guard found.indices.contains(item) else { throw .problem(.noSuchItem(item, of: name)) }
      return switch part {
      case .json: .object(found[item].json)
      case .binary: .object(found[item].binary?.withoutContent ?? [:])
      }
    }
  }

  func node(named reference: ScriptValue) throws(Interruption) -> Node {
    let name = try reference.primitive(.string).text()
    guard let node = frame.scope.workflow.node(named: name) else { throw .problem(.unknownNode(name)) }
    return node
  }

  private func executedRuns(of name: String) throws(Interruption) -> [NodeRun] {
    let runs = frame.scope.history.runs(of: name)
    guard !runs.isEmpty else { throw .problem(.notExecuted(name)) }
    return runs
  }

  /// The items of one output in one run of a node.
  private func items(of name: String, _ slot: Expression.Slot) throws(Interruption) -> [Item] {
    let runs = try executedRuns(of: name)
    let run = try wholeNumber(slot.run)
    if let run, !runs.indices.contains(run) { throw .problem(.noSuchRun(run, of: name)) }
    let outputs = runs[run ?? runs.count - 1].outputs
    if let branch = try wholeNumber(slot.branch) {
      guard outputs.indices.contains(branch) else { throw .problem(.noSuchBranch(branch, of: name)) }
      return outputs[branch]
    }
    let branch = frame.upstream.output(of: name) ?? 0
    return outputs.indices.contains(branch) ? outputs[branch] : []
  }

  /// nil for null and undefined, which ask for the default.
  private func wholeNumber(_ expression: Expression?) throws(Interruption) -> Int? {
    guard let expression else { return nil }
    let value = try value(of: expression)
    guard !value.isNullish else { return nil }
    guard let whole = Int(exactly: try value.number()) else { throw .typeError }
    return whole
  }
}

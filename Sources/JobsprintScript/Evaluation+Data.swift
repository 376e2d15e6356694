// The data of the current node: what `$json`, `$input`, `$now` and their like stand for.

import JobsprintDomain
import JobsprintPorts

extension Evaluation {
  private var scope: ExpressionScope { frame.scope }

  /// nil where the item has no place in the input, which n8n makes `undefined`.
  func currentJSON() throws(Interruption) -> JSONObject? {
    let items = frame.items
    if items.indices.contains(item) { return items[item].json }
    guard !items.isEmpty else { throw .problem(.noInput(of: scope.node.name)) }
    return nil
  }

  func data(_ root: Expression.DataRoot) throws(Interruption) -> ScriptValue {
    switch root {
    case .json: return ScriptValue(try currentJSON().map { .object($0) })
    case .binary: return .object(try currentItem().binary?.withoutContent ?? [:])
    case .item: return frame.items.indices.contains(item) ? .item(frame.items[item]) : .undefined
    case .firstItem: return frame.items.first.map { .item($0) } ?? .undefined
    case .lastItem: return frame.items.last.map { .item($0) } ?? .undefined
    case .allItems: return .items(frame.items)
    case .inputParameters:
      return ScriptValue(source.flatMap { scope.workflow.node(named: $0.node) }.map { .object($0.parameters) })
    case .inputContext: return .object(source.flatMap { scope.history.run(of: $0.node)?.state } ?? [:])
    case .previousNode:
      guard let source else { return .object([:]) }
      return .object([
        "name": .string(source.node), "outputIndex": .integer(Int64(source.output)),
        "runIndex": .integer(Int64(source.run)),
      ])
    case .execution:
      return .object([
        "id": .string(scope.execution.id.description), "mode": scope.execution.mode == .manual ? "test" : "production",
      ])
    case .workflow:
      return .object([
        "id": .string(scope.execution.workflowID.description), "name": .string(scope.workflow.name),
        "active": .bool(scope.execution.workflowIsActive),
      ])
    case .variables: return .object(scope.execution.variables)
    case .itemIndex: return .number(Double(item))
    case .runIndex: return .number(Double(scope.runIndex))
    case .nodeID: return .string(scope.node.id)
    case .nodeVersion: return .number(scope.node.typeVersion)
    case .mode: return .string(scope.execution.mode.rawValue)
    case .executionID: return .string(scope.execution.id.description)
    case .now: return .moment(frame.now)
    case .today: return .moment(frame.today)
    case .parameters: return try resolved(scope.node.parameters)
    case .rawParameters: return .object(scope.node.parameters)
    }
  }

  private func currentItem() throws(Interruption) -> Item {
    _ = try currentJSON()
    guard frame.items.indices.contains(item) else { throw .typeError }
    return frame.items[item]
  }

  /// Where the items of the main input came from.
  private var source: RunSource? {
    scope.sources.indices.contains(scope.mainInput) ? scope.sources[scope.mainInput] : nil
  }

  // MARK: Templates

  /// The value of a whole template; nil is `undefined`.
  func value(of template: Template) throws(Interruption) -> JSONValue? {
    switch template {
    case .literal(let text): return .string(text)
    case .single(let expression): return try valueOrUndefined(of: expression).json
    case .mixed(let parts):
      var text = ""
      for part in parts {
        switch part {
        case .text(let literal): text += literal
        case .expression(let expression): text += try joined(try valueOrUndefined(of: expression))
        }
      }
      return .string(text)
    case .needsJavaScript(let reason): throw .needsJavaScript(reason)
    case .invalid(let reason): throw .problem(.invalidSyntax(reason))
    }
  }

  /// n8n swallows a `TypeError` and goes on with `undefined`.
  private func valueOrUndefined(of expression: Expression) throws(Interruption) -> ScriptValue {
    do throws(Interruption) {
      return try value(of: expression)
    } catch .typeError {
      return .undefined
    }
  }

  /// As text between other text: nothing for `undefined`, `null` and `NaN`, everything else as `String(value)`.
  private func joined(_ value: ScriptValue) throws(Interruption) -> String {
    switch value {
    case .undefined, .null: return ""
    case .number(let number) where number.isNaN: return ""
    default:
      do throws(Interruption) {
        return try value.primitive(.string).text()
      } catch .typeError {
        return ""
      }
    }
  }
}

extension JSONObject {
  /// Files without their content: expressions see names, types and sizes.
  var withoutContent: JSONObject {
    var result = self
    for file in self {
      guard case .object(var facts) = file.value, facts.contains("data") else { continue }
      facts["data"] = nil
      result[file.key] = .object(facts)
    }
    return result
  }
}

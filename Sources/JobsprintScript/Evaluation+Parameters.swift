// The parameters of a node, with the expressions in them resolved for the current item.
//
// Only what is asked for is resolved: a parameter may refer to its siblings.

import JobsprintDomain
import JobsprintPorts

extension Evaluation {
  private static var depthLimit: Int { 4 }

  /// The raw parameters that an expression stands for; nil for any other expression.
  func parameters(of expression: Expression) throws(Interruption) -> JSONObject? {
    switch expression {
    case .data(.parameters): frame.scope.node.parameters
    case .node(let name, .resolvedParameters): try node(named: try value(of: name)).parameters
    default: nil
    }
  }

  /// Resolves all parameters.
  func resolved(_ parameters: JSONObject) throws(Interruption) -> ScriptValue {
    ScriptValue(try deeper().resolved(.object(parameters)))
  }

  /// Resolves the parameter to which the steps lead.
  func parameter(at steps: [Expression.AccessStep], in parameters: JSONObject) throws(Interruption) -> ScriptValue {
    var raw = JSONValue.object(parameters)
    for (place, step) in steps.enumerated() {
      // `undefined`, `length` and methods are what the general rules make of them.
      guard let next = try member(of: raw, step.key) else { return try member(of: ScriptValue(raw), steps[place...]) }
      raw = next
      if raw.isExpression {
        return try member(of: ScriptValue(try deeper().resolved(raw)), steps[(place + 1)...])
      }
    }
    return ScriptValue(try deeper().resolved(raw))
  }

  private func member(of raw: JSONValue, _ key: Expression.Key) throws(Interruption) -> JSONValue? {
    switch key {
    case .name(let name): return raw[name]
    case .place(let place): return raw[place]
    case .computed(let expression):
      let key = try value(of: expression)
      if case .number(let number) = key, let place = Int(exactly: number) { return raw[place] }
      return raw[try key.primitive(.string).text()]
    }
  }

  private func deeper() throws(Interruption) -> Evaluation {
    var deeper = self
    deeper.parameterDepth += 1
    let budget = budget ?? ParameterBudget()
    deeper.budget = budget
    budget.left -= 1
    guard parameterDepth < Self.depthLimit, budget.left > 0 else { throw .problem(.endlessParameters) }
    return deeper
  }

  private func resolved(_ raw: JSONValue) throws(Interruption) -> JSONValue? {
    switch raw {
    case .string(let text):
      return raw.isExpression ? try value(of: frame.template(text)) : raw
    case .array(let elements):
      var resolvedElements: [JSONValue] = []
      for element in elements { resolvedElements.append(try resolved(element) ?? .null) }
      return .array(resolvedElements)
    case .object(let members):
      var resolvedMembers = JSONObject()
      for member in members {
        if let value = try resolved(member.value) { resolvedMembers[member.key] = value }
      }
      return .object(resolvedMembers)
    default: return raw
    }
  }
}

/// How many parameters one reference may resolve, itself included: a few that each name the next one a thousand times
/// would otherwise take forever.
final class ParameterBudget {
  var left = 1000
}

extension JSONValue {
  fileprivate var isExpression: Bool {
    if case .string(let text) = self { text.utf8.first == UInt8(ascii: "=") } else { false }
  }
}

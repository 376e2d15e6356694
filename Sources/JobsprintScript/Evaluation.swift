// Walks an expression for one item. Recursion follows the nesting of the expression, which the parser bounds.

import JobsprintDomain

struct Evaluation {
  let frame: ExpressionFrame
  /// Place in the scope's items.
  let item: Int
  /// How many parameters are being resolved inside each other.
  var parameterDepth = 0
  /// Shared by all that are resolved for one reference.
  var budget: ParameterBudget?

  func value(of expression: Expression) throws(Interruption) -> ScriptValue {
    switch expression {
    case .jsonPath(let names): return try value(at: names)
    case .constant(let value): return value
    case .data(let root): return try data(root)
    case .access(let base, let steps):
      if let parameters = try parameters(of: base) { return try parameter(at: steps, in: parameters) }
      return try member(of: try value(of: base), steps[...])
    case .node(let name, let query): return try node(try value(of: name), query)
    case .interpolation(let pieces): return .string(try text(of: pieces))
    case .list(let elements):
      var values: [ScriptValue] = []
      values.reserveCapacity(elements.count)
      for element in elements { values.append(try value(of: element)) }
      return .list(values)
    case .record(let members): return try record(members)
    case .prefixed(let operators, let operand): return try apply(operators, to: try value(of: operand))
    case .operation(let first, let rest):
      var result = try value(of: first)
      for step in rest { result = try apply(step.sign, result, try value(of: step.operand)) }
      return result
    case .power(let base, let exponent):
      return .number(try value(of: base).number().javaScriptPower(try value(of: exponent).number()))
    case .conjunction(let operands):
      var last = ScriptValue.undefined
      for operand in operands {
        last = try value(of: operand)
        guard last.isTruthy else { break }
      }
      return last
    case .disjunction(let operands):
      var last = ScriptValue.undefined
      for operand in operands {
        last = try value(of: operand)
        guard !last.isTruthy else { break }
      }
      return last
    case .coalescing(let operands):
      var last = ScriptValue.undefined
      for operand in operands {
        last = try value(of: operand)
        guard last.isNullish else { break }
      }
      return last
    case .conditional(let condition, let then, let otherwise):
      return try value(of: try value(of: condition).isTruthy ? then : otherwise)
    case .keys(let object): return .list(try value(of: object).keys().map { .string($0) })
    case .momentText(let base, let method):
      guard case .moment(let moment) = try value(of: base) else { throw .typeError }
      return switch method {
      case .iso: .string(moment.isoText)
      case .isoDate: .string(moment.dateText)
      case .milliseconds: .number(Double(moment.milliseconds))
      }
    }
  }

  /// `$json.a.b`, without making values of what is on the way.
  private func value(at names: [String]) throws(Interruption) -> ScriptValue {
    var hint = 0
    if names.count == 1, frame.items.indices.contains(item),
      let found = frame.items.value(of: names[0], at: item, near: &hint)
    {
      return ScriptValue(found)
    }
    guard var members = try currentJSON() else { throw .typeError }
    for (place, name) in names.enumerated() {
      guard let next = members[name] else {
        var rest = try ScriptValue.object(members).member(name)
        for name in names[(place + 1)...] { rest = try rest.member(name) }
        return rest
      }
      if place == names.count - 1 { return ScriptValue(next) }
      if case .object(let inner) = next {
        members = inner
      } else {
        var rest = ScriptValue(next)
        for name in names[(place + 1)...] { rest = try rest.member(name) }
        return rest
      }
    }
    return .object(members)
  }

  func member(
    of base: ScriptValue, _ steps: ArraySlice<Expression.AccessStep>
  ) throws(Interruption) -> ScriptValue {
    var current = base
    for step in steps {
      if step.isOptional, current.isNullish { return .undefined }
      switch step.key {
      case .name(let name): current = try current.member(name)
      case .place(let place): current = try current.member(at: place)
      case .computed(let key): current = try current.member(try value(of: key))
      }
    }
    return current
  }

  private func record(_ members: [(key: Expression.Key, value: Expression)]) throws(Interruption) -> ScriptValue {
    var entries: [ScriptValue.RecordEntry] = []
    var places: [ExactString: Int] = [:]
    for member in members {
      let key =
        switch member.key {
        case .name(let name): name
        case .place(let place): String(place)
        case .computed(let expression): try value(of: expression).primitive(.string).text()
        }
      let entry = ScriptValue.RecordEntry(key: key, value: try value(of: member.value))
      // The last one counts, at the place of the first.
      if let place = places[key] {
        entries[place] = entry
      } else {
        places[key] = entries.count
        entries.append(entry)
      }
    }
    return .record(entries)
  }

  private func text(of pieces: [Expression.Interpolated]) throws(Interruption) -> String {
    var text = ""
    for piece in pieces {
      switch piece {
      case .text(let literal): text += literal
      case .expression(let expression): text += try value(of: expression).primitive(.string).text()
      }
    }
    return text
  }

  // MARK: Operators

  private func apply(
    _ operators: [Expression.PrefixOperator], to operand: ScriptValue
  ) throws(Interruption) -> ScriptValue {
    var result = operand
    for prefix in operators.reversed() {
      switch prefix {
      case .not: result = .bool(!result.isTruthy)
      case .minus: result = .number(-(try result.number()))
      case .plus: result = .number(try result.number())
      case .typeName: result = .string(result.typeName)
      }
    }
    return result
  }

  private func apply(
    _ infix: Expression.InfixOperator, _ left: ScriptValue, _ right: ScriptValue
  ) throws(Interruption) -> ScriptValue {
    switch infix {
    case .identical: return .bool(try left.isIdentical(to: right))
    case .unidentical: return .bool(!(try left.isIdentical(to: right)))
    case .looselyEqual: return .bool(try left.isLooselyEqual(to: right))
    case .looselyUnequal: return .bool(!(try left.isLooselyEqual(to: right)))
    case .less: return .bool(try left.compared(to: right) == .less)
    case .greater: return .bool(try left.compared(to: right) == .greater)
    case .lessOrEqual:
      let ordering = try left.compared(to: right)
      return .bool(ordering == .less || ordering == .equal)
    case .greaterOrEqual:
      let ordering = try left.compared(to: right)
      return .bool(ordering == .greater || ordering == .equal)
    case .add:
      let (a, b) = (try left.primitive(), try right.primitive())
      switch (a, b) {
      case (.string(let text), _): return .string(text + (try b.text()))
      case (_, .string(let text)): return .string(try a.text() + text)
      default: return .number(try a.number() + b.number())
      }
    case .subtract: return .number(try left.number() - right.number())
    case .multiply: return .number(try left.number() * right.number())
    case .divide: return .number(try left.number() / right.number())
    case .remainder: return .number((try left.number()).truncatingRemainder(dividingBy: try right.number()))
    }
  }
}

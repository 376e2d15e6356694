// n8n's own names that are more than a value: `$input`, `$('X')`, `$node`, `$items`.

extension ExpressionParser {
  /// What follows one of those names, which is consumed already; nil for any other name.
  mutating func dataReference(_ name: String) throws(ParseFailure) -> Expression? {
    switch name {
    case "$input": return try input()
    case "$" where token == .mark(.parenOpen):
      try advance()
      let node = try expression()
      try expect(.parenClose)
      return .node(name: node, try nodeQuery())
    case "$node":
      guard let step = try accessStep(), !step.isOptional else { throw Self.alone("$node") }
      return .node(name: step.nameExpression, try legacyQuery())
    case "$items" where token == .mark(.parenOpen):
      let arguments = try arguments(upTo: 3)
      guard let node = arguments.first else { return .data(.allItems) }
      return .node(
        name: node,
        .all(
          .init(branch: arguments.count > 1 ? arguments[1] : .constant(.number(0)), run: arguments.dropFirst(2).first)))
    case "Object":
      guard try knownMember(of: "Object") == "keys", token == .mark(.parenOpen),
        let object = try arguments(upTo: 1).first
      else { throw .needsJavaScript("it uses 'Object'") }
      return .keys(object)
    default: return nil
    }
  }

  private static func alone(_ name: String) -> ParseFailure { .needsJavaScript("it uses '\(name)' as a value") }

  private mutating func input() throws(ParseFailure) -> Expression {
    let member = try knownMember(of: "$input")
    switch member {
    case "item": return .data(.item)
    case "params": return .data(.inputParameters)
    case "context": return .data(.inputContext)
    case "first", "last", "all":
      guard token == .mark(.parenOpen) else { throw Self.alone("$input.\(member)") }
      guard try arguments(upTo: 2).isEmpty else {
        throw .needsJavaScript("it asks for another branch or run of the input")
      }
      return .data(member == "first" ? .firstItem : member == "last" ? .lastItem : .allItems)
    default: throw .needsJavaScript("it uses '$input.\(member)'")
    }
  }

  private mutating func nodeQuery() throws(ParseFailure) -> Expression.NodeQuery {
    let member = try knownMember(of: "$(…)")
    switch member {
    case "item": return .pairedItem(of: nil)
    case "isExecuted": return .isExecuted
    case "params": return .parameters
    case "context": return .context
    case "first", "last", "all", "pairedItem", "itemMatching":
      guard token == .mark(.parenOpen) else { throw Self.alone("$(…).\(member)") }
      if member == "pairedItem" || member == "itemMatching" {
        let place = try arguments(upTo: 1).first
        guard place != nil || member == "pairedItem" else {
          throw .invalid("itemMatching() needs the number of an item")
        }
        return .pairedItem(of: place)
      }
      let arguments = try arguments(upTo: 2)
      let slot = Expression.Slot(branch: arguments.first, run: arguments.dropFirst().first)
      return member == "first" ? .first(slot) : member == "last" ? .last(slot) : .all(slot)
    default: throw .needsJavaScript("it uses '$(…).\(member)'")
    }
  }

  private mutating func legacyQuery() throws(ParseFailure) -> Expression.NodeQuery {
    let member = try knownMember(of: "$node[…]")
    switch member {
    case "json", "data": return .sameItem(.json)
    case "binary": return .sameItem(.binary)
    case "context": return .context
    case "runIndex": return .runIndex
    case "parameter": return .resolvedParameters
    default: throw .needsJavaScript("it uses '$node[…].\(member)'")
    }
  }

  private mutating func knownMember(of owner: String) throws(ParseFailure) -> String {
    guard let step = try accessStep() else { throw Self.alone(owner) }
    guard case .name(let name) = step.key else { throw .needsJavaScript("it uses a computed member of '\(owner)'") }
    return name
  }

  private mutating func arguments(upTo limit: Int) throws(ParseFailure) -> [Expression] {
    try expect(.parenOpen)
    var arguments: [Expression] = []
    while token != .mark(.parenClose) {
      arguments.append(try expression())
      guard try skip(.comma) else { break }
    }
    try expect(.parenClose)
    guard arguments.count <= limit else { throw .invalid("a call has more than \(limit) arguments") }
    return arguments
  }

  /// `$now.toISO()` and its kin; the parenthesis is the current token. nil for every other call.
  mutating func momentText(
    _ base: Expression, _ steps: inout [Expression.AccessStep]
  ) throws(ParseFailure) -> Expression? {
    let method: Expression.MomentText
    switch (base, steps.count, steps.first?.key) {
    case (.data(.now), 1, .name(let name)?), (.data(.today), 1, .name(let name)?):
      switch name {
      case "toISO", "toString", "toJSON": method = .iso
      case "toISODate": method = .isoDate
      case "toMillis", "valueOf": method = .milliseconds
      default: throw .needsJavaScript("it calls '\(name)'")
      }
    default:
      if case .name(let name)? = steps.last?.key { throw .needsJavaScript("it calls '\(name)'") }
      return nil
    }
    try advance()
    guard try skip(.parenClose) else { throw .needsJavaScript("it formats a date with options") }
    switch token {
    case .mark(.dot), .mark(.bracketOpen), .mark(.optional), .mark(.parenOpen), .backtick:
      throw .needsJavaScript("it goes on behind the call of a date's method")
    default: return .momentText(base, method)
    }
  }
}

extension Expression.AccessStep {
  fileprivate var nameExpression: Expression {
    switch key {
    case .name(let name): .constant(.string(name))
    case .place(let place): .constant(.number(Double(place)))
    case .computed(let expression): expression
    }
  }
}

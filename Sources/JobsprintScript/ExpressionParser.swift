// The part of JavaScript's expression grammar (ECMA-262, section 13) that needs no engine.
//
// Nesting is bounded, so that hostile text is an error and not a stack overflow. What the grammar does not cover is
// reported as `needsJavaScript`; `invalid` is only said where no JavaScript engine could accept the text.

import JobsprintDomain

struct ExpressionParser {
  /// Nested brackets, conditions and powers. People write less than 20.
  static let depthLimit = 100
  /// Bytes of one expression.
  static let lengthLimit = 100_000

  private var scanner: ExpressionScanner
  private(set) var token = Token.end
  private var isAfterLineBreak = false
  private var depth = 0

  private init(_ text: String) throws(ParseFailure) {
    scanner = ExpressionScanner(text)
    try advance()
  }

  /// Parses what stands between `{{` and `}}`. Nothing at all is `undefined`.
  static func parse(_ text: String) throws(ParseFailure) -> Expression {
    guard text.utf8.count <= lengthLimit else {
      throw .invalid("it is longer than \(lengthLimit) bytes")
    }
    var parser = try ExpressionParser(text)
    guard parser.token != .end else { return .constant(.undefined) }
    let expression = try parser.expression()
    guard parser.token == .mark(.semicolon) else {
      guard parser.token == .end else { throw parser.unexpected() }
      return expression
    }
    while parser.token == .mark(.semicolon) { try parser.advance() }
    guard parser.token == .end else { throw .needsJavaScript(statements) }
    return expression
  }

  // MARK: Tokens

  mutating func advance() throws(ParseFailure) { (token, isAfterLineBreak) = try scanner.next() }

  mutating func skip(_ mark: Mark) throws(ParseFailure) -> Bool {
    guard token == .mark(mark) else { return false }
    try advance()
    return true
  }

  mutating func expect(_ mark: Mark) throws(ParseFailure) {
    guard try skip(mark) else { throw unexpected() }
  }

  /// The failure for a token that cannot stand here in the covered grammar.
  func unexpected() -> ParseFailure {
    switch token {
    case .end: return .invalid("it ends too early")
    case .backtick: return .needsJavaScript("it uses a tagged template literal")
    case .number, .string:
      return isAfterLineBreak ? .needsJavaScript(Self.statements) : .invalid("a value follows another one directly")
    case .name(let name):
      if isAfterLineBreak || Vocabulary.keywords.contains(name) { return .needsJavaScript("it uses '\(name)'") }
      return .invalid("'\(name)' follows a value directly")
    case .mark(let mark):
      switch mark {
      case .parenClose, .bracketClose, .braceClose, .colon: return .invalid("'\(mark.rawValue)' is not expected")
      case .parenOpen: return .needsJavaScript("it calls a function")
      case .arrow: return .needsJavaScript("it uses an arrow function")
      case .semicolon: return .needsJavaScript(Self.statements)
      case .slash: return .needsJavaScript("it uses a regular expression")
      default: return .needsJavaScript("it uses '\(mark.rawValue)'")
      }
    }
  }

  private static let statements = "it has several statements"

  private mutating func enter() throws(ParseFailure) {
    depth += 1
    guard depth <= Self.depthLimit else {
      throw .invalid("it is nested deeper than \(Self.depthLimit) levels")
    }
  }

  // MARK: Operators, from the loosest to the tightest

  mutating func expression() throws(ParseFailure) -> Expression {
    try enter()
    defer { depth -= 1 }
    let condition = try shortCircuit()
    guard try skip(.question) else { return condition }
    let then = try expression()
    try expect(.colon)
    return .conditional(condition, then: then, otherwise: try expression())
  }

  private mutating func shortCircuit() throws(ParseFailure) -> Expression {
    let first = try operation()
    if token == .mark(.coalesce) {
      var operands = [first]
      while try skip(.coalesce) { operands.append(try operation()) }
      if token == .mark(.or) || token == .mark(.and) { throw Self.mixedCoalescing }
      return .coalescing(operands)
    }
    var alternatives = [try conjunction(from: first)]
    while try skip(.or) { alternatives.append(try conjunction(from: try operation())) }
    if token == .mark(.coalesce) { throw Self.mixedCoalescing }
    return alternatives.count == 1 ? alternatives[0] : .disjunction(alternatives)
  }

  private static let mixedCoalescing = ParseFailure.invalid("'??' beside '||' or '&&' needs parentheses")

  private mutating func conjunction(from first: Expression) throws(ParseFailure) -> Expression {
    var operands = [first]
    while try skip(.and) { operands.append(try operation()) }
    return operands.count == 1 ? first : .conjunction(operands)
  }

  private mutating func operation(atLeast lowest: Int = 0) throws(ParseFailure) -> Expression {
    var left = try prefixed()
    while let precedence = infixOperator?.precedence, precedence >= lowest {
      var rest: [(sign: Expression.InfixOperator, operand: Expression)] = []
      while let next = infixOperator, next.precedence == precedence {
        try advance()
        rest.append((next, try operation(atLeast: precedence + 1)))
      }
      left = .operation(left, rest)
    }
    return left
  }

  private var infixOperator: Expression.InfixOperator? {
    guard case .mark(let mark) = token else { return nil }
    return switch mark {
    case .equal: .looselyEqual
    case .unequal: .looselyUnequal
    case .identical: .identical
    case .unidentical: .unidentical
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    case .plus: .add
    case .minus: .subtract
    case .star: .multiply
    case .slash: .divide
    case .percent: .remainder
    default: nil
    }
  }

  private mutating func prefixed() throws(ParseFailure) -> Expression {
    var operators: [Expression.PrefixOperator] = []
    while let next = prefixOperator {
      operators.append(next)
      try advance()
    }
    let operand = try postfixed()
    guard token == .mark(.power) else { return operators.isEmpty ? operand : .prefixed(operators, operand) }
    guard operators.isEmpty else { throw .invalid("a sign before '**' needs parentheses") }
    try advance()
    try enter()
    defer { depth -= 1 }
    return .power(operand, try prefixed())
  }

  private var prefixOperator: Expression.PrefixOperator? {
    switch token {
    case .mark(.not): .not
    case .mark(.minus): .minus
    case .mark(.plus): .plus
    case .name("typeof"): .typeName
    default: nil
    }
  }

  private mutating func postfixed() throws(ParseFailure) -> Expression {
    let base = try primary()
    var steps: [Expression.AccessStep] = []
    while let step = try accessStep() { steps.append(step) }
    switch token {
    case .mark(.parenOpen):
      if let text = try momentText(base, &steps) { return text }
      throw unexpected()
    case .backtick, .mark(.increment), .mark(.decrement): throw unexpected()
    default: break
    }
    guard !steps.isEmpty else { return base }
    if case .data(.json) = base {
      let names = steps.compactMap { step -> String? in
        if case .name(let name) = step.key, !step.isOptional { name } else { nil }
      }
      if names.count == steps.count { return .jsonPath(names) }
    }
    return .access(base, steps)
  }

  /// One `.name`, `[key]`, `?.name` or `?.[key]`; nil where none stands.
  mutating func accessStep() throws(ParseFailure) -> Expression.AccessStep? {
    switch token {
    case .mark(.dot):
      try advance()
      return .init(key: .name(try memberName()), isOptional: false)
    case .mark(.bracketOpen):
      return .init(key: try bracketKey(), isOptional: false)
    case .mark(.optional):
      try advance()
      switch token {
      case .mark(.bracketOpen): return .init(key: try bracketKey(), isOptional: true)
      case .name: return .init(key: .name(try memberName()), isOptional: true)
      default: throw unexpected()
      }
    default: return nil
    }
  }

  private mutating func memberName() throws(ParseFailure) -> String {
    guard case .name(let name) = token else {
      if case .mark(.parenOpen) = token { throw .invalid("a name is missing after '.'") }
      throw unexpected()
    }
    try Vocabulary.checkAccess(to: name)
    try advance()
    return name
  }

  private mutating func bracketKey() throws(ParseFailure) -> Expression.Key {
    try expect(.bracketOpen)
    let key = try expression()
    try expect(.bracketClose)
    switch key {
    case .constant(.string(let name)):
      try Vocabulary.checkAccess(to: name)
      return .name(name)
    case .constant(.number(let number)):
      if let place = Int(exactly: number), place >= 0 { return .place(place) }
      return .computed(key)
    default: return .computed(key)
    }
  }

  // MARK: Operands

  private mutating func primary() throws(ParseFailure) -> Expression {
    switch token {
    case .number(let number):
      try advance()
      return .constant(.number(number))
    case .string(let text):
      try advance()
      return .constant(.string(text))
    case .backtick: return try templateLiteral()
    case .mark(.parenOpen):
      try advance()
      // Of a function without parameters: nothing else begins like this.
      guard token != .mark(.parenClose) else { throw .needsJavaScript("it uses an arrow function") }
      let inner = try expression()
      try expect(.parenClose)
      return inner
    case .mark(.bracketOpen): return try listLiteral()
    case .mark(.braceOpen): return try recordLiteral()
    case .name(let name): return try named(name)
    case .end: throw unexpected()
    case .mark: throw unexpected()
    }
  }

  private mutating func templateLiteral() throws(ParseFailure) -> Expression {
    var pieces: [Expression.Interpolated] = []
    while true {
      let (text, end) = try scanner.templatePiece()
      if !text.isEmpty { pieces.append(.text(text)) }
      if end == .literal { break }
      try advance()
      pieces.append(.expression(try expression()))
      // The closing brace is the current token, so the scanner stands right behind it.
      guard token == .mark(.braceClose) else { throw unexpected() }
    }
    try advance()
    switch (pieces.first, pieces.count) {
    case (nil, _): return .constant(.string(""))
    case (.text(let text)?, 1): return .constant(.string(text))
    default: return .interpolation(pieces)
    }
  }

  private mutating func listLiteral() throws(ParseFailure) -> Expression {
    try expect(.bracketOpen)
    var elements: [Expression] = []
    while token != .mark(.bracketClose) {
      elements.append(try expression())
      guard try skip(.comma) else { break }
    }
    try expect(.bracketClose)
    return .list(elements)
  }

  private mutating func recordLiteral() throws(ParseFailure) -> Expression {
    try expect(.braceOpen)
    var members: [(key: Expression.Key, value: Expression)] = []
    while token != .mark(.braceClose) {
      members.append(try recordMember())
      guard try skip(.comma) else { break }
    }
    try expect(.braceClose)
    return .record(members)
  }

  private mutating func recordMember() throws(ParseFailure) -> (key: Expression.Key, value: Expression) {
    let key: Expression.Key
    switch token {
    case .string(let name):
      key = .name(name)
      try advance()
    case .number(let number):
      key = .name(number.javaScriptText)
      try advance()
    case .mark(.bracketOpen): key = try bracketKey()
    case .name(let name):
      try advance()
      if token == .mark(.comma) || token == .mark(.braceClose) {
        return (.name(name), try resolve(name))
      }
      key = .name(name)
    default: throw unexpected()
    }
    guard token == .mark(.colon) else {
      throw .needsJavaScript("it has an object literal with more than plain members")
    }
    if case .name("__proto__") = key { throw .needsJavaScript("it sets a prototype") }
    try advance()
    return (key, try expression())
  }

  private mutating func named(_ name: String) throws(ParseFailure) -> Expression {
    try Vocabulary.checkAccess(to: name)
    try advance()
    if let data = try dataReference(name) { return data }
    return try resolve(name)
  }

  /// A name that stands for a value of its own.
  private func resolve(_ name: String) throws(ParseFailure) -> Expression {
    if let value = Vocabulary.values[name] { return .constant(value) }
    if let root = Vocabulary.roots[name] { return .data(root) }
    if Vocabulary.keywords.contains(name) || Vocabulary.globals.contains(name) {
      throw .needsJavaScript("it uses '\(name)'")
    }
    // n8n looks unknown names up in its data, where they are undefined.
    return .constant(.undefined)
  }
}

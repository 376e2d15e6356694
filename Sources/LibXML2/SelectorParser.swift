/// Reads a CSS selector list.
struct SelectorParser {
  private let scalars: [Unicode.Scalar]
  private var at = 0
  private let depth: Int

  /// Selectors in selectors (`:not(:has(…))`) nest no deeper.
  private static let deepest = 16

  init(_ text: String, depth: Int = 0) {
    scalars = Array(text.unicodeScalars)
    self.depth = depth
  }

  /// - Parameter isRelative: a selector may begin with a combinator.
  mutating func selector(isRelative: Bool = false) throws(MarkupError) -> CSSSelector {
    guard depth <= Self.deepest else { throw MarkupError("the selector is nested too deeply") }
    var alternatives: [CSSSelector.Complex] = []
    repeat { alternatives.append(try complex(isRelative: isRelative)) } while take(",")
    guard at == scalars.count else { throw unexpected() }
    return CSSSelector(alternatives: alternatives)
  }

  private mutating func complex(isRelative: Bool) throws(MarkupError) -> CSSSelector.Complex {
    var complex = CSSSelector.Complex(parts: [])
    skipSpace()
    var combinator = (isRelative ? explicitCombinator() : nil) ?? .descendant
    while true {
      complex.parts.append((combinator, try compound(&complex.positions)))
      let hadSpace = skipSpace()
      if let explicit = explicitCombinator() {
        combinator = explicit
      } else if hadSpace, at < scalars.count, scalars[at] != "," {
        combinator = .descendant
      } else {
        return complex
      }
      guard complex.positions.isEmpty else {
        throw MarkupError("a position (:first, :eq …) can only stand at the end of a selector")
      }
    }
  }

  private mutating func explicitCombinator() -> CSSSelector.Combinator? {
    let found: CSSSelector.Combinator? = take(">") ? .child : take("+") ? .next : take("~") ? .sibling : nil
    if found != nil { skipSpace() }
    return found
  }

  private mutating func compound(_ positions: inout [CSSSelector.Position]) throws(MarkupError) -> CSSSelector.Compound
  {
    var compound = CSSSelector.Compound()
    let start = at
    while at < scalars.count {
      switch scalars[at] {
      case "*": at += 1
      case "#":
        at += 1
        compound.tests.append(.id(try identifier()))
      case ".":
        at += 1
        compound.tests.append(.class(try identifier()))
      case "[": compound.tests.append(try attribute())
      case ":":
        at += 1
        _ = take(":")
        try pseudo(&compound, &positions)
      default:
        guard at == start, isNamePart(scalars[at]) || scalars[at] == "\\" else {
          if at == start { throw unexpected() }
          return compound
        }
        compound.tests.append(.type(try identifier()))
      }
    }
    guard at > start else { throw MarkupError("the selector is empty, or ends where a name is expected") }
    return compound
  }

  private mutating func attribute() throws(MarkupError) -> CSSSelector.Test {
    at += 1
    skipSpace()
    let name = try identifier(andColon: true)
    skipSpace()
    if take("]") { return .attribute(name: name, operation: .exists, value: "", ignoresCase: false) }
    var symbol = ""
    while at < scalars.count, "~|^$*!=".unicodeScalars.contains(scalars[at]), !symbol.hasSuffix("=") {
      symbol.unicodeScalars.append(scalars[at])
      at += 1
    }
    guard let operation = CSSSelector.AttributeOperation(rawValue: symbol) else { throw unexpected() }
    skipSpace()
    var value = try quoted()
    if value == nil { value = try identifier() }
    skipSpace()
    var ignoresCase = false
    if at < scalars.count, scalars[at] == "i" || scalars[at] == "s" {
      ignoresCase = scalars[at] == "i"
      at += 1
      skipSpace()
    }
    guard take("]") else { throw unexpected() }
    return .attribute(name: name, operation: operation, value: value ?? "", ignoresCase: ignoresCase)
  }

  private static let inputTypes: Set = [
    "checkbox", "file", "image", "password", "radio", "reset", "submit", "text",
  ]

  private mutating func pseudo(
    _ compound: inout CSSSelector.Compound, _ positions: inout [CSSSelector.Position]
  ) throws(MarkupError) {
    let name = try identifier().lowercased()
    let argument = try argument()
    switch name {
    case "first-child": compound.tests.append(.nth(step: 0, offset: 1, fromEnd: false, ofType: false))
    case "last-child": compound.tests.append(.nth(step: 0, offset: 1, fromEnd: true, ofType: false))
    case "first-of-type": compound.tests.append(.nth(step: 0, offset: 1, fromEnd: false, ofType: true))
    case "last-of-type": compound.tests.append(.nth(step: 0, offset: 1, fromEnd: true, ofType: true))
    case "only-child": compound.tests.append(.only(ofType: false))
    case "only-of-type": compound.tests.append(.only(ofType: true))
    case "nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type":
      let (step, offset) = try Self.series(argument ?? "")
      compound.tests.append(
        .nth(step: step, offset: offset, fromEnd: name.contains("last"), ofType: name.hasSuffix("type")))
    case "not": compound.tests.append(.not(try nested(argument)))
    case "is", "matches", "where", "any": compound.tests.append(.matches(try nested(argument)))
    case "has": compound.tests.append(.has(try nested(argument, isRelative: true)))
    case "contains": compound.tests.append(.contains(Self.unquoted(argument), ignoresCase: false))
    case "icontains": compound.tests.append(.contains(Self.unquoted(argument), ignoresCase: true))
    case "empty": compound.tests.append(.empty)
    case "parent": compound.tests.append(.hasContent)
    case "root": compound.tests.append(.root)
    case "header": compound.tests.append(.names(["h1", "h2", "h3", "h4", "h5", "h6"]))
    case "input": compound.tests.append(.names(["input", "select", "textarea", "button"]))
    case "button": compound.tests.append(.matches(try Self.parsed("button, input[type=button]")))
    case "checked": compound.tests.append(.matches(try Self.parsed("input[checked], option[selected]")))
    case "selected": compound.tests.append(.matches(try Self.parsed("option[selected]")))
    case "disabled":
      compound.tests.append(.attribute(name: "disabled", operation: .exists, value: "", ignoresCase: false))
    case "enabled": compound.tests.append(.not(try Self.parsed("[disabled]")))
    case "first": positions.append(.at(0))
    case "last": positions.append(.at(-1))
    case "even": positions.append(.even)
    case "odd": positions.append(.odd)
    case "eq", "nth": positions.append(.at(try Self.number(argument)))
    case "lt": positions.append(.before(try Self.number(argument)))
    case "gt": positions.append(.after(try Self.number(argument)))
    default:
      guard Self.inputTypes.contains(name) else { throw MarkupError("':\(name)' is not supported") }
      compound.tests.append(.input(type: name))
    }
  }

  private func nested(_ argument: String?, isRelative: Bool = false) throws(MarkupError) -> CSSSelector {
    var parser = SelectorParser(argument ?? "", depth: depth + 1)
    return try parser.selector(isRelative: isRelative)
  }

  private static func parsed(_ text: String) throws(MarkupError) -> CSSSelector { try CSSSelector(text) }

  /// What stands in the parentheses after a name; nil without any.
  private mutating func argument() throws(MarkupError) -> String? {
    guard take("(") else { return nil }
    var text = ""
    var open = 1
    var quote: Unicode.Scalar?
    while at < scalars.count {
      let scalar = scalars[at]
      at += 1
      if let current = quote {
        if scalar == current { quote = nil }
      } else if scalar == "\"" || scalar == "'" {
        quote = scalar
      } else if scalar == "(" {
        open += 1
      } else if scalar == ")" {
        open -= 1
        if open == 0 { return text }
      }
      text.unicodeScalars.append(scalar)
    }
    throw MarkupError("a parenthesis is not closed")
  }

  private static func unquoted(_ argument: String?) -> String {
    var parser = SelectorParser(argument ?? "")
    parser.skipSpace()
    if let text = try? parser.quoted() { return text }
    return argument ?? ""
  }

  private static func number(_ argument: String?) throws(MarkupError) -> Int {
    guard let number = Int((argument ?? "").filter { !$0.isWhitespace }), number.magnitude < 1_000_000_000 else {
      throw MarkupError("'\(argument ?? "")' is no position")
    }
    return number
  }

  /// `odd`, `even`, `3`, `2n+1`, `-n + 3`.
  private static func series(_ argument: String) throws(MarkupError) -> (step: Int, offset: Int) {
    let text = argument.filter { !$0.isWhitespace }.lowercased()
    if text == "odd" { return (2, 1) }
    if text == "even" { return (2, 0) }
    func number(_ text: Substring) throws(MarkupError) -> Int {
      guard let number = Int(text), number.magnitude < 1_000_000_000 else {
        throw MarkupError("'\(argument)' is no series")
      }
      return number
    }
    guard let n = text.firstIndex(of: "n") else { return (0, try number(text[...])) }
    let before = text[..<n]
    let after = text[text.index(after: n)...]
    let step = before.isEmpty || before == "+" ? 1 : before == "-" ? -1 : try number(before)
    return (step, after.isEmpty ? 0 : try number(after))
  }

  private mutating func identifier(andColon: Bool = false) throws(MarkupError) -> String {
    var text = ""
    while at < scalars.count {
      let scalar = scalars[at]
      if scalar == "\\", at + 1 < scalars.count {
        text.unicodeScalars.append(scalars[at + 1])
        at += 2
      } else if isNamePart(scalar) || (andColon && scalar == ":") {
        text.unicodeScalars.append(scalar)
        at += 1
      } else {
        break
      }
    }
    guard !text.isEmpty else { throw unexpected() }
    return text
  }

  private mutating func quoted() throws(MarkupError) -> String? {
    guard at < scalars.count, scalars[at] == "\"" || scalars[at] == "'" else { return nil }
    let quote = scalars[at]
    at += 1
    var text = ""
    while at < scalars.count {
      let scalar = scalars[at]
      at += 1
      if scalar == quote { return text }
      if scalar == "\\", at < scalars.count {
        text.unicodeScalars.append(scalars[at])
        at += 1
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    throw MarkupError("a quote is not closed")
  }

  private func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= 0x80 || scalar == "-" || scalar == "_" || (0x30...0x39).contains(scalar.value)
      || (0x41...0x5A).contains(scalar.value) || (0x61...0x7A).contains(scalar.value)
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard at < scalars.count, scalars[at] == scalar else { return false }
    at += 1
    return true
  }

  @discardableResult
  private mutating func skipSpace() -> Bool {
    let start = at
    while at < scalars.count, scalars[at].properties.isWhitespace { at += 1 }
    return at > start
  }

  private func unexpected() -> MarkupError {
    guard at < scalars.count else { return MarkupError("the selector ends too early") }
    return MarkupError("'\(scalars[at])' is not expected at character \(at + 1)")
  }
}

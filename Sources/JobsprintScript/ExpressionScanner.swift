// Tokens of an expression (ECMA-262, section 12), read one at a time from UTF-8.
//
// A template literal is only announced: the parser reads its pieces, because expressions stand in it.

enum Token: Hashable {
  case end
  case number(Double)
  case string(String)
  case name(String)
  case mark(Mark)
  case backtick
}

enum Mark: String, CaseIterable {
  case shiftUnsignedAssign = ">>>="
  case spread = "..."
  case identical = "==="
  case unidentical = "!=="
  case powerAssign = "**="
  case shiftLeftAssign = "<<="
  case shiftRightAssign = ">>="
  case shiftUnsigned = ">>>"
  case andAssign = "&&="
  case orAssign = "||="
  case coalesceAssign = "??="
  case arrow = "=>"
  case equal = "=="
  case unequal = "!="
  case lessOrEqual = "<="
  case greaterOrEqual = ">="
  case and = "&&"
  case or = "||"
  case coalesce = "??"
  case optional = "?."
  case increment = "++"
  case decrement = "--"
  case addAssign = "+="
  case subtractAssign = "-="
  case multiplyAssign = "*="
  case divideAssign = "/="
  case remainderAssign = "%="
  case bitAndAssign = "&="
  case bitOrAssign = "|="
  case bitXorAssign = "^="
  case shiftLeft = "<<"
  case shiftRight = ">>"
  case power = "**"
  case braceOpen = "{"
  case braceClose = "}"
  case parenOpen = "("
  case parenClose = ")"
  case bracketOpen = "["
  case bracketClose = "]"
  case semicolon = ";"
  case comma = ","
  case less = "<"
  case greater = ">"
  case plus = "+"
  case minus = "-"
  case star = "*"
  case slash = "/"
  case percent = "%"
  case bitAnd = "&"
  case bitOr = "|"
  case bitXor = "^"
  case not = "!"
  case bitNot = "~"
  case question = "?"
  case colon = ":"
  case assign = "="
  case dot = "."

  /// By first byte, longest first.
  fileprivate static let byFirstByte: [UInt8: [(bytes: [UInt8], mark: Mark)]] = {
    let all = allCases.map { (bytes: Array($0.rawValue.utf8), mark: $0) }.sorted { $0.bytes.count > $1.bytes.count }
    return Dictionary(grouping: all) { $0.bytes[0] }
  }()
}

struct ExpressionScanner {
  let bytes: [UInt8]
  private(set) var at = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  private func byte(_ offset: Int = 0) -> UInt8? { at + offset < bytes.count ? bytes[at + offset] : nil }

  /// Reads the next token.
  /// - Returns: whether a line break stands before it, too.
  mutating func next() throws(ParseFailure) -> (token: Token, isAfterLineBreak: Bool) {
    let isAfterLineBreak = try skipSpaceAndComments()
    guard let first = byte() else { return (.end, isAfterLineBreak) }
    let token: Token
    switch first {
    case UInt8(ascii: "\""), UInt8(ascii: "'"): token = .string(try string(endingWith: first))
    case UInt8(ascii: "`"):
      at += 1
      token = .backtick
    case _ where first.isDigit: token = .number(try number())
    case UInt8(ascii: ".") where byte(1)?.isDigit == true: token = .number(try number())
    case _ where first.isNameByte: token = .name(name())
    default: token = .mark(try mark(first))
    }
    return (token, isAfterLineBreak)
  }

  private mutating func skipSpaceAndComments() throws(ParseFailure) -> Bool {
    var sawLineBreak = false
    while let first = byte() {
      switch first {
      case 0x20, 0x09, 0x0B, 0x0C: at += 1
      case 0x0A, 0x0D:
        sawLineBreak = true
        at += 1
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"):
        while let next = byte(), next != 0x0A, next != 0x0D { at += 1 }
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"):
        at += 2
        while byte() != UInt8(ascii: "*") || byte(1) != UInt8(ascii: "/") {
          guard let next = byte() else { throw .invalid("a comment has no end") }
          if next == 0x0A || next == 0x0D { sawLineBreak = true }
          at += 1
        }
        at += 2
      case 0x80...:
        guard let (scalar, length) = scalar(), scalar.isJavaScriptSpace else { return sawLineBreak }
        if scalar.value == 0x2028 || scalar.value == 0x2029 { sawLineBreak = true }
        at += length
      default: return sawLineBreak
      }
    }
    return sawLineBreak
  }

  /// The character at the cursor, where it is not ASCII.
  private func scalar() -> (Unicode.Scalar, Int)? {
    var decoder = UTF8()
    var iterator = bytes[at..<min(at + 4, bytes.count)].makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
    return (scalar, UTF8.width(scalar))
  }

  private mutating func name() -> String {
    let start = at
    while let next = byte(), next.isNameByte || next.isDigit {
      if next >= 0x80, let (scalar, length) = scalar() {
        guard !scalar.isJavaScriptSpace else { break }
        at += length
      } else {
        at += 1
      }
    }
    return String(decoding: bytes[start..<at], as: UTF8.self)
  }

  private mutating func mark(_ first: UInt8) throws(ParseFailure) -> Mark {
    for candidate in Mark.byFirstByte[first] ?? [] where bytes[at...].starts(with: candidate.bytes) {
      // `a?.5:b` is a condition.
      if candidate.mark == .optional, byte(2)?.isDigit == true { continue }
      at += candidate.bytes.count
      return candidate.mark
    }
    throw .needsJavaScript("it uses '\(String(decoding: [first], as: UTF8.self))'")
  }

  private mutating func number() throws(ParseFailure) -> Double {
    let start = at
    if byte() == UInt8(ascii: "0"), let radix = byte(1)?.numberRadix {
      at += 2
      while let next = byte(), next.hexDigit.map({ $0 < radix }) == true { at += 1 }
    } else {
      if byte() == UInt8(ascii: "0"), byte(1)?.isDigit == true {
        throw .needsJavaScript("a number has a leading zero")
      }
      skipDigits()
      if byte() == UInt8(ascii: ".") {
        at += 1
        skipDigits()
      }
      if let letter = byte(), letter == UInt8(ascii: "e") || letter == UInt8(ascii: "E") {
        at += 1
        if let sign = byte(), sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { at += 1 }
        skipDigits()
      }
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if let next = byte() {
      if next == UInt8(ascii: "n") || next == UInt8(ascii: "_") {
        throw .needsJavaScript("it uses the number form '\(text)\(String(decoding: [next], as: UTF8.self))'")
      }
      guard !next.isNameByte, !next.isDigit else { throw .invalid("a name follows the number '\(text)' directly") }
    }
    let value = text.javaScriptNumber
    guard !value.isNaN else { throw .invalid("'\(text)' is no number") }
    return value
  }

  private mutating func skipDigits() {
    while let next = byte(), next.isDigit { at += 1 }
  }

  // MARK: Strings

  private mutating func string(endingWith quote: UInt8) throws(ParseFailure) -> String {
    at += 1
    var content: [UInt8] = []
    while let next = byte(), next != 0x0A, next != 0x0D {
      at += 1
      switch next {
      case quote: return String(decoding: content, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &content)
      default: content.append(next)
      }
    }
    throw .invalid("a string has no closing quote")
  }

  /// What ended a piece of a template literal.
  enum PieceEnd { case literal, expression }

  /// Reads on inside a template literal, up to its end or the next `${`; both are consumed.
  mutating func templatePiece() throws(ParseFailure) -> (text: String, end: PieceEnd) {
    var content: [UInt8] = []
    while let next = byte() {
      at += 1
      switch next {
      case UInt8(ascii: "`"): return (String(decoding: content, as: UTF8.self), .literal)
      case UInt8(ascii: "$") where byte() == UInt8(ascii: "{"):
        at += 1
        return (String(decoding: content, as: UTF8.self), .expression)
      case UInt8(ascii: "\\"): try escape(into: &content)
      case 0x0D:
        // Line breaks in template literals are normalised.
        if byte() == 0x0A { at += 1 }
        content.append(0x0A)
      default: content.append(next)
      }
    }
    throw .invalid("a template literal has no closing '`'")
  }

  /// One escape sequence; the backslash is consumed already.
  private mutating func escape(into content: inout [UInt8]) throws(ParseFailure) {
    guard let letter = byte() else { throw .invalid("a string has no closing quote") }
    at += 1
    switch letter {
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "v"): content.append(0x0B)
    case UInt8(ascii: "0") where byte()?.isDigit != true: content.append(0)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): throw .needsJavaScript("it uses an octal escape in a string")
    case 0x0D: if byte() == 0x0A { at += 1 }
    case 0x0A: break
    case UInt8(ascii: "x"): content.append(contentsOf: Array(String(try scalar(hexDigits(2))).utf8))
    case UInt8(ascii: "u"): content.append(contentsOf: Array(String(try unicodeEscape()).utf8))
    default: content.append(letter)
    }
  }

  private mutating func unicodeEscape() throws(ParseFailure) -> Unicode.Scalar {
    if byte() == UInt8(ascii: "{") {
      at += 1
      var value: UInt32 = 0
      while let digit = byte()?.hexDigit {
        value = value << 4 | UInt32(digit)
        guard value <= 0x10FFFF else { throw .invalid("an escape in a string is out of range") }
        at += 1
      }
      guard byte() == UInt8(ascii: "}") else { throw .invalid("an escape in a string is not complete") }
      at += 1
      return try scalar(value)
    }
    let high = try hexDigits(4)
    guard 0xD800..<0xDC00 ~= high, byte() == UInt8(ascii: "\\"), byte(1) == UInt8(ascii: "u") else {
      return try scalar(high)
    }
    at += 2
    let low = try hexDigits(4)
    guard 0xDC00..<0xE000 ~= low else { throw .needsJavaScript(Self.halfCharacter) }
    return try scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
  }

  private mutating func hexDigits(_ count: Int) throws(ParseFailure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<count {
      guard let digit = byte()?.hexDigit else { throw .invalid("an escape in a string is not complete") }
      value = value << 4 | UInt32(digit)
      at += 1
    }
    return value
  }

  private func scalar(_ value: UInt32) throws(ParseFailure) -> Unicode.Scalar {
    guard let scalar = Unicode.Scalar(value) else { throw .needsJavaScript(Self.halfCharacter) }
    return scalar
  }

  private static let halfCharacter = "a string has one half of a surrogate pair"
}

extension UInt8 {
  /// May begin a name; any character beyond ASCII counts.
  var isNameByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
      UInt8(ascii: "$"), 0x80...:
      true
    default: false
    }
  }
}

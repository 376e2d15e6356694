// JavaScript's conversions and comparisons (ECMA-262, section 7.1 and 7.2).

import JobsprintDomain

extension ScriptValue {
  /// What an object becomes before an operator that needs a primitive.
  enum Hint { case standard, string }

  /// `ToPrimitive`.
  func primitive(_ hint: Hint = .standard) throws(Interruption) -> ScriptValue {
    switch self {
    case .undefined, .null, .bool, .integer, .number, .string: self
    // Luxon's `valueOf` gives milliseconds, its `toString` ISO 8601.
    case .moment(let moment): hint == .string ? .string(moment.isoText) : .number(Double(moment.milliseconds))
    case .array, .object, .list, .record, .item, .items: .string(try text())
    }
  }

  /// `ToString`.
  func text() throws(Interruption) -> String {
    switch self {
    case .undefined: return "undefined"
    case .null: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .integer(let whole): return String(whole)
    case .number(let number): return number.javaScriptText
    case .string(let text): return text
    case .moment(let moment): return moment.isoText
    case .item: return Self.objectText
    case .items(let items): return items.map { _ in Self.objectText }.joined(separator: ",")
    case .object(let members):
      // A member of that name hides the method, and is none itself.
      guard !members.contains("toString") else { throw .typeError }
      return Self.objectText
    case .record(let entries):
      guard !entries.contains(where: { $0.key == "toString" }) else { throw .typeError }
      return Self.objectText
    case .array(let elements):
      var joined = ""
      for (place, element) in elements.enumerated() {
        if place > 0 { joined += "," }
        if !element.isNull { joined += try ScriptValue(element).text() }
      }
      return joined
    case .list(let elements):
      var joined = ""
      for (place, element) in elements.enumerated() {
        if place > 0 { joined += "," }
        if !element.isNullish { joined += try element.text() }
      }
      return joined
    }
  }

  private static let objectText = "[object Object]"

  /// `ToNumber`.
  func number() throws(Interruption) -> Double {
    switch self {
    case .undefined: return .nan
    case .null: return 0
    case .bool(let flag): return flag ? 1 : 0
    case .integer(let whole): return Double(whole)
    case .number(let number): return number
    case .string(let text): return text.javaScriptNumber
    case .moment(let moment): return Double(moment.milliseconds)
    case .array, .object, .list, .record, .item, .items: return try text().javaScriptNumber
    }
  }

  /// `===`. Whole numbers from JSON are compared exactly, also beyond 2^53.
  func isIdentical(to other: ScriptValue) throws(Interruption) -> Bool {
    switch (self, other) {
    case (.undefined, .undefined), (.null, .null): return true
    case (.bool(let a), .bool(let b)): return a == b
    case (.integer(let a), .integer(let b)): return a == b
    case (.number(let a), .number(let b)): return a == b
    case (.integer(let a), .number(let b)), (.number(let b), .integer(let a)): return Double(a) == b
    case (.string(let a), .string(let b)): return a.hasSameCodeUnits(as: b)
    default:
      guard isObject, other.isObject else { return false }
      return try isSameObject(as: other)
    }
  }

  /// `==`.
  func isLooselyEqual(to other: ScriptValue) throws(Interruption) -> Bool {
    switch (self, other) {
    case (_, _) where isNullish || other.isNullish: return isNullish && other.isNullish
    case (_, _) where isObject && other.isObject: return try isSameObject(as: other)
    case (_, _) where isObject: return try primitive().isLooselyEqual(to: other)
    case (_, _) where other.isObject: return try isLooselyEqual(to: other.primitive())
    case (.string, .string), (.integer, .integer), (.bool, .bool): return try isIdentical(to: other)
    default: return try number() == other.number()
    }
  }

  private var isObject: Bool {
    switch self {
    case .undefined, .null, .bool, .integer, .number, .string: false
    case .array, .object, .list, .record, .item, .items, .moment: true
    }
  }

  /// Values carry no identity here. What differs cannot be one object, and a literal is an object of its own; whether
  /// two equal pieces of data are one and the same object is not known.
  private func isSameObject(as other: ScriptValue) throws(Interruption) -> Bool {
    switch (self, other) {
    case (.list, _), (_, .list), (.record, _), (_, .record): return false
    default:
      guard json == other.json else { return false }
      throw .needsJavaScript("it compares two objects or arrays with each other")
    }
  }

  enum Ordering { case less, equal, greater, unordered }

  /// The order behind `<`, `<=`, `>` and `>=`: strings by UTF-16 code units, all else as numbers.
  func compared(to other: ScriptValue) throws(Interruption) -> Ordering {
    if case (.integer(let a), .integer(let b)) = (self, other) { return a < b ? .less : a == b ? .equal : .greater }
    let (left, right) = (try primitive(), try other.primitive())
    if case (.string(let a), .string(let b)) = (left, right) {
      if a.hasSameCodeUnits(as: b) { return .equal }
      return a.utf16.lexicographicallyPrecedes(b.utf16) ? .less : .greater
    }
    let (a, b) = (try left.number(), try right.number())
    return a < b ? .less : a == b ? .equal : a > b ? .greater : .unordered
  }
}

extension String {
  /// `StringToNumber`: NaN where the text is no number.
  var javaScriptNumber: Double {
    var scalars = unicodeScalars[...]
    while let first = scalars.first, first.isJavaScriptSpace { scalars.removeFirst() }
    while let last = scalars.last, last.isJavaScriptSpace { scalars.removeLast() }
    let text = Substring(scalars).utf8
    guard let first = text.first else { return 0 }
    if first == UInt8(ascii: "0"), text.count > 2, let radix = text.dropFirst().first?.numberRadix {
      var sum = 0.0
      for byte in text.dropFirst(2) {
        guard let digit = byte.hexDigit, digit < radix else { return .nan }
        sum = sum * Double(radix) + Double(digit)
      }
      return sum
    }
    let isSigned = first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
    let unsigned = isSigned ? text.dropFirst() : text
    let isNegative = first == UInt8(ascii: "-")
    if unsigned.elementsEqual("Infinity".utf8) { return isNegative ? -.infinity : .infinity }
    guard unsigned.isDecimalLiteral, let value = Double(Substring(unsigned)) else { return .nan }
    return isNegative ? -value : value
  }
}

extension Substring.UTF8View {
  /// `12`, `1.5`, `.5`, `5.`, each with an exponent if wanted.
  fileprivate var isDecimalLiteral: Bool {
    var rest = self[...]
    func digits() -> Int {
      let count = rest.prefix { $0.isDigit }.count
      rest = rest.dropFirst(count)
      return count
    }
    var mantissa = digits()
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      mantissa += digits()
    }
    guard mantissa > 0 else { return false }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }
}

extension UInt8 {
  var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }

  var hexDigit: Int? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(self) - 0x30
    case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(self) - 0x57
    case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(self) - 0x37
    default: nil
    }
  }

  /// The radix that a letter after a leading zero announces.
  var numberRadix: Int? {
    switch self {
    case UInt8(ascii: "x"), UInt8(ascii: "X"): 16
    case UInt8(ascii: "o"), UInt8(ascii: "O"): 8
    case UInt8(ascii: "b"), UInt8(ascii: "B"): 2
    default: nil
    }
  }
}

extension Unicode.Scalar {
  /// `WhiteSpace` or `LineTerminator`.
  var isJavaScriptSpace: Bool {
    switch value {
    case 9...13, 0x20, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF: true
    default: false
    }
  }
}

// JavaScript's syntax of regular expressions in PCRE2's.
//
// What only PCRE2 has (verbs, recursion, possessive quantifiers, `\A`, `\K`, POSIX classes) is refused or means what it
// means in JavaScript. Known differences that stay: a look-behind must have alternatives of fixed length, and text is
// matched by scalars where JavaScript without the flag `u` takes UTF-16 units.

struct JavaScriptSyntax {
  /// The callout in which the time is looked at. It stands before whatever may scan far in one step of the match limit,
  /// and before groups, whose alternatives machine code doesn't count as steps.
  private static let callout = Array("(?C)".utf8)
  /// The same at every place where a match is tried: the limit of steps counts anew at each, and with groups a try may
  /// use all of it.
  private static let entryCallout = Array("(?C1)".utf8)
  /// JavaScript's `\s`, for the inside of a class.
  private static let space =
    #"\s\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}"#
  /// Unicode's long names of categories, of which PCRE2 knows the short ones.
  private static let categories = [
    "Letter": "L", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Titlecase_Letter": "Lt",
    "Modifier_Letter": "Lm", "Other_Letter": "Lo", "Mark": "M", "Number": "N", "Decimal_Number": "Nd",
    "Letter_Number": "Nl", "Other_Number": "No", "Punctuation": "P", "Symbol": "S", "Math_Symbol": "Sm",
    "Currency_Symbol": "Sc", "Separator": "Z", "Space_Separator": "Zs", "Other": "C", "Control": "Cc",
  ]

  private let source: [UInt8]
  private let isUnicode: Bool
  private var at = 0
  private var output: [UInt8] = []
  /// Where the last character, class or escape begins in the output; nil behind anything else.
  private var atom: Int?
  /// The last thing was a quantifier.
  private var isRepeated = false
  private var hasGroup = false

  static func translated(_ source: String, isUnicode: Bool) throws(PatternError) -> [UInt8] {
    var syntax = JavaScriptSyntax(source, isUnicode: isUnicode)
    while let byte = syntax.peek() { try syntax.term(byte) }
    return syntax.hasGroup ? entryCallout + syntax.output : syntax.output
  }

  private init(_ source: String, isUnicode: Bool) {
    self.source = Array(source.utf8)
    self.isUnicode = isUnicode
    output.reserveCapacity(source.utf8.count + 32)
  }

  private func peek(_ ahead: Int = 0) -> UInt8? { at + ahead < source.count ? source[at + ahead] : nil }

  private func follows(_ text: String, at ahead: Int = 0) -> Bool {
    source[min(at + ahead, source.count)...].starts(with: text.utf8)
  }

  private mutating func copy(_ count: Int = 1) {
    output += source[at..<min(at + count, source.count)]
    at += count
  }

  private mutating func emit(_ text: String) { output += text.utf8 }

  private mutating func term(_ byte: UInt8) throws(PatternError) {
    let wasRepeated = isRepeated
    isRepeated = false
    switch byte {
    case UInt8(ascii: "*"), UInt8(ascii: "+"):
      guard !wasRepeated else { throw .invalid("nothing to repeat") }
      quantify(1, isLong: true)
    case UInt8(ascii: "?"):
      copy()
      isRepeated = !wasRepeated
    case UInt8(ascii: "{"):
      if let (length, isLong) = quantifier() {
        guard !wasRepeated else { throw .invalid("nothing to repeat") }
        quantify(length, isLong: isLong)
      } else {
        literal("{")
        at += 1
      }
    case UInt8(ascii: "("): try group()
    case UInt8(ascii: ")"), UInt8(ascii: "|"):
      copy()
      atom = nil
    case UInt8(ascii: "["):
      atom = output.count
      try characterClass()
    case UInt8(ascii: "\\"):
      atom = output.count
      try escape()
    case 0x80..<0xC0: copy()
    default:
      atom = output.count
      copy()
    }
  }

  // MARK: Repeating

  private mutating func quantify(_ length: Int, isLong: Bool) {
    if isLong, let atom { output.insert(contentsOf: Self.callout, at: atom) }
    copy(length)
    isRepeated = true
    atom = nil
  }

  /// `{2}`, `{2,}`, `{2,5}`: its length, and whether it may go far. nil where the brace is only a brace.
  private func quantifier() -> (length: Int, isLong: Bool)? {
    var place = at + 1
    func digits() -> Int? {
      let start = place
      while place < source.count, (0x30...0x39).contains(source[place]) { place += 1 }
      return place > start ? Int(String(decoding: source[start..<place], as: UTF8.self)) ?? .max : nil
    }
    guard let least = digits(), place < source.count else { return nil }
    var most: Int? = least
    if source[place] == UInt8(ascii: ",") {
      place += 1
      most = digits()
    }
    guard place < source.count, source[place] == UInt8(ascii: "}") else { return nil }
    return (place + 1 - at, (most ?? .max) > 64)
  }

  // MARK: Groups

  private mutating func group() throws(PatternError) {
    atom = nil
    hasGroup = true
    guard peek(1) != UInt8(ascii: "*") else { throw .invalid("nothing to repeat") }
    output += Self.callout
    guard peek(1) == UInt8(ascii: "?") else { return copy() }
    let heads = ["(?:", "(?=", "(?!", "(?<=", "(?<!"]
    if let head = heads.first(where: { follows($0) }) { return copy(head.utf8.count) }
    guard follows("(?<"), let end = source[at...].firstIndex(of: UInt8(ascii: ">")) else {
      throw .invalid("invalid group")
    }
    copy(end + 1 - at)
  }

  // MARK: Classes

  private mutating func characterClass() throws(PatternError) {
    copy()
    if peek() == UInt8(ascii: "^") { copy() }
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "]"): return copy()
      case UInt8(ascii: "["):
        // No POSIX classes in JavaScript.
        literal("[")
        at += 1
      case UInt8(ascii: "\\"): try escape(inClass: true)
      default: copy()
      }
    }
    throw .invalid("a class is not closed")
  }

  // MARK: Escapes

  private mutating func escape(inClass: Bool = false) throws(PatternError) {
    guard let letter = peek(1) else { throw .invalid("\\ at the end of the pattern") }
    switch Character(Unicode.Scalar(letter)) {
    case "d", "D", "w", "W", "f", "n", "r", "t": copy(2)
    case "b" where inClass:
      literal("\u{8}")
      at += 2
    case "b" where !inClass, "B" where !inClass: copy(2)
    case "s":
      emit(inClass ? Self.space : "[\(Self.space)]")
      at += 2
    case "S":
      emit(inClass ? #"\P{Xsp}"# : "[^\(Self.space)]")
      at += 2
    case "v":
      literal("\u{B}")
      at += 2
    case "0"..."9": try digits(inClass: inClass)
    case "c" where peek(2).map { Character(Unicode.Scalar($0)).isLetter && $0 < 0x80 } ?? false:
      literal(Unicode.Scalar((peek(2) ?? 0) & 0x1F))
      at += 3
    case "x": hexadecimal(2, letter: "x")
    case "u": try codePoint()
    case "k" where !inClass && peek(2) == UInt8(ascii: "<"):
      guard let end = source[at...].firstIndex(of: UInt8(ascii: ">")) else { throw .invalid("invalid group name") }
      backReference(length: end + 1 - at)
    case "p" where isUnicode, "P" where isUnicode: try property()
    default:
      at += 1
      if letter >= 0x80 {
        copy()
      } else {
        let isLetter = Character(Unicode.Scalar(letter)).isLetter
        guard !isUnicode || !isLetter else { throw .invalid("invalid escape") }
        literal(Unicode.Scalar(letter))
        at += 1
      }
    }
  }

  /// A back reference compares as much as its group took, in one step.
  private mutating func backReference(length: Int) {
    output += Self.callout
    copy(length)
  }

  /// `\0`, octal escapes inside a class, or a back reference.
  private mutating func digits(inClass: Bool) throws(PatternError) {
    guard !inClass, peek(1) != UInt8(ascii: "0") else {
      var (value, length) = (UInt32(0), 1)
      while length <= 3, let digit = peek(length), (0x30...0x37).contains(digit), value * 8 + UInt32(digit - 0x30) < 256
      {
        value = value * 8 + UInt32(digit - 0x30)
        length += 1
      }
      guard length > 1, let scalar = Unicode.Scalar(value) else { throw .invalid("invalid escape") }
      literal(scalar)
      at += length
      return
    }
    var length = 2
    while let digit = peek(length), (0x30...0x39).contains(digit) { length += 1 }
    backReference(length: length)
  }

  private mutating func hexadecimal(_ digits: Int, letter: Unicode.Scalar) {
    guard let value = number(at: 2, digits), let scalar = Unicode.Scalar(value) else {
      literal(letter)
      at += 2
      return
    }
    literal(scalar)
    at += 2 + digits
  }

  /// `\u0041`, `\ud83d\ude00`, and with the flag `u` `\u{1f600}`.
  private mutating func codePoint() throws(PatternError) {
    if isUnicode, peek(2) == UInt8(ascii: "{") {
      guard let end = source[at...].firstIndex(of: UInt8(ascii: "}")), end - at <= 11,
        let value = number(at: 3, end - at - 3), let scalar = Unicode.Scalar(value)
      else { throw .invalid("invalid Unicode escape") }
      literal(scalar)
      at = end + 1
      return
    }
    guard let unit = number(at: 2, 4), (0xD800..<0xE000).contains(unit) else { return hexadecimal(4, letter: "u") }
    guard unit < 0xDC00, follows("\\u", at: 6), let low = number(at: 8, 4), (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    else { throw .invalid("half a surrogate pair") }
    literal(scalar)
    at += 12
  }

  private func number(at ahead: Int, _ digits: Int) -> UInt32? {
    guard digits > 0, at + ahead + digits <= source.count else { return nil }
    let text = source[(at + ahead)..<(at + ahead + digits)]
    guard text.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    return UInt32(String(decoding: text, as: UTF8.self), radix: 16)
  }

  /// `\p{Letter}`, `\p{gc=Lu}`, `\p{Script=Greek}`.
  private mutating func property() throws(PatternError) {
    guard peek(2) == UInt8(ascii: "{"), let end = source[at...].firstIndex(of: UInt8(ascii: "}")) else {
      throw .invalid("invalid property name")
    }
    var name = String(decoding: source[(at + 3)..<end], as: UTF8.self)
    for prefix in ["General_Category=", "gc="] where name.hasPrefix(prefix) { name.removeFirst(prefix.utf8.count) }
    copy(2)
    emit("{\(Self.categories[name] ?? name)}")
    at = end + 1
  }

  /// A character that means itself.
  private mutating func literal(_ scalar: Unicode.Scalar) {
    let isWord = ("0"..."9").contains(scalar) || ("A"..."Z").contains(scalar) || ("a"..."z").contains(scalar)
    if scalar.isASCII, !isWord { output.append(UInt8(ascii: "\\")) }
    output += Array(UTF8.encode(scalar) ?? UTF8.EncodedScalar())
  }
}

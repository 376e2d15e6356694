import JobsprintDomain

/// What keeps text from being read as marks, and what the options replace in it.
struct MarkdownEscaping: Sendable {
  struct Rule: Sendable {
    private let pattern: PatternMatch
    private let replacement: String

    init(pattern: String, replacement: String) throws(NodeError) {
      self.pattern = try PatternMatch(pattern: pattern, flags: "gm")
      self.replacement = replacement
    }

    fileprivate func applied(to text: String) throws(NodeError) -> String {
      try pattern.replacing(in: text, with: replacement)
    }
  }

  /// Instead of the usual ones.
  var everywhere: Rule?
  var atLineStart: Rule?
  /// What is replaced in each text, escaped as it is.
  var replacements: [Rule] = []

  func applied(to text: String) throws(NodeError) -> String {
    var text = if let everywhere { try everywhere.applied(to: text) } else { Self.escaped(text) }
    text = if let atLineStart { try atLineStart.applied(to: text) } else { Self.escapedLineStart(text) }
    for rule in replacements { text = try rule.applied(to: text) }
    return text
  }

  /// Characters that would be marks are escaped.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if "\\`*_~[]".unicodeScalars.contains(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
    return result
  }

  /// What would begin a heading, a quote or a list is escaped, and the dot behind a number everywhere.
  private static func escapedLineStart(_ text: String) -> String {
    let bytes = Array(text.utf8)
    guard let first = bytes.first else { return text }
    func isSpace(_ place: Int) -> Bool { place < bytes.count && bytes[place] == UInt8(ascii: " ") }
    let isMark =
      switch first {
      case UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "-"): true
      case UInt8(ascii: "+"): isSpace(1)
      case UInt8(ascii: "#"):
        switch bytes.prefix(while: { $0 == UInt8(ascii: "#") }).count {
        case let count where count <= 6: isSpace(count)
        default: false
        }
      default: false
      }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 8)
    if isMark { result.append(UInt8(ascii: "\\")) }
    for (place, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "."), place > 0, (0x30...0x39).contains(bytes[place - 1]), isSpace(place + 1) {
        result.append(UInt8(ascii: "\\"))
      }
      result.append(byte)
    }
    return result.count == bytes.count ? text : String(decoding: result, as: UTF8.self)
  }
}

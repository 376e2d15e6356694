import JobsprintDomain

/// A regular expression as people write it into a condition: `/pattern/flags`, or the bare pattern.
///
/// It is matched by Swift's `Regex`, which reads what JavaScript's patterns commonly use; where it can't, the error says
/// so. The text is bounded, because a pattern that backtracks takes exponential time.
struct PatternMatch {
  private let regex: Regex<AnyRegexOutput>

  /// Longer texts are refused.
  private static let longestText = 100_000

  init(_ text: String) throws(NodeError) {
    var pattern = text
    var flags = ""
    if text.hasPrefix("/"), let end = text.lastIndex(of: "/"), end > text.startIndex {
      let tail = text[text.index(after: end)...]
      if tail.allSatisfy({ "dgimsuvy".contains($0) }) {
        pattern = String(text[text.index(after: text.startIndex)..<end])
        flags = String(tail)
      }
    }
    try self.init(pattern: pattern, flags: flags, written: text)
  }

  /// - Parameters:
  ///   - pattern: without slashes.
  ///   - flags: JavaScript's letters; `i`, `s` and `m` count.
  ///   - written: how the user wrote it, for the error; nil for the pattern itself.
  init(pattern: String, flags: String, written text: String? = nil) throws(NodeError) {
    do {
      var regex = try Regex(pattern).matchingSemantics(.unicodeScalar)
      if flags.contains("i") { regex = regex.ignoresCase() }
      if flags.contains("s") { regex = regex.dotMatchesNewlines() }
      if flags.contains("m") { regex = regex.anchorsMatchLineEndings() }
      self.regex = regex
    } catch {
      throw NodeError(
        "The regular expression '\(text ?? pattern)' can't be read",
        description: "Write it as /pattern/flags or as a bare pattern.")
    }
  }

  func matches(_ text: String) throws(NodeError) -> Bool {
    try requireShort(text)
    do { return try regex.firstMatch(in: text) != nil } catch {
      throw NodeError("The regular expression failed: \(error)")
    }
  }

  /// All matches replaced, as JavaScript's `replace` does with the flag `g`: `$1`, `$<name>`, `$&` and `$$` count.
  func replacing(in text: String, with template: String) throws(NodeError) -> String {
    try requireShort(text)
    return text.replacing(regex) { Self.expanded(template, $0) }
  }

  private func requireShort(_ text: String) throws(NodeError) {
    guard text.utf8.count <= Self.longestText else {
      throw NodeError("The text is too long for a regular expression (more than \(Self.longestText) bytes)")
    }
  }

  private static func expanded(_ template: String, _ match: Regex<AnyRegexOutput>.Match) -> String {
    guard template.utf8.contains(UInt8(ascii: "$")) else { return template }
    var result = ""
    var rest = template.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "$", let next = rest.first else {
        result.unicodeScalars.append(scalar)
        continue
      }
      if next == "$" || next == "&" {
        rest.removeFirst()
        result += next == "$" ? "$" : String(match.output[0].substring ?? "")
      } else if next == "<", let end = rest.firstIndex(of: ">") {
        let name = String(rest[rest.index(after: rest.startIndex)..<end])
        result += match.output[name]?.substring.map(String.init) ?? ""
        rest = rest[rest.index(after: end)...]
      } else if let group = group(&rest, of: match.output.count) {
        result += match.output[group].substring.map(String.init) ?? ""
      } else {
        result += "$"
      }
    }
    return result
  }

  /// One or two digits that name a group there is.
  private static func group(_ rest: inout Substring.UnicodeScalarView, of count: Int) -> Int? {
    for digits in [2, 1] {
      let text = String(rest.prefix(digits))
      guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let group = Int(text),
        (1..<count).contains(group)
      else { continue }
      rest.removeFirst(digits)
      return group
    }
    return nil
  }
}

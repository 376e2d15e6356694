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
    do {
      var regex = try Regex(pattern).matchingSemantics(.unicodeScalar)
      if flags.contains("i") { regex = regex.ignoresCase() }
      if flags.contains("s") { regex = regex.dotMatchesNewlines() }
      if flags.contains("m") { regex = regex.anchorsMatchLineEndings() }
      self.regex = regex
    } catch {
      throw NodeError(
        "The regular expression '\(text)' can't be read",
        description: "Write it as /pattern/flags or as a bare pattern.")
    }
  }

  func matches(_ text: String) throws(NodeError) -> Bool {
    guard text.utf8.count <= Self.longestText else {
      throw NodeError("The text is too long for a regular expression (more than \(Self.longestText) bytes)")
    }
    do { return try regex.firstMatch(in: text) != nil } catch {
      throw NodeError("The regular expression failed: \(error)")
    }
  }
}

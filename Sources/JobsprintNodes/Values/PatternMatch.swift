import JobsprintDomain
import PCRE2

/// A regular expression as people write it into a condition: `/pattern/flags`, or the bare pattern, in JavaScript's
/// syntax.
///
/// A match that would take more than its share of processor time is an error of the node.
struct PatternMatch: Sendable {
  /// Conditions compare item after item with few patterns.
  private static let cache = PatternCache()

  private let pattern: Pattern
  private let written: String

  init(_ text: String) throws(NodeError) {
    let bytes = text.utf8
    if bytes.first == UInt8(ascii: "/"), let end = bytes.lastIndex(of: UInt8(ascii: "/")), end > bytes.startIndex,
      bytes[bytes.index(after: end)...].allSatisfy({ "dgimsuvy".utf8.contains($0) })
    {
      let source = String(text[bytes.index(after: bytes.startIndex)..<end])
      try self.init(pattern: source, flags: String(text[bytes.index(after: end)...]), written: text)
    } else {
      try self.init(pattern: text, flags: "")
    }
  }

  /// - Parameters:
  ///   - pattern: without slashes.
  ///   - flags: JavaScript's letters.
  ///   - written: how the user wrote it, for the error; nil for the pattern itself.
  init(pattern: String, flags: String, written: String? = nil) throws(NodeError) {
    self.written = written ?? pattern
    do throws(PatternError) {
      guard let flags = Pattern.Flags(letters: flags) else { throw .invalid("its flags are wrong") }
      self.pattern = try Self.cache.pattern(pattern, flags: flags)
    } catch {
      throw Self.error(error, written ?? pattern)
    }
  }

  func matches(_ text: String) throws(NodeError) -> Bool {
    try Self.requireGoingOn()
    do throws(PatternError) { return try pattern.matches(text) } catch { throw Self.error(error, written) }
  }

  /// All matches replaced, as JavaScript's `replace` does with the flag `g`: `$1`, `$<name>`, `$&` and `$$` count.
  func replacing(in text: String, with template: String) throws(NodeError) -> String {
    try Self.requireGoingOn()
    do throws(PatternError) { return try pattern.replacing(in: text, with: template) } catch {
      throw Self.error(error, written)
    }
  }

  /// Each item may take a match's whole share of time: a node over many items can be stopped between them.
  private static func requireGoingOn() throws(NodeError) {
    if Task.isCancelled { throw NodeError("The node was cancelled") }
  }

  private static func error(_ error: PatternError, _ written: String) -> NodeError {
    // A pattern may come out of the data: only its beginning is shown.
    let shown = written.utf8.count > 200 ? String(written.unicodeScalars.prefix(200)) + "…" : written
    return switch error {
    case .invalid(let reason):
      NodeError(
        "The regular expression '\(shown)' can't be read: \(reason)",
        description: "Write it as /pattern/flags or as a bare pattern, in JavaScript's syntax.")
    case .tooManySteps:
      NodeError(
        "The pattern '\(shown)' took too many steps on this text",
        description: "Repeated groups that can match the same text in many ways, such as (a+)+, take exponential time: "
          + "write the pattern so that there is one way to match.")
    case .resultTooLong:
      NodeError(
        "Replacing the pattern '\(shown)' made more than \(Pattern.longestResult) bytes",
        description: "Use a shorter replacement.")
    case .outOfMemory: NodeError("There is not enough memory for the pattern '\(shown)'")
    case .failed(let reason): NodeError("The pattern '\(shown)' could not be matched: \(reason)")
    }
  }
}

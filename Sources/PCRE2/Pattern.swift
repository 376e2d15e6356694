// Regular expressions as JavaScript writes them, matched by PCRE2 over UTF-8.
//
// A pattern that backtracks can take exponential time, so every match has a budget: so many backtracking steps
// (PCRE2's match limit), so much memory, and so much processor time, looked at in a callout before everything that may
// scan far in one step (see `JavaScriptSyntax`). What goes over it is an error, never a hang.

import CPCRE2

/// A compiled regular expression. It may be used by many threads at once.
public final class Pattern: Sendable {
  /// JavaScript's flags that change what matches.
  public struct Flags: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `i`
    public static let ignoresCase = Flags(rawValue: 1)
    /// `m`: `^` and `$` at every line.
    public static let multiline = Flags(rawValue: 2)
    /// `s`: `.` takes line ends too.
    public static let dotAll = Flags(rawValue: 4)
    /// `u` and `v`: stricter syntax, `\p{…}` and `\u{…}`. Text is matched by Unicode's scalars without it too.
    public static let unicode = Flags(rawValue: 8)
    /// `y`: only where the search begins.
    public static let sticky = Flags(rawValue: 16)

    /// - Parameter letters: JavaScript's; `g` and `d` say nothing of what matches.
    /// - Returns: nil where one is unknown or stands twice.
    public init?(letters: some StringProtocol) {
      self = []
      var seen: Set<Unicode.Scalar> = []
      for letter in letters.unicodeScalars {
        guard seen.insert(letter).inserted else { return nil }
        switch letter {
        case "i": insert(.ignoresCase)
        case "m": insert(.multiline)
        case "s": insert(.dotAll)
        case "u", "v": insert(.unicode)
        case "y": insert(.sticky)
        case "d", "g": break
        default: return nil
        }
      }
    }
  }

  /// Longer patterns are refused.
  public static let longest = 16_384

  /// Immutable once made, as PCRE2 promises for compiled code.
  nonisolated(unsafe) private let code: OpaquePointer
  private let isSticky: Bool
  /// How many groups, the whole match not counted.
  public let groupCount: Int
  /// Groups by name.
  public let groupNames: [String: Int]
  /// Bytes of compiled and machine code.
  public let size: Int

  /// - Parameter source: without slashes.
  public init(_ source: String, flags: Flags = []) throws(PatternError) {
    guard source.utf8.count <= Self.longest else { throw .invalid("it has more than \(Self.longest) bytes") }
    let translated = try JavaScriptSyntax.translated(source, isUnicode: flags.contains(.unicode))
    guard let context = pcre2_compile_context_create_8(nil) else { throw .outOfMemory }
    defer { pcre2_compile_context_free_8(context) }
    // JavaScript ends lines at CR and LF each.
    pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_ANYCRLF))
    var options =
      PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_MATCH_UNSET_BACKREF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALLOW_EMPTY_CLASS
      | PCRE2_ALT_CIRCUMFLEX | PCRE2_NEVER_BACKSLASH_C
    if flags.contains(.ignoresCase) { options |= PCRE2_CASELESS }
    if flags.contains(.multiline) { options |= PCRE2_MULTILINE }
    if flags.contains(.dotAll) { options |= PCRE2_DOTALL }
    var (problem, place) = (Int32(0), 0)
    guard let code = pcre2_compile_8(translated, translated.count, UInt32(options), &problem, &place, context) else {
      throw .invalid(PatternError.text(of: problem))
    }
    // Without machine code (a processor that PCRE2 doesn't know) the same is interpreted.
    pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
    self.code = code
    isSticky = flags.contains(.sticky)
    groupCount = Int(Self.information(code, PCRE2_INFO_CAPTURECOUNT, as: UInt32(0)))
    groupNames = Self.names(code)
    size = Self.information(code, PCRE2_INFO_SIZE, as: 0) + Self.information(code, PCRE2_INFO_JITSIZE, as: 0)
  }

  deinit { pcre2_code_free_8(code) }

  /// Whether it is found anywhere in the text.
  public func matches(_ text: String) throws(PatternError) -> Bool {
    try withSearch(in: text) { (search) throws(PatternError) in try search.next(from: 0) }
  }

  /// The first match from a place on.
  ///
  /// - Parameter start: an offset in UTF-8 at which a character begins.
  public func firstMatch(in text: String, from start: Int = 0) throws(PatternError) -> Match? {
    try withSearch(in: text) { (search) throws(PatternError) in
      try search.next(from: min(max(start, 0), text.utf8.count)) ? search.match : nil
    }
  }

  /// Several searches of one text that share one budget.
  func withSearch<Result>(
    in text: String, _ body: (inout Search) throws(PatternError) -> Result
  ) throws(PatternError) -> Result {
    var text = text
    // The closure's error travels in a value: `withUTF8` knows no typed errors.
    let result: Swift.Result<Result, PatternError> = text.withUTF8 { bytes in
      do throws(PatternError) {
        var search = try Search(code, in: bytes, isSticky: isSticky)
        return .success(try body(&search))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private static func information<Value: BitwiseCopyable>(_ code: OpaquePointer, _ what: Int32, as fallback: Value)
    -> Value
  {
    var value = fallback
    return pcre2_pattern_info_8(code, UInt32(what), &value) == 0 ? value : fallback
  }

  /// PCRE2's table: rows of one length, each a group's number in two bytes and its name with a closing zero.
  private static func names(_ code: OpaquePointer) -> [String: Int] {
    let rows = Int(information(code, PCRE2_INFO_NAMECOUNT, as: UInt32(0)))
    let length = Int(information(code, PCRE2_INFO_NAMEENTRYSIZE, as: UInt32(0)))
    var start: UnsafePointer<UInt8>?
    guard rows > 0, length > 2, pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &start) == 0, let start
    else { return [:] }
    var names: [String: Int] = [:]
    for row in 0..<rows {
      let entry = UnsafeBufferPointer(start: start + row * length, count: length)
      let name = String(decoding: entry.dropFirst(2).prefix { $0 != 0 }, as: UTF8.self)
      names[name] = Int(entry[0]) << 8 | Int(entry[1])
    }
    return names
  }
}

/// Where a pattern was found.
public struct Match: Sendable, Hashable {
  /// Offsets in UTF-8: the whole match, then each group; nil for a group that had no part in it.
  public let groups: [Range<Int>?]

  public var range: Range<Int> { groups.first.flatMap(\.self) ?? 0..<0 }
}

/// Why a pattern can't be compiled or matched.
public enum PatternError: Error, Sendable, Hashable {
  /// It is no regular expression, or uses what PCRE2 can't do; the reason is for people.
  case invalid(String)
  /// The match took more steps, processor time or memory than a match may take.
  case tooManySteps
  /// A replacement made more text than ``Pattern/longestResult``.
  case resultTooLong
  case outOfMemory
  /// PCRE2's words for anything else.
  case failed(String)

  static func text(of code: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = pcre2_get_error_message_8(code, &bytes, bytes.count)
    return count >= 0 ? String(decoding: bytes.prefix(Int(count)), as: UTF8.self) : "error \(code)"
  }
}

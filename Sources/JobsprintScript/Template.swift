// The text of a parameter that begins with `=`: literal text around `{{ }}`.
//
// A template that is exactly one `{{ }}` keeps the type of its value; anything else gives a string. `\{{` is literal.

/// A parsed template, or why there is none.
enum Template: Sendable {
  case literal(String)
  case single(Expression)
  case mixed([Expression.Interpolated])
  case needsJavaScript(String)
  case invalid(String)

  /// - Parameter source: with its leading `=`.
  init(_ source: String) {
    let text = source.utf8.first == UInt8(ascii: "=") ? String(source.unicodeScalars.dropFirst()) : source
    let chunks = TemplateSplitter(text).chunks()
    do throws(ParseFailure) {
      var parts: [Expression.Interpolated] = []
      // What is no JavaScript at all is worth more to know than what this evaluator does not cover.
      var uncovered: ParseFailure?
      for chunk in chunks {
        switch chunk {
        case .text(let text): parts.append(.text(text))
        case .code(let code):
          do throws(ParseFailure) {
            parts.append(.expression(try ExpressionParser.parse(code)))
          } catch {
            guard case .needsJavaScript = error else { throw error }
            uncovered = uncovered ?? error
          }
        }
      }
      if let uncovered { throw uncovered }
      switch (parts.first, parts.count) {
      case (nil, _): self = .literal("")
      case (.text(let text)?, 1): self = .literal(text)
      case (.expression(let expression)?, 1): self = .single(expression)
      default: self = .mixed(parts)
      }
    } catch {
      switch error {
      case .needsJavaScript(let reason): self = .needsJavaScript(reason)
      case .invalid(let reason): self = .invalid(reason)
      }
    }
  }
}

/// Cuts a template into text and code.
///
/// The end of a piece of code is the first `}}` outside of strings, comments and brackets. Where there is none, it is
/// the first `}}` at all, and from there on for the rest of the template, so that the work stays linear.
private struct TemplateSplitter {
  enum Chunk {
    case text(String)
    case code(String)
  }

  private let bytes: [UInt8]
  private var looksInside = true

  init(_ text: String) { bytes = Array(text.utf8) }

  consuming func chunks() -> [Chunk] {
    var chunks: [Chunk] = []
    var text: [UInt8] = []
    var at = 0
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "\\"), isPair(UInt8(ascii: "{"), at: at + 1) {
        text.append(contentsOf: bytes[(at + 1)...(at + 2)])
        at += 3
      } else if isPair(UInt8(ascii: "{"), at: at), let end = endOfCode(from: at + 2) {
        if !text.isEmpty { chunks.append(.text(String(decoding: text, as: UTF8.self))) }
        text = []
        chunks.append(.code(String(decoding: bytes[(at + 2)..<end], as: UTF8.self)))
        at = end + 2
      } else if isPair(UInt8(ascii: "{"), at: at) {
        // No `}}` follows any more: the rest is text.
        text.append(contentsOf: bytes[at...])
        at = bytes.count
      } else {
        text.append(bytes[at])
        at += 1
      }
    }
    if !text.isEmpty { chunks.append(.text(String(decoding: text, as: UTF8.self))) }
    return chunks
  }

  private func isPair(_ byte: UInt8, at place: Int) -> Bool {
    place + 1 < bytes.count && bytes[place] == byte && bytes[place + 1] == byte
  }

  private mutating func endOfCode(from start: Int) -> Int? {
    if looksInside {
      if let end = lexicalEnd(from: start) { return end }
      looksInside = false
    }
    return (start..<max(start, bytes.count - 1)).first { isPair(UInt8(ascii: "}"), at: $0) }
  }

  private func lexicalEnd(from start: Int) -> Int? {
    /// Open brackets; a backtick stands for a template literal.
    var open: [UInt8] = []
    var at = start
    while at < bytes.count {
      let byte = bytes[at]
      if open.last == UInt8(ascii: "`") {
        switch byte {
        case UInt8(ascii: "\\"): at += 1
        case UInt8(ascii: "`"): open.removeLast()
        case UInt8(ascii: "$") where at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "{"):
          open.append(UInt8(ascii: "{"))
          at += 1
        default: break
        }
        at += 1
        continue
      }
      switch byte {
      case UInt8(ascii: "}") where open.isEmpty: return isPair(byte, at: at) ? at : nil
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "`"): open.append(byte)
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
        guard open.popLast() != nil else { return nil }
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        at += 1
        while at < bytes.count, bytes[at] != byte { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
      case UInt8(ascii: "/") where at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "*"):
        at += 3
        while at < bytes.count, bytes[at] != UInt8(ascii: "/") || bytes[at - 1] != UInt8(ascii: "*") { at += 1 }
      default: break
      }
      at += 1
    }
    return nil
  }
}

// What `showdown` reads otherwise inside of a line than CommonMark does, put into words that CommonMark knows.

extension MarkdownSource {
  /// Stands for a `>` that is text, and is written as an entity.
  static let escapedBracket: Character = "\u{E001}"

  /// - Returns: nil where no line is to be changed.
  static func changingWords(of markdown: String, _ options: MarkdownToHTML.Options) -> ((String) -> String)? {
    var changes: [(String) -> String] = []
    func add(
      _ mark: Unicode.Scalar, outside literals: MarkdownLiterals.Kinds, _ change: () -> (Substring) -> String
    ) {
      let mark = UInt8(ascii: mark)
      // A pattern takes longer to make than most texts to convert.
      guard markdown.utf8.contains(mark) else { return }
      let change = change()
      changes.append { line in line.utf8.contains(mark) ? changing(line, outside: literals, change) : line }
    }
    if options.backslashEscapesHTMLTags {
      add("\\", outside: .code) {
        let tag = escapedTag
        return { text in String(text.replacing(tag) { "\\<\($0.1)\(escapedBracket)" }) }
      }
    }
    if options.emoji {
      add(":", outside: .all) {
        let name = emojiName
        return { text in
          String(text.replacing(name) { match in Emoji.named(match.1).map(String.init) ?? String(match.0) })
        }
      }
    }
    if !options.literalMidWordUnderscores, !options.underline { add("_", outside: .all) { emphasized } }
    if options.literalMidWordAsterisks { add("*", outside: .all) { withLiteralAsterisks } }
    guard !changes.isEmpty else { return nil }
    return { line in changes.reduce(line) { $1($0) } }
  }

  /// `\<div>` and `\<div\>`.
  private static var escapedTag: Regex<(Substring, Substring)> { #/\\<(\/?[^<>\\]*)\\?>/# }
  private static var emojiName: Regex<(Substring, Substring)> { #/:([a-z0-9_+\-]+):/# }

  private static func changing(
    _ line: String, outside literals: MarkdownLiterals.Kinds, _ change: (Substring) -> String
  ) -> String {
    var result = ""
    var place = line.startIndex
    for literal in MarkdownLiterals.ranges(literals, in: line) {
      result += change(line[place..<literal.lowerBound]) + line[literal]
      place = literal.upperBound
    }
    return result + change(line[place...])
  }

  /// A run of one mark.
  private struct Run {
    let range: Range<Substring.Index>
    let length: Int
    let opens: Bool
    let closes: Bool
    let isBehindWord: Bool
    let isBeforeWord: Bool
  }

  private static func runs(of mark: Character, in text: Substring) -> [Run] {
    var runs: [Run] = []
    var place = text.startIndex
    while let start = text[place...].firstIndex(of: mark) {
      let end = text[start...].firstIndex { $0 != mark } ?? text.endIndex
      let before = start > text.startIndex ? text[text.index(before: start)] : nil
      let after = end < text.endIndex ? text[end] : nil
      if before != "\\" {
        runs.append(
          Run(
            range: start..<end, length: text.distance(from: start, to: end), opens: after?.isWhitespace == false,
            closes: before?.isWhitespace == false, isBehindWord: before.map { $0.isLetter || $0.isNumber } ?? false,
            isBeforeWord: after.map { $0.isLetter || $0.isNumber } ?? false))
      }
      place = end
    }
    return runs
  }

  /// `a_b_c` as `a<em>b</em>c`: CommonMark takes no underscore inside of a word for a mark.
  private static func emphasized(_ text: Substring) -> String {
    let runs = runs(of: "_", in: text)
    var tags: [(range: Range<Substring.Index>, tag: String)] = []
    var next = 0
    while next < runs.count {
      let open = runs[next]
      next += 1
      guard open.opens, open.length <= 2, let end = runs[next...].firstIndex(where: { $0.length == open.length }),
        runs[end].closes
      else { continue }
      if open.isBehindWord || runs[end].isBeforeWord {
        let name = open.length == 1 ? "em" : "strong"
        tags += [(open.range, "<\(name)>"), (runs[end].range, "</\(name)>")]
      }
      next = end + 1
    }
    return replacing(tags, in: text)
  }

  /// `a*b*c` as `a\*b\*c`.
  private static func withLiteralAsterisks(_ text: Substring) -> String {
    let inWords = runs(of: "*", in: text).filter { $0.isBehindWord && $0.isBeforeWord }
    return replacing(inWords.map { ($0.range, String(repeating: "\\*", count: $0.length)) }, in: text)
  }

  private static func replacing(
    _ parts: [(range: Range<Substring.Index>, tag: String)], in text: Substring
  ) -> String {
    var result = ""
    var place = text.startIndex
    for (range, tag) in parts {
      result += text[place..<range.lowerBound] + tag
      place = range.upperBound
    }
    return result + text[place...]
  }
}

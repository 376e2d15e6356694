/// Markdown on its way to the parser: what `showdown` reads beyond CommonMark is put into words that CommonMark knows.
struct MarkdownSource {
  let text: String

  init(_ markdown: String, _ options: MarkdownToHTML.Options) {
    var lines = markdown.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    if options.fixesIndentation { lines = Self.withoutCommonIndent(lines) }
    if !options.takesAnyIndentOfLists { Self.indentByFours(&lines) }
    let changeWords = Self.changingWords(of: markdown, options)
    var fence: Character?
    for place in lines.indices {
      let trimmed = lines[place].drop { $0 == " " }
      if let mark = trimmed.first, mark == "`" || mark == "~", trimmed.prefix(while: { $0 == mark }).count >= 3 {
        if fence == nil { fence = mark } else if fence == mark { fence = nil }
        // Without GitHub's code blocks a fence is plain text.
        if !options.ghCodeBlocks { lines[place] = "\\" + trimmed }
        continue
      }
      guard fence == nil || !options.ghCodeBlocks else { continue }
      if !options.requiresSpaceBeforeHeading { lines[place] = Self.withHeadingSpace(lines[place]) }
      if options.underline { lines[place] = Self.withUnderlines(lines[place]) }
      if options.parsesImageDimensions { lines[place] = Self.withImageDimensions(lines[place]) }
      // Four spaces make code where no list goes on; there nothing reads marks.
      if let changeWords, !lines[place].hasPrefix("    ") || Self.isListItem(trimmed) {
        lines[place] = changeWords(lines[place])
      }
    }
    text = lines.joined(separator: "\n")
  }

  private static func withoutCommonIndent(_ lines: [String]) -> [String] {
    let indents = lines.filter { !$0.allSatisfy(\.isWhitespace) }.map { $0.prefix { $0 == " " || $0 == "\t" }.count }
    let common = indents.min() ?? 0
    return lines.map { String($0.dropFirst(min(common, $0.prefix { $0.isWhitespace }.count))) }
  }

  /// A list inside of a list begins four spaces further in; with less its items are those of the outer one.
  private static func indentByFours(_ lines: inout [String]) {
    var isInList = false
    for place in lines.indices {
      let line = lines[place]
      let indent = line.prefix { $0 == " " }.count
      let rest = line.dropFirst(indent)
      if isListItem(rest) {
        if isInList, indent % 4 != 0 { lines[place] = line.dropFirst(indent % 4).description }
        if indent < 4 { isInList = true }
      } else if indent == 0, !rest.isEmpty, place > 0, lines[place - 1].allSatisfy(\.isWhitespace) {
        isInList = false
      }
    }
  }

  /// `- a`, `1. a`; without space before it.
  private static func isListItem(_ line: Substring) -> Bool {
    guard let first = line.utf8.first else { return false }
    switch first {
    case UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "+"):
      let next = line.utf8.dropFirst().first
      return next == UInt8(ascii: " ") || next == UInt8(ascii: "\t")
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      let rest = line.utf8.drop { (0x30...0x39).contains($0) }
      return rest.starts(with: ". ".utf8) || rest.starts(with: ".\t".utf8)
    default: return false
    }
  }

  /// `#Title` as `# Title`.
  private static func withHeadingSpace(_ line: String) -> String {
    let marks = line.prefix { $0 == "#" }
    guard (1...6).contains(marks.count), let next = line.dropFirst(marks.count).first, !next.isWhitespace else {
      return line
    }
    return marks + " " + line.dropFirst(marks.count)
  }

  /// `__text__` as `<u>text</u>`.
  private static func withUnderlines(_ line: String) -> String {
    let parts = line.split(separator: "__", omittingEmptySubsequences: false)
    guard parts.count >= 3, !line.contains("`") else { return line }
    var result = String(parts[0])
    var place = 1
    while place + 1 < parts.count {
      result += parts[place].isEmpty ? "____" : "<u>\(parts[place])</u>"
      result += parts[place + 1]
      place += 2
    }
    if place < parts.count { result += "__" + parts[place] }
    return result
  }

  /// Parts the sizes of an image from its title.
  static let sizeMark: Character = "\u{E000}"

  /// `![alt](url =100x80 "title")` with the sizes in the title, where the parser leaves them alone.
  ///
  /// Each part of the pattern ends where the next image may begin, so that a line is read once.
  private static func withImageDimensions(_ line: String) -> String {
    line.replacing(
      #/!\[([^\[\]]*)\]\(([^\s()]+)\s+=(\d+(?:%|[a-z]{2,4})?|\*)x(\d+(?:%|[a-z]{2,4})?|\*)(?:\s+"([^"]*)")?\)/#
    ) { match in
      "![\(match.1)](\(match.2) \"\([match.3, match.4, match.5 ?? ""].joined(separator: String(sizeMark)))\")"
    }
  }
}

import CMarkGFM
import JobsprintDomain

/// Markdown as HTML in the form that `showdown` gives it, with the options that it has. The Markdown itself is read by
/// the rules of CommonMark.
struct MarkdownToHTML {
  struct Options: Sendable {
    var backslashEscapesHTMLTags = false
    var completeDocument = false
    var customizedHeaderID = false
    var emoji = false
    var encodesEmails = true
    /// `.`, `!`, `?` and their like behind a bare URL are no part of it.
    var excludesPunctuationFromURLs = false
    var ghCodeBlocks = true
    var ghCompatibleHeaderID = false
    var ghMentions = false
    var ghMentionsLink = "https://github.com/{u}"
    var headerLevelStart = 1
    var literalMidWordAsterisks = false
    var literalMidWordUnderscores = false
    var noHeaderID = false
    var omitsLastLineBreakInCode = false
    var opensLinksInNewWindow = false
    var parsesImageDimensions = false
    var headerIDPrefix = ""
    var rawHeaderID = false
    var rawPrefixHeaderID = false
    var requiresSpaceBeforeHeading = false
    var simpleLineBreaks = false
    var simplifiedAutoLink = false
    var fixesIndentation = false
    var splitsAdjacentBlockquotes = false
    var strikethrough = false
    var tables = false
    var tablesHeaderID = false
    /// A list inside of a list may begin with less than four spaces.
    var takesAnyIndentOfLists = false
    var taskLists = false
    var underline = false
  }

  private let options: Options
  private var usedIDs: [String: Int] = [:]

  static func html(of markdown: String, _ options: Options) throws(NodeError) -> String {
    var extensions: MarkdownExtensions = []
    if options.tables { extensions.insert(.tables) }
    if options.strikethrough { extensions.insert(.strikethrough) }
    if options.taskLists { extensions.insert(.taskLists) }
    if options.simplifiedAutoLink { extensions.insert(.bareLinks) }
    guard let tree = MarkdownNode(markdown: MarkdownSource(markdown, options).text, extensions: extensions) else {
      throw NodeError("The Markdown can't be read: there is not enough memory")
    }
    var writer = MarkdownToHTML(options: options)
    let body = writer.blocks(tree.children)
    guard options.completeDocument else { return body }
    return "<!DOCTYPE HTML>\n<html>\n<head>\n<meta charset=\"utf-8\">\n</head>\n<body>\n\(body)\n</body>\n</html>"
  }

  private init(options: Options) { self.options = options }

  private mutating func blocks(_ nodes: [MarkdownNode]) -> String {
    var nodes = nodes
    if !options.splitsAdjacentBlockquotes { nodes = Self.joiningQuotes(nodes) }
    return nodes.map { block($0) }.joined(separator: "\n")
  }

  /// Quotes that only blank lines part are one.
  private static func joiningQuotes(_ nodes: [MarkdownNode]) -> [MarkdownNode] {
    nodes.reduce(into: []) { joined, node in
      if node.kind == .blockQuote, let last = joined.last, last.kind == .blockQuote {
        joined[joined.count - 1] = MarkdownNode(kind: .blockQuote, children: last.children + node.children)
      } else {
        joined.append(node)
      }
    }
  }

  private mutating func block(_ node: MarkdownNode) -> String {
    switch node.kind {
    case .paragraph: return "<p>\(inline(node.children))</p>"
    case .thematicBreak: return "<hr />"
    case .heading(let level): return heading(node, level)
    case .blockQuote: return "<blockquote>\n\(Self.indented(blocks(node.children)))\n</blockquote>"
    case .codeBlock(let info, let text): return code(info, text)
    case .htmlBlock(let html): return html.hasSuffix("\n") ? String(html.dropLast()) : html
    case .list(let start, let isTight): return list(node, start, isTight)
    case .table(let alignments): return table(node, alignments)
    default: return inline([node])
    }
  }

  private mutating func heading(_ node: MarkdownNode, _ level: Int) -> String {
    let level = min(max(options.headerLevelStart + level - 1, 1), 6)
    var content = inline(node.children)
    var title = node.plainText
    if options.customizedHeaderID, title.hasSuffix("}"), let open = title.lastIndex(of: "{"),
      let end = content.lastIndex(of: "{")
    {
      title = String(title[title.index(after: open)...].dropLast())
      content = String(content[..<end]).trimmedOfSpace
    }
    if options.noHeaderID { return "<h\(level)>\(content)</h\(level)>" }
    return "<h\(level) id=\"\(headerID(title).escapedForHTML)\">\(content)</h\(level)>"
  }

  private mutating func headerID(_ title: String) -> String {
    let prefix = options.headerIDPrefix
    let title = options.rawPrefixHeaderID ? title : prefix + title
    var id = String.UnicodeScalarView()
    for scalar in title.unicodeScalars {
      if options.ghCompatibleHeaderID || options.rawHeaderID {
        let dropped = options.ghCompatibleHeaderID ? "&+$,/:;=?@\"#{}|^~[]`\\*)(%.!'<>" : ""
        if scalar == " " || (options.rawHeaderID && !options.ghCompatibleHeaderID && (scalar == "\"" || scalar == "'"))
        {
          id.append("-")
        } else if !dropped.unicodeScalars.contains(scalar) {
          id.append(scalar)
        }
      } else if scalar.isASCII, scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      {
        id.append(scalar)
      }
    }
    var text = String(id).lowercased()
    if options.rawPrefixHeaderID { text = prefix + text }
    let count = usedIDs[text, default: 0]
    usedIDs[text] = count + 1
    return count == 0 ? text : "\(text)-\(count)"
  }

  /// Preformatted text keeps its lines as they are.
  private static func indented(_ html: String) -> String {
    var isPreformatted = false
    return html.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let result = isPreformatted ? String(line) : "  " + line
      if line.contains("<pre>") { isPreformatted = true }
      if line.contains("</pre>") { isPreformatted = false }
      return result
    }.joined(separator: "\n")
  }

  private func code(_ info: String, _ text: String) -> String {
    let language = info.prefix { !$0.isWhitespace }
    let name =
      language.isEmpty
      ? "" : " class=\"\(language.description.escapedForHTML) language-\(language.description.escapedForHTML)\""
    let text = options.omitsLastLineBreakInCode && text.hasSuffix("\n") ? String(text.dropLast()) : text
    return "<pre><code\(name)>\(Self.escaped(text, all: true))</code></pre>"
  }

  private mutating func list(_ node: MarkdownNode, _ start: Int?, _ isTight: Bool) -> String {
    let tag = start == nil ? "ul" : "ol"
    var html = "<\(tag)"
    if let start, start != 1 { html += " start=\"\(start)\"" }
    html += ">\n"
    for item in node.children { html += self.item(item, isTight) + "\n" }
    return html + "</\(tag)>"
  }

  private static let boxStyle = "style=\"margin: 0px 0.35em 0.25em -1.6em; vertical-align: middle;\""

  private mutating func item(_ item: MarkdownNode, _ isTight: Bool) -> String {
    var html = "<li>"
    if case .item(let isChecked?) = item.kind {
      html =
        "<li class=\"task-list-item\" style=\"list-style-type: none;\"><input type=\"checkbox\" disabled "
        + "\(Self.boxStyle)\(isChecked ? " checked" : "")> "
    }
    let parts = item.children.map { child in
      child.kind == .paragraph && isTight ? inline(child.children) : block(child)
    }
    return html + parts.joined(separator: "\n") + "</li>"
  }

  private mutating func table(_ node: MarkdownNode, _ alignments: [MarkdownNode.Alignment]) -> String {
    func row(_ row: MarkdownNode, _ tag: String, _ writer: inout MarkdownToHTML) -> String {
      var html = "<tr>\n"
      for (place, cell) in row.children.enumerated() {
        var attributes = ""
        if tag == "th", writer.options.tablesHeaderID {
          let id = String(cell.plainText.lowercased().map { $0 == " " ? "_" : $0 })
          attributes += " id=\"\(id.escapedForHTML)\""
        }
        switch place < alignments.count ? alignments[place] : .none {
        case .left: attributes += " style=\"text-align:left;\""
        case .center: attributes += " style=\"text-align:center;\""
        case .right: attributes += " style=\"text-align:right;\""
        case .none: break
        }
        html += "<\(tag)\(attributes)>\(writer.inline(cell.children))</\(tag)>\n"
      }
      return html + "</tr>\n"
    }
    let header = node.children.filter { $0.kind == .tableRow(isHeader: true) }
    let body = node.children.filter { $0.kind == .tableRow(isHeader: false) }
    return "<table>\n<thead>\n" + header.map { row($0, "th", &self) }.joined() + "</thead>\n<tbody>\n"
      + body.map { row($0, "td", &self) }.joined() + "</tbody>\n</table>"
  }

  private func inline(_ nodes: [MarkdownNode]) -> String {
    (options.simplifiedAutoLink && !options.excludesPunctuationFromURLs ? Self.takingPunctuation(nodes) : nodes).map {
      node in
      switch node.kind {
      case .text(let text): self.text(text)
      case .softBreak: options.simpleLineBreaks ? "<br />\n" : "\n"
      case .lineBreak: "<br />\n"
      case .code(let text): "<code>\(Self.escaped(text, all: true))</code>"
      case .htmlInline(let html): html
      case .emphasis: "<em>\(inline(node.children))</em>"
      case .strong: "<strong>\(inline(node.children))</strong>"
      case .strikethrough: "<del>\(inline(node.children))</del>"
      case .link(let url, let title): link(node, url, title)
      case .image(let url, let title):
        "<img src=\"\(url.escapedForHTML)\" alt=\"\(node.plainText.escapedForHTML)\"\(Self.sized(title)) />"
      default: inline(node.children)
      }
    }.joined()
  }

  /// What stands between a bare URL and the next space belongs to the link's text.
  private static func takingPunctuation(_ nodes: [MarkdownNode]) -> [MarkdownNode] {
    var nodes = nodes
    for place in nodes.indices.dropLast() {
      guard case .link(let url, _) = nodes[place].kind, !url.hasPrefix("mailto:"), nodes[place].plainText == url,
        case .text(let text) = nodes[place + 1].kind
      else { continue }
      let marks = text.prefix { ".!?".contains($0) }
      guard !marks.isEmpty else { continue }
      let added = MarkdownNode(kind: .text(String(marks)), children: [])
      nodes[place] = MarkdownNode(kind: nodes[place].kind, children: nodes[place].children + [added])
      nodes[place + 1] = MarkdownNode(kind: .text(String(text.dropFirst(marks.count))), children: [])
    }
    return nodes
  }

  private func link(_ node: MarkdownNode, _ url: String, _ title: String) -> String {
    if url.hasPrefix("mailto:"), options.encodesEmails, node.plainText == url.dropFirst("mailto:".count) {
      let hidden = { (text: String) in text.unicodeScalars.map { "&#\($0.value);" }.joined() }
      return "<a href=\"\(hidden(url))\">\(hidden(node.plainText))</a>"
    }
    let target = options.opensLinksInNewWindow ? " rel=\"noopener noreferrer\" target=\"_blank\"" : ""
    return "<a href=\"\(url.escapedForHTML)\"\(Self.titled(title))\(target)>\(inline(node.children))</a>"
  }

  private static func titled(_ title: String) -> String {
    title.isEmpty ? "" : " title=\"\(title.escapedForHTML)\""
  }

  /// The title of an image, with the sizes that its source may have put there.
  private static func sized(_ title: String) -> String {
    let parts = title.split(separator: MarkdownSource.sizeMark, omittingEmptySubsequences: false)
    guard parts.count == 3 else { return titled(title) }
    let sizes = parts.prefix(2).map { $0 == "*" ? "auto" : String($0).escapedForHTML }
    return titled(String(parts[2])) + " width=\"\(sizes[0])\" height=\"\(sizes[1])\""
  }

  private func text(_ text: String) -> String {
    var html = Self.escaped(text, all: false)
    html = html.split(separator: "...", omittingEmptySubsequences: false).joined(separator: "…")
    if options.backslashEscapesHTMLTags {
      html = html.split(separator: MarkdownSource.escapedBracket, omittingEmptySubsequences: false)
        .joined(separator: "&gt;")
    }
    return options.ghMentions ? mentions(in: html) : html
  }

  /// `@name` at the beginning or behind a space, as a link.
  private func mentions(in html: String) -> String {
    html.split(separator: " ", omittingEmptySubsequences: false).map { word in
      guard word.first == "@" else { return String(word) }
      let allowed = word.dropFirst().prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") }
      var name = allowed
      while let last = name.last, last == "-" || last == "." { name.removeLast() }
      guard !name.isEmpty else { return String(word) }
      let url = options.ghMentionsLink.split(separator: "{u}", omittingEmptySubsequences: false).joined(
        separator: String(name))
      return "<a href=\"\(url.escapedForHTML)\">@\(name)</a>\(word.dropFirst(name.count + 1))"
    }.joined(separator: " ")
  }

  /// - Parameter all: also `>`, as in code.
  private static func escaped(_ text: String, all: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">" where all: result += "&gt;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

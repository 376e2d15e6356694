import JobsprintDomain
import LibXML2

/// HTML as Markdown, in the form and with the options of `node-html-markdown`.
struct HTMLToMarkdown {
  struct Options: Sendable {
    var bulletMarker = "*"
    var codeFence = "```"
    var indentsCodeBlocks = false
    var emphasisDelimiter = "_"
    var strongDelimiter = "**"
    /// Elements that are left out; those that Markdown has a form for stay all the same.
    var ignored: Set<String> = []
    /// More elements that stand on lines of their own.
    var blocks: Set<String> = []
    var keepsDataImages = false
    var maxConsecutiveNewlines = 3
    var usesLinkReferences = false
    var escaping = MarkdownEscaping()
  }

  private let tree: MarkupTree
  private let options: Options
  private var result = ""
  private var listDepth = 0
  /// Inside of a cell of a table only spans have a form.
  private var isInCell = false
  private var references: [String] = []
  /// The first pattern that could not be matched.
  private var failure: NodeError?

  private static let ignored: Set = [
    "area", "base", "col", "colgroup", "embed", "head", "input", "keygen", "link", "meta", "param", "script", "source",
    "style", "track", "template", "svg", "title", "wbr",
  ]
  private static let spans: Set = ["a", "b", "strong", "del", "s", "strike", "em", "i", "img"]
  private static let blocks: Set = [
    "address", "article", "aside", "body", "canvas", "center", "dd", "dir", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "frameset", "header", "hgroup", "html", "main", "menu", "nav", "noframes", "noscript",
    "output", "p", "section", "thead", "tbody", "tfoot", "tr", "td", "th",
  ]

  static func markdown(of html: String, _ options: Options, item: Int) throws(NodeError) -> String {
    var writer = HTMLToMarkdown(tree: try MarkupTree.readingHTML(html, item: item), options: options)
    // Space between the doctype and the document is text like any other.
    if html.hasPrefix("<!"), let end = html.firstIndex(of: ">"),
      html[html.index(after: end)...].first?.isWhitespace == true
    {
      writer.result = " "
    }
    writer.children(of: MarkupTree.document)
    return try writer.finished()
  }

  private init(tree: MarkupTree, options: Options) {
    self.tree = tree
    self.options = options
  }

  private func finished() throws(NodeError) -> String {
    if let failure { throw failure }
    var text = result
    while let last = text.unicodeScalars.last, last.properties.isWhitespace { text.unicodeScalars.removeLast() }
    if !references.isEmpty {
      text += "\n\n" + references.enumerated().map { "[\($0.offset + 1)]: \($0.element)" }.joined(separator: "\n")
    }
    let most = max(1, options.maxConsecutiveNewlines)
    var limited = String.UnicodeScalarView()
    var breaks = 0
    for scalar in text.unicodeScalars {
      breaks = scalar == "\n" ? breaks + 1 : 0
      if breaks <= most { limited.append(scalar) }
    }
    return String(limited)
  }

  private mutating func children(of id: MarkupTree.NodeID) { for child in tree[id].children { write(child) } }

  /// The Markdown of everything inside an element, on its own.
  private mutating func content(of id: MarkupTree.NodeID) -> String {
    let outer = result
    result = ""
    children(of: id)
    defer { result = outer }
    return result
  }

  // The parser bounds the depth of a tree, so recursion is bounded.
  private mutating func write(_ id: MarkupTree.NodeID) {
    let node = tree[id]
    guard let name = node.name else {
      if node.kind == .text { add(text: node.text) }
      return
    }
    if Self.ignored.contains(name) { return }
    if isInCell, !Self.spans.contains(name) {
      children(of: id)
      return
    }
    switch name {
    case "br": result += "  \n"
    case "hr": block { $0.result += "---" }
    case "h1", "h2", "h3", "h4", "h5", "h6":
      let title = content(of: id).onOneLine
      let level = Int(name.dropFirst()) ?? 1
      block { $0.result += String(repeating: "#", count: level) + " " + title }
    case "a": link(id)
    case "img": image(node)
    case "pre": preformatted(id)
    case "code", "kbd", "samp", "tt": codeSpan(id)
    case "ul", "ol": list(id, isOrdered: name == "ol")
    case "li":
      if let item = item(id, mark: options.bulletMarker + " ") { block(lineBreaks: 1) { $0.result += item } }
    case "table": table(id)
    case _ where options.ignored.contains(name): break
    case "b", "strong": span(id, options.strongDelimiter)
    case "i", "em": span(id, options.emphasisDelimiter)
    case "del", "s", "strike": span(id, "~~")
    case "blockquote":
      let lines = content(of: id).trimmedOfSpace.split(separator: "\n", omittingEmptySubsequences: false)
      block { $0.result += lines.map { $0.isEmpty ? ">" : "> " + $0 }.joined(separator: "\n") }
    case _ where Self.blocks.contains(name) || options.blocks.contains(name):
      block { $0.children(of: id) }
    default: children(of: id)
    }
  }

  private mutating func block(lineBreaks: Int = 2, _ fill: (inout HTMLToMarkdown) -> Void) {
    breakLines(lineBreaks)
    let before = result
    fill(&self)
    if result != before { breakLines(lineBreaks) }
  }

  private mutating func breakLines(_ count: Int) {
    guard !result.isEmpty else { return }
    let present = result.utf8.reversed().prefix { $0 == 0x0A }.count
    if present < count { result += String(repeating: "\n", count: count - present) }
  }

  private var endsInSpace: Bool { result.unicodeScalars.last.map { $0.properties.isWhitespace } ?? false }

  private mutating func add(text: String) {
    let words = text.split { $0.isWhitespace && $0 != "\u{A0}" }
    let leads = text.first.map { $0.isWhitespace && $0 != "\u{A0}" } ?? false
    guard !words.isEmpty else {
      if leads, !endsInSpace { result += " " }
      return
    }
    if leads, !endsInSpace, !result.isEmpty { result += " " }
    let trails = text.last.map { $0.isWhitespace && $0 != "\u{A0}" } ?? false
    result += escaped(words.joined(separator: " ") + (trails ? " " : ""))
  }

  /// Text with its escapes and what the options replace.
  private mutating func escaped(_ text: String) -> String {
    do throws(NodeError) { return try options.escaping.applied(to: text) } catch {
      failure = failure ?? error
      return text
    }
  }

  private mutating func span(_ id: MarkupTree.NodeID, _ mark: String) {
    let inner = content(of: id)
    let text = inner.trimmedOfSpace
    guard !text.isEmpty else {
      if !inner.isEmpty, !endsInSpace { result += " " }
      return
    }
    if inner.first?.isWhitespace == true, !endsInSpace, !result.isEmpty { result += " " }
    partFromMark(mark)
    // Marks hold on each line of their own.
    result += text.split(separator: "\n").map { mark + String($0).trimmedOfSpace + mark }.joined(separator: "\n")
    if inner.last?.isWhitespace == true { result += " " }
  }

  /// Two marks that touch would be one.
  private mutating func partFromMark(_ mark: String) {
    if let last = result.last, last == mark.first { result += " " }
  }

  private mutating func link(_ id: MarkupTree.NodeID) {
    let inner = content(of: id)
    let text = inner.onOneLine
    guard let href = tree[id][attribute: "href"], !href.isEmpty else {
      result += inner
      return
    }
    guard !text.isEmpty else { return }
    if inner.first?.isWhitespace == true, !endsInSpace, !result.isEmpty { result += " " }
    let url = Self.encoded(href)
    let title = tree[id][attribute: "title"].map { " \"\($0.split(separator: "\"").joined(separator: "\\\""))\"" } ?? ""
    if tree.text(of: id) == href {
      result += "<\(url)>"
    } else if options.usesLinkReferences {
      let number = references.firstIndex(of: url).map { $0 + 1 } ?? references.count + 1
      if number > references.count { references.append(url) }
      result += "[\(text)][\(number)]"
    } else {
      result += "[\(text)](\(url)\(title))"
    }
    if inner.last?.isWhitespace == true { result += " " }
  }

  /// An address without what Markdown would read as marks.
  private static func encoded(_ address: String) -> String {
    var result = ""
    for scalar in address.unicodeScalars {
      switch scalar {
      case " ": result += "%20"
      case "(": result += "%28"
      case ")": result += "%29"
      case "*": result += "%2A"
      case "_": result += "%5F"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private mutating func image(_ node: MarkupTree.Node) {
    guard let source = node[attribute: "src"], !source.isEmpty else { return }
    if source.hasPrefix("data:"), !options.keepsDataImages { return }
    let title = node[attribute: "title"].map { " \"\($0)\"" } ?? ""
    result += "![\(node[attribute: "alt"] ?? "")](\(source)\(title))"
  }

  private mutating func preformatted(_ id: MarkupTree.NodeID) {
    let code = tree.childElements(of: id).first { tree[$0].name == "code" }
    let classes = (code.flatMap { tree[$0][attribute: "class"] } ?? "").split(separator: " ")
    let language =
      classes.first { $0.hasPrefix("language-") || $0.hasPrefix("lang-") }?.split(separator: "-", maxSplits: 1).last
      ?? ""
    var text = tree.text(of: id)
    while text.hasSuffix("\n") { text.removeLast() }
    while text.hasPrefix("\n") { text.removeFirst() }
    block { writer in
      if writer.options.indentsCodeBlocks {
        writer.result += text.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }
          .joined(separator: "\n")
      } else {
        writer.result += "\(writer.options.codeFence)\(language)\n\(text)\n\(writer.options.codeFence)"
      }
    }
  }

  private mutating func codeSpan(_ id: MarkupTree.NodeID) {
    let text = tree.text(of: id)
    guard !text.isEmpty else { return }
    // As many marks as the text does not have.
    var mark = "`"
    while text.contains(mark) { mark += "`" }
    let space = mark.count > 1 ? " " : ""
    partFromMark(mark)
    result += mark + space + text + space + mark
  }

  private mutating func list(_ id: MarkupTree.NodeID, isOrdered: Bool) {
    // Other lists in a list show where they stand by their marks.
    var number = tree[id][attribute: "start"].flatMap { Int($0) } ?? 1
    listDepth += 1
    var items: [String] = []
    for child in tree.childElements(of: id) where tree[child].name == "li" {
      guard let item = self.item(child, mark: isOrdered ? "\(number). " : options.bulletMarker + " ") else { continue }
      items.append(item)
      number &+= 1
    }
    listDepth -= 1
    block(lineBreaks: 1) { $0.result += items.joined(separator: "\n") }
  }

  /// Nil without content. Every line but the last ends in a hard line break.
  private mutating func item(_ id: MarkupTree.NodeID, mark: String) -> String? {
    let indent = String(repeating: "   ", count: max(0, listDepth - 1))
    let lines = content(of: id).trimmedOfSpace.split(separator: "\n")
    guard !lines.isEmpty else { return nil }
    var text = indent + mark
    for (place, line) in lines.enumerated() {
      let isBlank = line.allSatisfy(\.isWhitespace)
      if place > 0 { text += indent }
      text += isBlank ? line : line.withoutSpaceBehind
      if place < lines.count - 1 { text += "  \n" }
    }
    return text
  }

  private mutating func table(_ id: MarkupTree.NodeID) {
    let isInner = isInCell
    isInCell = true
    let rows = tree.descendants(of: id).filter { tree[$0].name == "tr" }.map { row in
      tree.childElements(of: row).filter { tree[$0].name == "td" || tree[$0].name == "th" }.map { cell in
        content(of: cell).onOneLine.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
      }
    }
    let title = tree.childElements(of: id).first { tree[$0].name == "caption" }
    let caption = title.map { content(of: $0).onOneLine } ?? ""
    isInCell = isInner
    guard let table = MarkdownTable(rows, caption: caption) else { return }
    block { $0.result += table.text }
  }
}

extension Substring {
  fileprivate var withoutSpaceBehind: Substring {
    var rest = self
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return rest
  }
}

extension String {
  fileprivate var onOneLine: String {
    split(whereSeparator: \.isNewline).map { String($0).trimmedOfSpace }.filter { !$0.isEmpty }.joined(separator: " ")
  }
}

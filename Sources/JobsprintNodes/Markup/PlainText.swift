import LibXML2

/// HTML as text for people, the way `html-to-text` writes it: headings in capitals, the targets of links in brackets,
/// lists with their marks, lines of at most 80 characters.
struct PlainText {
  private let tree: MarkupTree
  private let skipped: Set<MarkupTree.NodeID>
  private var blocks = [TextBlock(width: Self.lineLength)]
  /// How many headings are open: their words are written in capitals.
  private var capitals = 0

  private static let lineLength = 80

  /// - Parameter skipped: elements that are left out.
  static func of(_ id: MarkupTree.NodeID, in tree: MarkupTree, skipping skipped: Set<MarkupTree.NodeID> = []) -> String
  {
    var writer = PlainText(tree: tree, skipped: skipped)
    // What stands in the head is no text.
    let start = tree.descendants(of: id).first { tree[$0].name == "body" } ?? id
    writer.walkChildren(of: start)
    return writer.blocks[0].finished()
  }

  private init(tree: MarkupTree, skipped: Set<MarkupTree.NodeID>) {
    self.tree = tree
    self.skipped = skipped
  }

  // The parser bounds the depth of a tree, so recursion is bounded.
  private mutating func walkChildren(of id: MarkupTree.NodeID) {
    for child in tree[id].children where !skipped.contains(child) { walk(child) }
  }

  private mutating func walk(_ id: MarkupTree.NodeID) {
    let node = tree[id]
    guard let name = node.name else {
      switch node.kind {
      case .text, .cdata: add(node.text)
      default: break
      }
      return
    }
    switch name {
    case "script", "style", "head": break
    case "br": blocks[blocks.count - 1].addLineBreak()
    case "hr":
      block(leading: 2, trailing: 2) { $0.blocks[$0.blocks.count - 1].addRule() }
    case "p", "table": block(leading: 2, trailing: 2) { $0.walkChildren(of: id) }
    case "pre":
      block(leading: 2, trailing: 2) { $0.blocks[$0.blocks.count - 1].addLines($0.tree.text(of: id)) }
    case "article", "aside", "div", "footer", "form", "header", "main", "nav", "section":
      block(leading: 1, trailing: 1) { $0.walkChildren(of: id) }
    case "h1", "h2", "h3", "h4", "h5", "h6":
      capitals += 1
      block(leading: name < "h4" ? 3 : 2, trailing: 2) { $0.walkChildren(of: id) }
      capitals -= 1
    case "blockquote":
      block(leading: 2, trailing: 2, marks: ("> ", "> ")) { $0.walkChildren(of: id) }
    case "ul", "ol": list(id, isOrdered: name == "ol")
    case "a": link(id)
    case "img": image(node)
    default: walkChildren(of: id)
    }
  }

  private mutating func add(_ text: String) {
    blocks[blocks.count - 1].add(text, inCapitals: capitals > 0)
  }

  private mutating func link(_ id: MarkupTree.NodeID) {
    var target = tree[id][attribute: "href"] ?? ""
    if target.hasPrefix("mailto:") { target.removeFirst("mailto:".count) }
    walkChildren(of: id)
    guard !target.isEmpty, !target.hasPrefix("#") else { return }
    let hasText = !tree.text(of: id).trimmedOfSpace.isEmpty
    blocks[blocks.count - 1].add(hasText ? " [\(target)]" : target, inCapitals: false)
  }

  private mutating func image(_ node: MarkupTree.Node) {
    let words = [node[attribute: "alt"], node[attribute: "src"].flatMap { $0.isEmpty ? nil : "[\($0)]" }]
    blocks[blocks.count - 1].add(
      words.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " "), inCapitals: false)
  }

  private mutating func list(_ id: MarkupTree.NodeID, isOrdered: Bool) {
    let items = tree.childElements(of: id).filter { tree[$0].name == "li" && !skipped.contains($0) }
    let first = tree[id][attribute: "start"].flatMap { Int($0) } ?? 1
    let marks = items.indices.map { isOrdered ? " \(first &+ $0). " : " * " }
    let width = marks.map(\.count).max() ?? 0
    let isNested = tree[id].parent.flatMap { tree[$0].name } == "li"
    block(leading: isNested ? 1 : 2, trailing: isNested ? 1 : 2) { (writer: inout PlainText) in
      for (mark, item) in zip(marks, items) {
        let first = mark + String(repeating: " ", count: width - mark.count)
        let rest = String(repeating: " ", count: width)
        writer.block(leading: 1, trailing: 1, marks: (first, rest)) { (writer: inout PlainText) in
          writer.walkChildren(of: item)
        }
      }
    }
  }

  /// - Parameters:
  ///   - marks: what stands before the first line and before the others, equally wide.
  private mutating func block(
    leading: Int, trailing: Int, marks: (first: String, rest: String) = ("", ""), _ fill: (inout PlainText) -> Void
  ) {
    let outer = blocks.count - 1
    blocks.append(TextBlock(width: max(20, blocks[outer].width - marks.first.count)))
    fill(&self)
    var inner = blocks.removeLast()
    let text = inner.finished()
    // The distances that the content asks for at its ends count outside too.
    blocks[outer].add(
      block: text.isEmpty ? "" : Self.marked(text, marks), leading: max(leading, inner.leadingBreaks),
      trailing: max(trailing, inner.dueBreaks))
  }

  private static func marked(_ text: String, _ marks: (first: String, rest: String)) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { place, line in
      (place == 0 ? marks.first : marks.rest) + line
    }.joined(separator: "\n")
  }
}

/// One block of text while it grows: lines of words, and the blocks between them.
private struct TextBlock {
  let width: Int
  private var text = ""
  /// Line breaks that the first content asks for before it.
  private(set) var leadingBreaks = 0
  /// Line breaks due before whatever comes next.
  private(set) var dueBreaks = 0
  private var lines: [String] = []
  private var line = ""
  private var hasSpaceBefore = false

  init(width: Int) { self.width = width }

  mutating func add(_ content: String, inCapitals: Bool) {
    let isSpace = { (scalar: Unicode.Scalar) in " \t\r\n\u{C}\u{200B}".unicodeScalars.contains(scalar) }
    var word = String.UnicodeScalarView()
    for scalar in content.unicodeScalars {
      if isSpace(scalar) {
        addWord(String(word), inCapitals: inCapitals)
        word = String.UnicodeScalarView()
        hasSpaceBefore = true
      } else {
        word.append(scalar)
      }
    }
    addWord(String(word), inCapitals: inCapitals)
  }

  private mutating func addWord(_ word: String, inCapitals: Bool) {
    guard !word.isEmpty else { return }
    let word = inCapitals ? word.uppercased() : word
    if line.isEmpty {
      line = word
    } else if !hasSpaceBefore {
      line += word
    } else if line.count + 1 + word.count > width {
      lines.append(line)
      line = word
    } else {
      line += " " + word
    }
    hasSpaceBefore = false
  }

  mutating func addLineBreak() {
    lines.append(line)
    line = ""
    hasSpaceBefore = false
  }

  mutating func addRule() { line = String(repeating: "-", count: width) }

  /// Text whose spaces and line breaks count.
  mutating func addLines(_ content: String) {
    lines += content.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    line = lines.popLast() ?? ""
  }

  mutating func add(block: String, leading: Int, trailing: Int) {
    flushLines()
    guard !block.isEmpty else {
      dueBreaks = max(dueBreaks, leading, trailing)
      return
    }
    append(block, leading: leading)
    dueBreaks = trailing
  }

  mutating func finished() -> String {
    flushLines()
    return text
  }

  private mutating func flushLines() {
    hasSpaceBefore = false
    guard !lines.isEmpty || !line.isEmpty else { return }
    let content = (lines + [line]).joined(separator: "\n")
    lines = []
    line = ""
    append(content, leading: text.isEmpty ? 0 : 1)
    dueBreaks = 0
  }

  private mutating func append(_ content: String, leading: Int) {
    if text.isEmpty {
      leadingBreaks = max(dueBreaks, leading)
    } else {
      text += String(repeating: "\n", count: max(dueBreaks, leading))
    }
    text += content
  }
}

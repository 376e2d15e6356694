// Markdown read by cmark-gfm: CommonMark with GitHub's tables, strikethrough, task lists and bare links.

import CCMarkGFM

/// One block or span of a Markdown document.
public struct MarkdownNode: Sendable {
  public enum Kind: Sendable, Equatable {
    case document, blockQuote, paragraph, thematicBreak
    case list(start: Int?, isTight: Bool)
    /// `isChecked` is nil for an item that is no task.
    case item(isChecked: Bool?)
    case codeBlock(info: String, text: String)
    case htmlBlock(String)
    case heading(level: Int)
    case table(alignments: [Alignment])
    case tableRow(isHeader: Bool)
    case tableCell
    case text(String)
    case softBreak, lineBreak
    case code(String)
    case htmlInline(String)
    case emphasis, strong, strikethrough
    case link(url: String, title: String)
    case image(url: String, title: String)
  }

  public enum Alignment: Sendable, Equatable { case none, left, center, right }

  public let kind: Kind
  public let children: [MarkdownNode]

  public init(kind: Kind, children: [MarkdownNode]) {
    self.kind = kind
    self.children = children
  }

  /// The text inside, without marks.
  public var plainText: String {
    switch kind {
    case .text(let text), .code(let text): text
    case .softBreak, .lineBreak: " "
    default: children.map(\.plainText).joined()
    }
  }
}

/// What is read beyond CommonMark.
public struct MarkdownExtensions: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  public static let tables = MarkdownExtensions(rawValue: 1)
  public static let strikethrough = MarkdownExtensions(rawValue: 2)
  public static let taskLists = MarkdownExtensions(rawValue: 4)
  public static let bareLinks = MarkdownExtensions(rawValue: 8)

  fileprivate static let names: [(MarkdownExtensions, String)] = [
    (.tables, "table"), (.strikethrough, "strikethrough"), (.taskLists, "tasklist"), (.bareLinks, "autolink"),
  ]
}

extension MarkdownNode {
  /// Nesting beyond this is dropped: its text stays, its structure does not.
  private static let deepest = 100

  private static let registered: Void = cmark_gfm_core_extensions_ensure_registered()

  /// Every text is Markdown, so this does not fail; nil only when memory runs out.
  public init?(markdown text: String, extensions: MarkdownExtensions = []) {
    _ = Self.registered
    guard let parser = cmark_parser_new(CMARK_OPT_DEFAULT) else { return nil }
    defer { cmark_parser_free(parser) }
    for (member, name) in MarkdownExtensions.names where extensions.contains(member) {
      if let found = cmark_find_syntax_extension(name) { cmark_parser_attach_syntax_extension(parser, found) }
    }
    let bytes = Array(text.utf8)
    bytes.withUnsafeBytes { buffer in
      buffer.withMemoryRebound(to: CChar.self) { cmark_parser_feed(parser, $0.baseAddress, $0.count) }
    }
    guard let document = cmark_parser_finish(parser) else { return nil }
    defer { cmark_node_free(document) }
    self.init(document, depth: 0)
  }

  private init(_ node: OpaquePointer, depth: Int) {
    var children: [MarkdownNode] = []
    var child = cmark_node_first_child(node)
    while let next = child {
      if depth < Self.deepest { children.append(MarkdownNode(next, depth: depth + 1)) }
      child = cmark_node_next(next)
    }
    self.init(kind: Self.kind(of: node), children: children)
  }

  private static func kind(of node: OpaquePointer) -> Kind {
    let literal = { cmark_node_get_literal(node).map { String(cString: $0) } ?? "" }
    let url = { cmark_node_get_url(node).map { String(cString: $0) } ?? "" }
    let title = { cmark_node_get_title(node).map { String(cString: $0) } ?? "" }
    // The extensions' kinds have no constants, only names.
    switch String(cString: cmark_node_get_type_string(node)) {
    case "document": return .document
    case "block_quote": return .blockQuote
    case "list":
      let isOrdered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST
      return .list(
        start: isOrdered ? Int(cmark_node_get_list_start(node)) : nil, isTight: cmark_node_get_list_tight(node) != 0)
    case "item": return .item(isChecked: nil)
    case "tasklist": return .item(isChecked: cmark_gfm_extensions_get_tasklist_item_checked(node))
    case "code_block":
      return .codeBlock(info: cmark_node_get_fence_info(node).map { String(cString: $0) } ?? "", text: literal())
    case "html_block": return .htmlBlock(literal())
    case "thematic_break": return .thematicBreak
    case "heading": return .heading(level: Int(cmark_node_get_heading_level(node)))
    case "table":
      let count = Int(cmark_gfm_extensions_get_table_columns(node))
      let codes = cmark_gfm_extensions_get_table_alignments(node)
      return .table(
        alignments: (0..<count).map { place in
          switch codes?[place] {
          case UInt8(ascii: "l"): .left
          case UInt8(ascii: "c"): .center
          case UInt8(ascii: "r"): .right
          default: .none
          }
        })
    case "table_header": return .tableRow(isHeader: true)
    case "table_row": return .tableRow(isHeader: false)
    case "table_cell": return .tableCell
    case "text": return .text(literal())
    case "softbreak": return .softBreak
    case "linebreak": return .lineBreak
    case "code": return .code(literal())
    case "html_inline": return .htmlInline(literal())
    case "emph": return .emphasis
    case "strong": return .strong
    case "strikethrough": return .strikethrough
    case "link": return .link(url: url(), title: title())
    case "image": return .image(url: url(), title: title())
    default: return .paragraph
    }
  }
}

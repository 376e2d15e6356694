import CMarkGFM
import Testing

@Suite struct MarkdownNodeTests {
  @Test func blocksAndSpansAreRead() throws {
    let document = try #require(MarkdownNode(markdown: "# A *b*\n\n- x\n- y\n\n```js\ncode\n```"))
    #expect(
      document.children.map(\.kind) == [
        .heading(level: 1), .list(start: nil, isTight: true), .codeBlock(info: "js", text: "code\n"),
      ])
    #expect(document.children[0].plainText == "A b")
  }

  @Test func extensionsAreReadOnlyWhereAskedFor() throws {
    let table = "| a | b |\n| :- | -: |\n| 1 | 2 |"
    #expect(try #require(MarkdownNode(markdown: table)).children.map(\.kind) == [.paragraph])
    let document = try #require(MarkdownNode(markdown: table, extensions: .tables))
    #expect(document.children.first?.kind == .table(alignments: [.left, .right]))
    let tasks = try #require(MarkdownNode(markdown: "- [x] a\n- [ ] b", extensions: .taskLists))
    #expect(tasks.children.first?.children.map(\.kind) == [.item(isChecked: true), .item(isChecked: false)])
  }

  @Test func anythingIsMarkdown() {
    for text in [
      "", "\0", "[", "![](", "***", String(repeating: ">", count: 10_000), String(repeating: "[", count: 10_000),
    ] {
      #expect(MarkdownNode(markdown: text) != nil)
    }
  }
}

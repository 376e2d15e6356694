// Pages that are made from what is. `make docs` writes them; this test finds the ones that are no longer true.

import Foundation
import Testing

struct DocumentationTests {
  private static let docs = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs")
  private static let isWriting = ProcessInfo.processInfo.environment["JOBSPRINT_WRITE_DOCS"] == "1"

  @Test func everyNodeHasItsPageAsItIs() throws {
    let folder = Self.docs.appending(path: "nodes")
    let pages = NodePages.all
    if Self.isWriting {
      try? FileManager.default.removeItem(at: folder)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for (name, text) in pages { try Data(text.utf8).write(to: folder.appending(path: name)) }
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(files) == Set(pages.map(\.name)), "run 'make docs'")
    for (name, text) in pages {
      let file = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      #expect(file == text, "docs/nodes/\(name) is not as the node describes itself: run 'make docs'")
    }
  }

  @Test(.enabled(if: ImportReport.isPossible, "no conformance data beside the project"))
  func theCompatibilityPageIsTrue() throws {
    let file = Self.docs.appending(path: "compatibility.md")
    let text = try CompatibilityPage.text()
    if Self.isWriting { try Data(text.utf8).write(to: file) }
    #expect(
      try String(contentsOf: file, encoding: .utf8) == text,
      "docs/compatibility.md is not true any more: run 'make docs'")
  }
}

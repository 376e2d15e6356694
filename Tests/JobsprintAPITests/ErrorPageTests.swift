import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime
import Testing

/// Every code that a client can meet has a page, and every page has a code.
struct ErrorPageTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Codes that the API itself writes down.
  private static func codesInSources() throws -> Set<String> {
    var codes: Set<String> = []
    for folder in ["Sources/JobsprintAPI", "Sources/JobsprintAccess"] {
      let base = root.appending(path: folder)
      for file in try FileManager.default.contentsOfDirectory(atPath: base.path) where file.hasSuffix(".swift") {
        let text = try String(contentsOf: base.appending(path: file), encoding: .utf8)
        for match in text.matches(of: /code: "([a-z_]+)"|case \w+ = "([a-z]+_[a-z_]+)"/) {
          codes.insert(String(match.1 ?? match.2 ?? ""))
        }
      }
    }
    return codes
  }

  @Test func everyCodeHasItsPageAndEveryPageItsCode() throws {
    let codes = Set(RuntimeError.Code.allCases.map(\.rawValue))
      .union(PortError.Code.allCases.map(\.rawValue))
      .union(WorkflowIssue.Code.allCases.map(\.rawValue))
      .union(try Self.codesInSources())
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "docs/errors").path)
    let pages = Set(files.filter { $0 != "README.md" }.map { String($0.dropLast(".md".count)) })
    #expect(codes.subtracting(pages) == [])
    #expect(pages.subtracting(codes) == [])
  }

  @Test func everyPageBeginsWithItsCodeAndIsListed() throws {
    let folder = Self.root.appending(path: "docs/errors")
    let list = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file != "README.md" {
      let code = file.dropLast(".md".count)
      let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
      #expect(text.hasPrefix("# \(code)\n"))
      #expect(list.contains("[\(code)](\(file))"))
    }
  }
}

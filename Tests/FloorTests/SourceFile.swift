import Foundation

/// A Swift file of the project.
struct SourceFile {
  /// From the project's root: `Sources/JobsprintDomain/JSON/JSONValue.swift`.
  let path: String
  let lines: [String]

  init(path: String, text: String) {
    self.path = path
    lines = text.components(separatedBy: "\n")
  }

  var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

  var imports: [String] {
    lines.filter { $0.contains("import ") }.compactMap { line in
      line.firstMatch(
        of:
          /^(?:@\w+(?:\(\w+\))?\s+)*(?:public |package |internal |private )?import (?:struct |class |func |enum )?(\w+)/
      )
      .map { String($0.1) }
    }
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// All Swift files below a folder of the project.
  static func all(below folder: String) throws -> [SourceFile] {
    let base = root.appending(path: folder)
    let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
      SourceFile(
        path: "\(folder)/\(path)", text: try String(contentsOf: base.appending(path: path), encoding: .utf8))
    }
  }
}

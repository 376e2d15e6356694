// Cases that were not written here. They lie beside the project (`../shared/conformance`), or where
// JOBSPRINT_CONFORMANCE points; a clone without them skips these tests, and says so.

import Foundation
import JobsprintDomain

enum ConformanceData {
  static let root: String? = {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let path =
      ProcessInfo.processInfo.environment["JOBSPRINT_CONFORMANCE"]
      ?? package.deletingLastPathComponent().appending(path: "shared/conformance").path
    if FileManager.default.fileExists(atPath: path) { return path }
    print("skipped: no conformance data at \(path)")
    return nil
  }()

  static var isPresent: Bool { root != nil }

  /// JSON files below a folder, as paths relative to it, sorted; data that is no case (`_…`) is left out.
  static func files(below folder: String) -> [String] {
    guard let root, let walker = FileManager.default.enumerator(atPath: "\(root)/\(folder)") else { return [] }
    return walker.compactMap { $0 as? String }
      .filter { $0.hasSuffix(".json") && !$0.split(separator: "/").contains { $0.hasPrefix("_") } }.sorted()
  }

  static func read(_ path: String) throws -> JSONValue {
    try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: "\(root ?? "")/\(path)"))), depthLimit: 512)
  }

  /// The workflows of a file: an array is several.
  static func workflows(_ path: String) throws -> [JSONObject] {
    let value = try read(path)
    return (value.arrayValue ?? [value]).compactMap(\.objectValue).filter { $0["nodes"] != nil }
  }
}

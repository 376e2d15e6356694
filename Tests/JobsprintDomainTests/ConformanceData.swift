// Cases that were not written here. They lie beside the project (`../shared/conformance`), or where
// JOBSPRINT_CONFORMANCE points; a clone without them skips the tests that need them, and says so.

import Foundation
import JobsprintDomain
import Testing

enum ConformanceData {
  static let root: String = {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return ProcessInfo.processInfo.environment["JOBSPRINT_CONFORMANCE"]
      ?? package.deletingLastPathComponent().appending(path: "shared/conformance").path
  }()

  static var isPresent: Bool { FileManager.default.fileExists(atPath: root) }

  static let absence: Comment = "no conformance data at \(root)"

  /// JSON files below a folder, as paths relative to `root`, sorted.
  static func files(below folder: String) -> [String] {
    guard let walker = FileManager.default.enumerator(atPath: "\(root)/\(folder)") else { return [] }
    return walker.compactMap { $0 as? String }.filter { $0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }
  }

  static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: "\(root)/\(path)"))) }
}

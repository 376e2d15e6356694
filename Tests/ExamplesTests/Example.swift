// One example: a workflow with what it is started with and what comes out of it (in `examples/data`).

import Foundation
import JobsprintDomain
import Testing

struct Example: Sendable, CustomTestStringConvertible {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "examples")

  let name: String

  var testDescription: String { name }

  /// Every workflow of the folder, by name.
  static var all: [Example] {
    names(in: folder).map { Example(name: $0) }
  }

  static let data = folder.appending(path: "data")

  /// JSON files of a folder, without `.json`, sorted.
  static func names(in folder: URL) -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(".json".count)) }.sorted()
  }

  func document() throws -> JSONObject {
    guard let document = try Self.read("\(name).json").objectValue else { throw ExampleProblem.noWorkflow(name) }
    return document
  }

  /// The body of the request that starts it.
  func inputBytes() throws -> [UInt8] {
    Array(try Data(contentsOf: Self.folder.appending(path: "data/\(name).input.json")))
  }

  /// The json of each item that its last node puts out.
  func output() throws -> JSONValue { try Self.read("data/\(name).output.json") }

  private static func read(_ file: String) throws -> JSONValue {
    try JSONValue(parsing: Array(Data(contentsOf: folder.appending(path: file))))
  }
}

enum ExampleProblem: Error {
  case noWorkflow(String)
  case neverEnds(String)
}

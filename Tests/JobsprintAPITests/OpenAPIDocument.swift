// openapi.yaml as a test reads it: which operations it knows, and whether an answer is what it says.

import Foundation
import JobsprintDomain
import NIOHTTP1
import Yams

struct OpenAPIDocument: Sendable {
  static let shared = Result { try OpenAPIDocument() }

  let root: JSONValue

  init() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "openapi.yaml")
    let yaml = try Yams.load(yaml: String(contentsOf: file, encoding: .utf8))
    root = try JSONValue(parsing: Array(JSONSerialization.data(withJSONObject: yaml as Any)))
  }

  struct Operation: Hashable, Sendable {
    let method: String
    let path: String
  }

  var operations: Set<Operation> {
    var found: Set<Operation> = []
    for path in root["paths"]?.objectValue ?? [:] {
      for member in path.value.objectValue ?? [:]
      where ["get", "post", "put", "patch", "delete"].contains(member.key) {
        found.insert(Operation(method: member.key.uppercased(), path: path.key))
      }
    }
    return found
  }

  /// What in an answer is not as the document says.
  func problems(of answer: Answer, to method: String, _ target: String) -> [String] {
    let path = String(target.prefix { $0 != "?" })
    // A preflight is no operation.
    if method == "OPTIONS", answer.status == 204 { return [] }
    guard let operation = operation(method, path) else {
      return [404, 405].contains(answer.status) ? [] : ["\(method) \(path) is not in the document"]
    }
    guard let response = resolved(operation["responses"]?["\(answer.status)"]) else {
      return ["the status \(answer.status) is not in the document: \(answer.json.jsonText.prefix(300))"]
    }
    guard let content = response["content"]?.objectValue else {
      return answer.bytes.isEmpty ? [] : ["a body that is not in the document"]
    }
    let type = answer.headers["Content-Type"].first?.prefix { $0 != ";" } ?? ""
    guard let media = content[String(type)] else { return ["the content type '\(type)' is not in the document"] }
    guard type.hasSuffix("json"), let schema = media["schema"] else { return [] }
    return SchemaCheck(document: self).problems(of: answer.json, schema, at: "")
  }

  private func operation(_ method: String, _ path: String) -> JSONValue? {
    // Paths stand in the document without the base of the server.
    let path = path.hasPrefix("/api/v1/") ? String(path.dropFirst("/api/v1".count)) : path
    let steps = path.split(separator: "/", omittingEmptySubsequences: false)
    let candidates = (root["paths"]?.objectValue ?? [:]).filter { entry in
      let wanted = entry.key.split(separator: "/", omittingEmptySubsequences: false)
      return wanted.count == steps.count && zip(wanted, steps).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
    // The path with the fewest parameters is the one that is meant.
    let best = candidates.min { $0.key.filter { $0 == "{" }.count < $1.key.filter { $0 == "{" }.count }
    return best?.value[method.lowercased()]
  }

  /// Follows `$ref`.
  func resolved(_ value: JSONValue?) -> JSONValue? {
    guard let reference = value?["$ref"]?.stringValue else { return value }
    var found: JSONValue? = root
    for step in reference.split(separator: "/").dropFirst() { found = found?[String(step)] }
    return found
  }
}

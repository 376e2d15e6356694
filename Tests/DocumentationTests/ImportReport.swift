import Foundation
import JobsprintDomain
import JobsprintNodes
import JobsprintPorts
import JobsprintRuntime

/// What this build says of real exports that lie beside the project.
enum ImportReport {
  /// What is read, and never copied.
  static let conformance: String = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return ProcessInfo.processInfo.environment["JOBSPRINT_CONFORMANCE"]
      ?? root.appending(path: "shared/conformance").path
  }()

  private static let folder = conformance + "/n8n/import"

  static var isPossible: Bool { FileManager.default.fileExists(atPath: folder) }

  struct Row {
    let file: String
    let workflows: Int
    let nodes: Int
    /// Node types that are not installed, with the number of their nodes.
    let missing: [(type: String, nodes: Int)]
    /// Codes of other issues.
    let others: [String]
  }

  static func rows() throws -> [Row] {
    let validator = WorkflowValidator(library: NodeLibrary(BuiltInNodes.all()))
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }.sorted()
    return try files.map { file in
      let value = try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: "\(folder)/\(file)"))))
      var nodes = 0
      var missing: [String: Int] = [:]
      var others: Set<String> = []
      let documents = (value.arrayValue ?? [value]).compactMap(\.objectValue)
      for document in documents {
        let workflow = try Workflow(document: document)
        nodes += workflow.nodes.count
        for issue in validator.issues(of: workflow) {
          guard issue.code == .unknownNodeType, let place = Int(issue.pointer.split(separator: "/")[1]) else {
            others.insert(issue.code.rawValue)
            continue
          }
          missing[workflow.nodes[place].type, default: 0] += 1
        }
      }
      return Row(
        file: file, workflows: documents.count, nodes: nodes,
        missing: missing.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, others: others.sorted())
    }
  }
}

import ArgumentParser
import Foundation
import JobsprintDomain

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Stores workflows from files on a server, and lists what it can't run yet.",
    discussion: """
      A file holds one workflow as n8n exports it, or an array of them. A folder stands for all its .json files. What fails
      is told at the end; the rest is stored.

      EXAMPLE: jobsprint import order.json
      EXAMPLE: jobsprint import ~/n8n-backup/
      EXAMPLE: cat order.json | jobsprint import -
      """)

  @OptionGroup var server: ServerOptions
  @Argument(help: "Files and folders; '-' for stdin.") var paths: [String]

  private struct Found {
    let source: String
    let document: JSONObject
  }

  func run() async throws {
    try await reportingFailures {
      let client = try server.client()
      var failures: [(source: String, message: String)] = []
      var found: [Found] = []
      for file in try files() {
        do { found += try Self.workflows(in: file) } catch let failure as CommandFailure {
          failures.append((file, failure.message))
        }
      }
      var stored: [(source: String, answer: JSONValue)] = []
      var progress = Progress(of: found.count, "workflows")
      for workflow in found {
        do {
          let bytes = JSONValue.object(workflow.document).jsonBytes
          stored.append((workflow.source, try await client.post("/workflows", body: bytes)))
        } catch let failure as CommandFailure where failure.code == .failed {
          failures.append((workflow.source, failure.message))
        }
        progress.step()
      }
      report(stored)
      for failure in failures { Terminal.note("not stored: \(failure.source): \(failure.message)") }
      guard failures.isEmpty else {
        throw CommandFailure(
          "\(failures.count) of \(failures.count + stored.count) could not be stored.",
          next: "Mend these files and import them again; the others are stored.")
      }
    }
  }

  /// With folders replaced by their files.
  private func files() throws -> [String] {
    try paths.flatMap { path -> [String] in
      var isFolder: ObjCBool = false
      guard path != "-", FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
        return [path]
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".json") }.sorted()
      guard !names.isEmpty else {
        throw CommandFailure("The folder \(path) has no .json files.", next: "Name a folder of exported workflows.")
      }
      return names.map { "\(path.hasSuffix("/") ? String(path.dropLast()) : path)/\($0)" }
    }
  }

  private static func workflows(in file: String) throws -> [Found] {
    let bytes = try file == "-" ? Input.read("-") : Input.file(file)
    let value: JSONValue
    do { value = try JSONValue(parsing: bytes) } catch { throw CommandFailure("It is no JSON: \(error).") }
    let documents = value.arrayValue ?? [value]
    return try documents.map { document in
      guard var members = document.objectValue, members["nodes"] != nil else {
        throw CommandFailure("It is no workflow: a workflow is an object with 'nodes'.")
      }
      if members["name"] == nil {
        members["name"] = .string(URL(filePath: file).deletingPathExtension().lastPathComponent)
      }
      return Found(source: file, document: members)
    }
  }

  private func report(_ stored: [(source: String, answer: JSONValue)]) {
    if server.json { return Terminal.say(JSONValue.array(stored.map(\.answer)).jsonText) }
    guard !stored.isEmpty else { return }
    var table = Table("ID", "NAME", "FILE")
    for (source, answer) in stored {
      table.add(answer["id"]?.stringValue ?? "", answer["name"]?.stringValue ?? "", source)
    }
    table.show()
    for (source, answer) in stored {
      for line in Self.unsupported(in: answer) { Terminal.note("\(source): \(line)") }
    }
  }

  /// What keeps a stored workflow from running: missing node types with the number of their nodes, then the rest.
  private static func unsupported(in answer: JSONValue) -> [String] {
    var types: [(name: String, count: Int)] = []
    var lines: [String] = []
    for warning in answer["warnings"]?.arrayValue ?? [] {
      let pointer = warning["pointer"]?.stringValue ?? ""
      guard warning["code"] == "unknown_node_type", let place = pointer.split(separator: "/").dropFirst().first,
        let type = Int(place).flatMap({ answer["nodes"]?[$0]?["type"]?.stringValue })
      else {
        lines.append("\(pointer): \(warning["message"]?.stringValue ?? "")")
        continue
      }
      if let known = types.firstIndex(where: { $0.name == type }) {
        types[known].count += 1
      } else {
        types.append((type, 1))
      }
    }
    guard !types.isEmpty else { return lines }
    let names = types.map { $0.count == 1 ? $0.name : "\($0.name) (\($0.count) nodes)" }
    return ["not installed: \(names.joined(separator: ", "))"] + lines
  }
}

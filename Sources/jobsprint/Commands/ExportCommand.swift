import ArgumentParser
import Foundation
import JobsprintDomain
import NIOHTTP1

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes workflows of a server as they were stored, byte for byte.",
    discussion: """
      One workflow goes to stdout as it is, several as an array; with --output each becomes a file of a folder.

      EXAMPLE: jobsprint export 01a1… > order.json
      EXAMPLE: jobsprint export --all --output backup/
      """)

  @OptionGroup var server: ServerOptions
  @Argument(help: "The workflows' ids.") var ids: [String] = []
  @Flag(help: "All workflows of the workspace.") var all = false
  @Option(help: "A folder; it is made when it is missing.") var output: String?

  func validate() throws {
    if ids.isEmpty != all { throw ValidationError("Name workflows by their ids, or use --all.") }
  }

  func run() async throws {
    try await reportingFailures {
      let client = try server.client()
      let chosen =
        all
        ? try await client.list("/workflows", query: [("excludePinnedData", "true")]).compactMap {
          $0["id"]?.stringValue
        }
        : ids
      var documents: [[UInt8]] = []
      var progress = Progress(of: chosen.count, "workflows")
      for id in chosen {
        let bytes = try await client.call(.GET, "/workflows/\(id)/document").bytes
        if let output { try write(bytes, of: id, to: output) } else { documents.append(bytes) }
        progress.step()
      }
      if let output { return Terminal.note("\(chosen.count) workflows are in \(output).") }
      if documents.count == 1, !all { return Terminal.say(documents[0]) }
      Terminal.say(Array("[".utf8) + documents.joined(separator: Array(",\n".utf8)) + Array("]".utf8))
    }
  }

  /// The name for people, the id so that no two are the same.
  private func write(_ bytes: [UInt8], of id: String, to folder: String) throws {
    let name = (try? JSONValue(parsing: bytes))?["name"]?.stringValue ?? "workflow"
    let readable = name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }.prefix(40)
    let file = URL(filePath: folder).appending(path: "\(String(readable))-\(id).json")
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(bytes).write(to: file, options: .atomic)
    } catch {
      throw CommandFailure(
        "\(file.path) can't be written: \(error.localizedDescription)", next: "Choose another folder with --output.")
    }
  }
}

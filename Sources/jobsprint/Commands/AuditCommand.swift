import ArgumentParser
import Foundation
import JobsprintBootstrap
import JobsprintDomain
import NIOCore

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Shows who changed what, and proves that nobody changed the record.",
    subcommands: [List.self, Export.self, Verify.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists the workspace's audit entries, the newest first.",
      discussion: "EXAMPLE: jobsprint audit list --action workflow.deleted --after 2026-01-31T00:00:00Z")

    @OptionGroup var server: ServerOptions
    @OptionGroup var filter: AuditFilterOptions
    @Option(help: "How many at most.") var limit = 20

    func run() async throws {
      try await reportingFailures {
        let entries = try await server.client().list("/audit-logs", query: filter.query, limit: limit)
        if server.json { return Terminal.say(JSONValue.array(entries).jsonText) }
        var table = Table("NO", "TIME", "ACTION", "SUBJECT", "BY")
        for entry in entries {
          let sequence = if case .integer(let number)? = entry["sequence"] { "\(number)" } else { "-" }
          let actor = entry["actor"]
          table.add(
            sequence, String(entry["createdAt"]?.stringValue?.prefix(19) ?? ""),
            entry["action"]?.stringValue ?? "", entry["subjectId"]?.stringValue ?? "",
            actor?["id"]?.stringValue ?? actor?["kind"]?.stringValue ?? "")
        }
        if table.isEmpty { Terminal.note("There is no such entry.") } else { table.show() }
      }
    }
  }

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export", abstract: "Writes the workspace's audit entries into a file, or to stdout.",
      discussion: """
        As NDJSON, a JSON object on each line, or as CSV, whose fields no spreadsheet takes for formulas. The oldest come
        first. A file is there when it is whole.

        EXAMPLE: jobsprint audit export --format csv --after 2026-01-01T00:00:00Z january.csv
        """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case ndjson, csv }

    @OptionGroup var server: ServerOptions
    @OptionGroup var filter: AuditFilterOptions
    @Option(help: "ndjson or csv.") var format = Format.ndjson
    @Argument(help: "The file to write (default: stdout); one of that name is replaced.") var file: String?

    func run() async throws {
      try await reportingFailures {
        let query = filter.query + [("format", format.rawValue), ("sort", "createdAt:asc")]
        let target = try file.map { try PartialFile($0) }
        do {
          try await server.client().stream("/audit-logs/export", query: query) { piece in
            try (target?.handle ?? .standardOutput).write(contentsOf: Data(piece.readableBytesView))
          }
          try target?.complete()
        } catch {
          target?.discard()
          throw error
        }
      }
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify", abstract: "Checks the chains of all workspaces of a data folder.",
      discussion: """
        Needs no server and changes nothing; a server may use the folder meanwhile. Ends with 1 at the first entry that
        is missing or is not what was sealed. What was cut off at the end of a chain shows only beside an earlier
        answer: keep the number and the hash of the last entry somewhere else.

        EXAMPLE: jobsprint audit verify --data ./data
        """)

    @Option(help: "The data folder.") var data = "data"
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reportingFailures {
        let findings: [AuditCheck.Finding]
        do {
          findings = try await AuditCheck.verify(
            data, key: ProcessInfo.processInfo.environment["JOBSPRINT_AUDIT_KEY"])
        } catch { throw CommandFailure(explanation(of: error), next: "Check --data and JOBSPRINT_AUDIT_KEY.") }
        if json {
          Terminal.say(JSONValue.array(findings.map(Self.value)).jsonText)
        } else {
          for finding in findings { Terminal.say(Self.line(finding)) }
        }
        let broken = findings.filter { $0.flaw != nil }
        if let first = broken.first {
          throw CommandFailure(
            "The audit log of workspace \(first.name) is broken: \(first.flaw ?? "").",
            next: "Compare with a backup of the folder: somebody changed it, or the disk did.")
        }
      }
    }

    private static func line(_ finding: AuditCheck.Finding) -> String {
      let count = "\(finding.entries) \(finding.entries == 1 ? "entry" : "entries") of workspace \(finding.name)"
      guard finding.flaw == nil else { return "\(count) hold, then it breaks" }
      return finding.hash.isEmpty ? "\(count) hold" : "\(count) hold (last: \(finding.sequence), \(finding.hash))"
    }

    private static func value(_ finding: AuditCheck.Finding) -> JSONValue {
      [
        "workspaceId": .string("\(finding.workspace)"), "workspace": .string(finding.name),
        "entries": .integer(Int64(finding.entries)), "holds": .bool(finding.flaw == nil),
        "sequence": .integer(Int64(finding.sequence)), "hash": .string(finding.hash),
        "flaw": finding.flaw.map { .string($0) } ?? .null,
      ]
    }
  }
}

/// Which entries of the audit log.
struct AuditFilterOptions: ParsableArguments {
  @Option(help: "What was done, like workflow.deleted.") var action: String?
  @Option(help: "The id of who did it: an API key or a user.") var actor: String?
  @Option(help: "The id of what was changed.") var subject: String?
  @Option(help: "The id of the request.") var request: String?
  @Option(help: "Where the request came from.") var address: String?
  @Option(help: "Only later ones: a time in ISO 8601.") var after: String?
  @Option(help: "Only earlier ones: a time in ISO 8601.") var before: String?
  @Option(help: "Words that all occur.") var text: String?

  /// As the API has them.
  var query: [(String, String?)] {
    [
      ("action", action), ("actorId", actor), ("subjectId", subject), ("requestId", request), ("address", address),
      ("after", after), ("before", before), ("q", text),
    ]
  }
}

/// A file that takes its name when it is whole.
private struct PartialFile {
  let handle: FileHandle
  private let path: String
  private var part: String { path + ".part" }

  init(_ path: String) throws {
    self.path = path
    guard FileManager.default.createFile(atPath: path + ".part", contents: nil),
      let handle = FileHandle(forWritingAtPath: path + ".part")
    else { throw CommandFailure("The file \(path).part can't be written.", next: "Name another, or make its folder.") }
    self.handle = handle
  }

  func complete() throws {
    try handle.close()
    guard rename(part, path) == 0 else {
      throw CommandFailure("The file \(path) can't be written.", next: "What was read is in \(part).")
    }
  }

  func discard() { try? FileManager.default.removeItem(atPath: part) }
}

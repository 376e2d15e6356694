import ArgumentParser
import Foundation
import JobsprintBootstrap
import JobsprintDomain

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Shows who changed what, and proves that nobody changed the record.",
    subcommands: [List.self, Verify.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists the workspace's audit entries, the newest first.",
      discussion: "EXAMPLE: jobsprint audit list --action workflow.deleted --after 2026-01-31T00:00:00Z")

    @OptionGroup var server: ServerOptions
    @Option(help: "What was done, like workflow.deleted.") var action: String?
    @Option(help: "The id of what was changed.") var subject: String?
    @Option(help: "Only later ones: a time in ISO 8601.") var after: String?
    @Option(help: "Only earlier ones: a time in ISO 8601.") var before: String?
    @Option(help: "Words that all occur.") var text: String?
    @Option(help: "How many at most.") var limit = 20

    func run() async throws {
      try await reportingFailures {
        let entries = try await server.client().list(
          "/audit-logs",
          query: [("action", action), ("subjectId", subject), ("after", after), ("before", before), ("q", text)],
          limit: limit)
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

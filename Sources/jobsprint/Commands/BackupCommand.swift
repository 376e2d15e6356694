import ArgumentParser
import JobsprintBootstrap
import JobsprintDomain

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Writes everything that an installation holds into one file.",
    discussion: """
      Workflows with all versions, tags, variables, credentials (encrypted), users, workspaces, API keys (as hashes) and the
      audit log with its chain; with --executions also executions and their data. As of one moment, also beside servers
      that use the store. Keep two keys apart from it: credential.key in the folder (or JOBSPRINT_CREDENTIAL_KEYS), without
      which nobody reads the credentials, and audit.key, which signs checkpoints of the audit log.

      EXAMPLE: jobsprint backup jobsprint.backup --data /var/lib/jobsprint
      """)

  @Argument(help: "The file to write; one of that name is replaced when the new one is whole.") var file: String
  @OptionGroup var store: StoreOptions
  @Flag(help: "With executions and their data.") var executions = false
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    try await reportingFailures {
      let counts = try await moving {
        try await Backup.write(file, of: try store.location, includingExecutions: executions) {
          Terminal.progress($0.words)
        }
      }
      Terminal.note("Written: \(counts.words).")
      if json { Terminal.say(counts.json.jsonText) }
    }
  }
}

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Fills a new folder or database from a file that 'jobsprint backup' wrote.",
    discussion: """
      The file is read and checked as a whole before anything is stored. A folder is made when it is missing; a
      database is migrated beforehand. Executions that had not ended go on when a server starts. Credentials need the
      keys under which they were encrypted: where they are missing, a warning says which.

      EXAMPLE: jobsprint restore jobsprint.backup --data /var/lib/jobsprint-new
      """)

  @Argument(help: "The file to read.") var file: String
  @OptionGroup var store: StoreOptions
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    try await reportingFailures {
      let (counts, sealed) = try await moving {
        try await Backup.restore(file, into: try store.location) { Terminal.progress($0.words) }
      }
      Terminal.note("Restored: \(counts.words).")
      if let sealed { Terminal.note("warning: \(sealed.words)") }
      if json { Terminal.say(counts.json.jsonText) }
    }
  }
}

private func moving<Moved>(_ body: () async throws -> Moved) async throws -> Moved {
  let moved = try await explained(body)
  Terminal.progress("")
  return moved
}

extension ArchiveCounts {
  fileprivate var words: String {
    let parts = listed.map { "\($0.count) \($0.name)" }
    return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
  }

  fileprivate var json: JSONValue {
    .object(JSONObject(listed.map { ($0.name, .integer(Int64($0.count))) }))
  }
}

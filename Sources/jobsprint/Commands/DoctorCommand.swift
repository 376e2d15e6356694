import ArgumentParser
import Foundation
import JobsprintBootstrap
import JobsprintDomain

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Looks whether a server and its store are well.",
    discussion: """
      Ends with 1 when something is wrong. Each line that is not "ok" says what to do. Where JOBSPRINT_DATABASE_URL names
      a database, its connections, sizes and dead rows are shown, too; of the keys that sign and encrypt, how old the newest
      are (more than 90 days is too old).

      EXAMPLE: jobsprint doctor --data ./data
      """)

  @OptionGroup var server: ServerOptions
  @Option(help: "A data folder to look at, too.") var data: String?

  private struct Finding {
    let subject: String
    let isWell: Bool
    let words: String
  }

  func run() async throws {
    try await reportingFailures {
      var findings = await serverFindings(try server.client())
      if let data { findings += folderFindings(data) }
      findings += await databaseFindings()
      findings += keyFindings()
      if server.json {
        let values = findings.map { finding -> JSONValue in
          ["check": .string(finding.subject), "ok": .bool(finding.isWell), "detail": .string(finding.words)]
        }
        Terminal.say(JSONValue.array(values).jsonText)
      } else {
        var table = Table("CHECK", "", "")
        for finding in findings { table.add(finding.subject, finding.isWell ? "ok" : "!!", finding.words) }
        table.show()
      }
      let ill = findings.filter { !$0.isWell }
      if let first = ill.first {
        throw CommandFailure("\(ill.count) of \(findings.count) checks found something.", next: first.words)
      }
    }
  }

  private func serverFindings(_ client: APIClient) async -> [Finding] {
    func look(_ subject: String, _ body: () async throws -> String) async -> Finding {
      do { return Finding(subject: subject, isWell: true, words: try await body()) } catch {
        let failure = error as? CommandFailure
        return Finding(
          subject: subject, isWell: false,
          words: [failure?.message, failure?.next].compactMap { $0 }.joined(separator: " "))
      }
    }
    let alive = await look("server") {
      let answer = try await client.health("/livez")
      guard answer.status == 200 else {
        throw CommandFailure("\(client.server) answers with \(answer.status).", next: "Is it a Jobsprint server?")
      }
      return "\(client.server) answers"
    }
    guard alive.isWell else { return [alive] }
    let ready = await look("store") {
      let answer = try await client.health("/readyz?verbose=true")
      let parts = try answer.json()["parts"]?.jsonText ?? ""
      guard answer.status == 200 else {
        throw CommandFailure("It is not ready: \(parts).", next: "The server's log says why.")
      }
      return parts
    }
    let key = await look("API key") {
      _ = try await client.get("/tags", query: [("limit", "1")])
      return "is accepted"
    }
    let stuck = await look("executions") {
      let states = ["running", "waiting", "new"]
      var words: [String] = []
      for state in states {
        let count = try await client.list("/executions", query: [("status", state)], limit: 250).count
        words.append("\(count == 250 ? "250 or more" : "\(count)") \(state)")
      }
      return words.joined(separator: ", ")
    }
    return [alive, ready, key] + (key.isWell ? [stuck] : [])
  }

  /// Of the database that the environment names.
  private func databaseFindings() async -> [Finding] {
    do {
      let health = try await DatabaseHealth(.fromEnvironment())
      return (health?.findings ?? []).map { finding in
        let words = finding.level == .ok ? finding.words : "\(finding.level): \(finding.words)"
        return Finding(subject: finding.subject, isWell: finding.level == .ok, words: words)
      }
    } catch {
      return [Finding(subject: "database", isWell: false, words: explanation(of: error))]
    }
  }

  /// Of the keys that the environment sets, and those in the folder.
  private func keyFindings() -> [Finding] {
    do {
      return try KeyAges(folder: data).findings.map {
        Finding(subject: $0.subject, isWell: $0.isWell, words: $0.words)
      }
    } catch {
      return [Finding(subject: "keys", isWell: false, words: explanation(of: error))]
    }
  }

  private func folderFindings(_ folder: String) -> [Finding] {
    let health = DataFolderHealth(folder)
    var findings = [
      Finding(subject: "data folder", isWell: health.problem == nil, words: health.problem ?? "\(folder) is usable")
    ]
    if let free = health.freeBytes {
      findings.append(
        Finding(
          subject: "free space", isWell: free > 1 << 30,
          words: "\(free >> 20) MB" + (free > 1 << 30 ? "" : ": less than 1 GB, free some")))
    }
    return findings
  }
}

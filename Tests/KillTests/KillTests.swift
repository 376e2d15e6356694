// The process is killed again and again under load; what it accepted must come to its end as if nothing had happened.

import AsyncHTTPClient
import Foundation
import JobsprintDomain
import JobsprintTesting
import Synchronization
import Testing

@Suite(.serialized)
struct KillTests {
  @Test(.timeLimit(.minutes(10)))
  func nothingAcceptedIsLostOrDoneTwice() async throws {
    let kills = ProcessInfo.processInfo.environment["JOBSPRINT_KILLS"].flatMap { Int($0) } ?? 100
    let report = try await chaos(kills: kills)
    print("kill test: \(kills) kills, \(report)")
    #expect(report.isClean, "\(report)")
    // Otherwise the kills did not hit what they are meant to hit.
    #expect(report.resumed >= kills / 2, "\(report)")
  }

  @Test(.timeLimit(.minutes(3)))
  func anAnswerBeforeTheCommitIsFound() async throws {
    let report = try await chaos(kills: 6, sabotage: "answerBeforeCommit")
    #expect(!report.lost.isEmpty, "the verifier has not noticed that accepted executions were lost: \(report)")
  }

  // MARK: The run

  private func chaos(kills: Int, sabotage: String? = nil) async throws -> KillVerifier.Report {
    let folder = FileManager.default.temporaryDirectory.appending(path: "jobsprint-kill-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (data, ledger) = (folder.appending(path: "data").path, folder.appending(path: "ledger").path)
    var settings = HTTPClient.Configuration()
    // A dead server is an answer, too.
    settings.connectionPool.retryConnectionEstablishment = false
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    defer { http.shutdown { _ in } }

    let accepted = Accepted()
    let markers = Counter()
    var workflow = ""
    for _ in 0..<kills {
      let server = try await ServerProcess(data: data, ledger: ledger, sabotage: sabotage)
      let client = Client(http: http, baseURL: server.baseURL)
      if workflow.isEmpty {
        let created = try await client.send("POST", "/workflows", KillWorkflow.document)
        workflow = try #require(created.body["id"]?.stringValue, "\(created)")
      }
      // The moment of the kill: after a random number of answers, whatever is in flight then.
      let quota = Int.random(in: 5...60)
      let path = "/workflows/\(workflow)/execute"
      await withTaskGroup(of: Void.self) { group in
        let answers = Counter()
        for _ in 0..<8 {
          group.addTask {
            while true {
              let marker = markers.next()
              guard let answer = try? await client.send("POST", path, KillWorkflow.input(marker)) else {
                return
              }
              guard answer.status / 100 == 2, let id = answer.body["executionId"]?.stringValue else { return }
              accepted.add(id, marker)
              if answers.next() == quota { server.kill() }
            }
          }
        }
      }
      server.kill()
    }
    return try await verified(accepted.all, data: data, ledger: ledger, http: http)
  }

  /// Starts the server a last time, lets everything end, and looks.
  private func verified(
    _ accepted: [String: Int], data: String, ledger: String, http: HTTPClient
  ) async throws -> KillVerifier.Report {
    let server = try await ServerProcess(data: data, ledger: ledger)
    let client = Client(http: http, baseURL: server.baseURL)
    var executions: [String: JSONValue] = [:]
    for id in accepted.keys {
      let answer = try await client.send("GET", "/executions/\(id)?includeData=true&wait=30")
      if answer.status == 200 { executions[id] = answer.body }
    }
    #expect(server.stop() == 0)
    let lines = try String(contentsOfFile: ledger, encoding: .utf8).split(separator: "\n")
    return KillVerifier.report(
      accepted: accepted, executions: executions, ledger: try lines.map { try JSONValue(parsing: String($0)) })
  }
}

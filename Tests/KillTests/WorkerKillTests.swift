// Workers are killed again and again under load, and now and then the API: what was accepted must come to its end as if
// nothing had happened.

import AsyncHTTPClient
import Foundation
import JobsprintDomain
import JobsprintTesting
import Testing

@Suite(
  .serialized, .enabled(if: Installation.areServersThere, "eval \"$(scripts/services env DIR)\" names the servers"))
struct WorkerKillTests {
  @Test(.timeLimit(.minutes(10)))
  func nothingIsLostWhenWorkersDie() async throws {
    let kills = ProcessInfo.processInfo.environment["JOBSPRINT_KILLS"].flatMap { Int($0) } ?? 30
    let report = try await chaos(kills: kills)
    print("worker kill test: \(kills) kills, \(report)")
    #expect(report.isClean, "\(report)")
    // Otherwise the kills did not hit what they are meant to hit.
    #expect(report.resumed >= kills / 2, "\(report)")
  }

  /// - Returns: what the verifier has found after `kills` of them.
  private func chaos(kills: Int, sabotage: String? = nil) async throws -> KillVerifier.Report {
    let installation = try await Installation(workers: 2, sabotage: sabotage)
    var settings = HTTPClient.Configuration()
    settings.connectionPool.retryConnectionEstablishment = false
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    defer { http.shutdown { _ in } }
    let created = try await Client(http: http, baseURL: installation.baseURL).send(
      "POST", "/workflows", KillWorkflow.document)
    let path = "/workflows/\(try #require(created.body["id"]?.stringValue, "\(created)"))/execute"
    let (accepted, markers) = (Accepted(), Counter())
    for round in 0..<kills {
      // The moment of the kill: after a random number of answers, whatever is in flight then.
      let quota = Int.random(in: 5...40)
      let answers = Counter()
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<6 {
          group.addTask {
            while answers.next() <= quota {
              let marker = markers.next()
              let client = Client(http: http, baseURL: installation.baseURL)
              guard let answer = try? await client.send("POST", path, ["marker": .integer(Int64(marker))]) else {
                return
              }
              guard answer.status / 100 == 2, let id = answer.body["executionId"]?.stringValue else { return }
              accepted.add(id, marker)
            }
          }
        }
      }
      if round % 10 == 9 { try await installation.replaceAPI() }
      try await installation.replaceWorker()
    }
    let client = Client(http: http, baseURL: installation.baseURL)
    var executions: [String: JSONValue] = [:]
    for id in accepted.all.keys {
      let answer = try await client.send("GET", "/executions/\(id)?includeData=true&wait=30")
      if answer.status == 200 { executions[id] = answer.body }
    }
    let lines = try String(contentsOf: installation.ledger, encoding: .utf8).split(separator: "\n")
    #expect(try await installation.end().allSatisfy { $0 == 0 })
    return KillVerifier.report(
      accepted: accepted.all, executions: executions, ledger: try lines.map { try JSONValue(parsing: String($0)) })
  }
}

import AsyncHTTPClient
import Foundation
import JobsprintDomain
import JobsprintTesting
import Testing

extension InstallationTests {
  /// A credential goes through API, database and worker, and is nowhere in plain.
  @Test(.timeLimit(.minutes(2))) func aSecretIsNowhereInPlain() async throws {
    let canary = "canary-5f1d9c0b7e3a"
    let folder = FileManager.default.temporaryDirectory.appending(path: "jobsprint-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let installation = try await Installation(workers: 1, logs: folder.path)
    let http = HTTPClient(eventLoopGroupProvider: .singleton)
    defer { http.shutdown { _ in } }
    let client = Client(http: http, baseURL: installation.baseURL)
    var answers = ""
    func send(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
      let answer = try await client.send(method, path, body, key: method == "POST" ? UUID().uuidString : nil)
      try #require((200..<300).contains(answer.status), "\(path): \(answer)")
      answers += answer.body.jsonText
      return answer.body
    }
    let data: JSONValue = ["secret": .string(canary)]
    let credential = try await send(
      "POST", "/credentials", ["name": "Signer", "type": "jwtAuth", "data": data])
    let id = try #require(credential["id"]?.stringValue)
    let workflow = try await send(
      "POST", "/workflows",
      [
        "name": "Signs", "settings": [:],
        "nodes": [
          ["name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1],
          [
            "name": "Sign", "type": "n8n-nodes-base.jwt", "typeVersion": 1,
            "credentials": ["jwtAuth": ["id": .string(id), "name": "Signer"]],
          ],
        ],
        "connections": ["Start": ["main": [[["node": "Sign", "type": "main", "index": 0]]]]],
      ])
    let started = try await send("POST", "/workflows/\(workflow["id"]?.stringValue ?? "")/execute?wait=30")
    let execution = try await send("GET", "/executions/\(started["id"]?.stringValue ?? "")?includeData=true")
    #expect(execution["status"] == "success" && execution.jsonText.contains("eyJ"))
    _ = try await send("PATCH", "/credentials/\(id)", ["data": data])
    _ = try await send("POST", "/credentials/\(id)/test")
    _ = try await send("GET", "/credentials")
    _ = try await send("GET", "/audit-logs")
    #expect(!answers.contains(canary))
    let dump = try Self.dump(installation.database.address)
    // The same search finds what is there.
    #expect(dump.range(of: Data("credential.used".utf8)) != nil)
    #expect(dump.range(of: Data(canary.utf8)) == nil)
    #expect(dump.range(of: Data(Array(canary.utf8).hexadecimalText.utf8)) == nil)
    let logs = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(logs.count == 2)
    for log in logs { #expect(try Data(contentsOf: log).range(of: Data(canary.utf8)) == nil) }
    #expect(try await installation.end().allSatisfy { $0 == 0 })
  }

  /// All of a database as text; what is stored as bytes is hexadecimal in it.
  private static func dump(_ address: String) throws -> Data {
    let finished = try FinishedProgram("/usr/bin/env", ["pg_dump", "--dbname=\(address)"])
    try #require(finished.status == 0)
    return finished.output
  }
}

import AsyncHTTPClient
import Foundation
import JobsprintDomain
import JobsprintTesting
import Testing

/// What code has left is there again behind a kill -9.
@Suite(.timeLimit(.minutes(3)))
struct KeptStateTests {
  private static func node(_ name: String, _ type: String, _ parameters: JSONValue) -> JSONValue {
    ["name": .string(name), "type": .string(type), "typeVersion": 1, "parameters": parameters, "position": [0, 0]]
  }

  /// Code, an effect, and code behind it.
  private static func workflow(before: String, after: String) -> JSONValue {
    let names = ["Start", "Before", "Act", "After"]
    return [
      "name": "Kept", "settings": ["executionOrder": "v1"],
      "nodes": [
        node("Start", "n8n-nodes-base.manualTrigger", [:]),
        node("Before", "n8n-nodes-base.code", ["jsCode": .string(before)]),
        node("Act", "jobsprint.testEffect", ["label": "act"]),
        node("After", "n8n-nodes-base.code", ["jsCode": .string(after)]),
      ],
      "connections": .object(
        JSONObject(
          zip(names, names.dropFirst()).map { source, target in
            (source, ["main": [[["node": .string(target), "type": "main", "index": 0]]]])
          })),
    ]
  }

  /// An execution of a workflow whose process is killed when the effect has begun, as it ended in the next one.
  /// - Parameters:
  ///   - isActive: the workflow is turned on.
  ///   - next: what is done behind that, with the workflow's id.
  private func killed(
    _ workflow: JSONValue, isActive: Bool = false, next: (Client, String) async throws -> Void = { _, _ in }
  ) async throws -> JSONValue {
    let folder = FileManager.default.temporaryDirectory.appending(path: "jobsprint-kept-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (data, ledger) = (folder.appending(path: "data").path, folder.appending(path: "ledger").path)
    let http = HTTPClient(eventLoopGroupProvider: .singleton)
    defer { http.shutdown { _ in } }
    let first = try await ServerProcess(
      "jobsprint", ["serve", "--port", "0", "--data", data],
      environment: ["JOBSPRINT_TEST_LEDGER": ledger, "JOBSPRINT_TEST_KILL": "afterStarted:1"])
    let dying = Client(http: http, baseURL: first.baseURL)
    let created = try await dying.send("POST", "/workflows", workflow)
    let id = try #require(created.body["id"]?.stringValue, "\(created)")
    if isActive { #expect(try await dying.send("POST", "/workflows/\(id)/activate").status == 200) }
    // Whether its answer arrives depends on when the process dies.
    _ = try? await dying.send("POST", "/workflows/\(id)/execute?wait=30", [:])
    #expect(try await first.halt() == .ended)

    let second = try await ServerProcess(data: data, ledger: ledger)
    let client = Client(http: http, baseURL: second.baseURL)
    let execution = try #require(
      try await client.all("/executions?workflowId=\(id)").first?["id"]?.stringValue, "it was not accepted")
    let ended = try await client.send("GET", "/executions/\(execution)?includeData=true&wait=30")
    try await next(client, id)
    #expect(second.stop() == 0)
    #expect(ended.body["status"] == "success" && ended.body["term"] == 2, "\(ended)")
    return ended.body
  }

  private func output(of node: String, in execution: JSONValue) -> JSONValue? {
    execution["data"]?["resultData"]?["runData"]?[node]?[0]?["data"]?["main"]?[0]?[0]?["json"]
  }

  @Test func customDataOutlivesItsProcess() async throws {
    let execution = try await killed(
      Self.workflow(
        before: "$execution.customData.set('order', 7); return {}",
        after: "$execution.customData.set('done', 'yes'); return $execution.customData.getAll()"))
    #expect(output(of: "After", in: execution) == ["order": "7", "done": "yes"])
    #expect(execution["customData"] == ["order": "7", "done": "yes"])
  }

  @Test func staticDataOutlivesItsProcess() async throws {
    let counting = "const data = $getWorkflowStaticData('global'); data.n = (data.n ?? 0) + 1; return { n: data.n }"
    let execution = try await killed(Self.workflow(before: counting, after: counting), isActive: true) { client, id in
      let next = try await client.send("POST", "/workflows/\(id)/execute?wait=30", [:])
      #expect(output(of: "After", in: next.body) == ["n": 4], "\(next)")
    }
    #expect(output(of: "After", in: execution) == ["n": 2])
  }
}

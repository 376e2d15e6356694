import AsyncHTTPClient
import JobsprintDomain
import JobsprintTesting
import Testing

extension InstallationTests {
  /// Two workers, two tags, and one that nobody carries; a carrier that dies is taken over by its like alone.
  @Test(.timeLimit(.minutes(3))) func executionsAreDoneByWorkersThatCarryTheirTag() async throws {
    let installation = try await Installation(workers: 0)
    let http = HTTPClient(eventLoopGroupProvider: .singleton)
    defer { http.shutdown { _ in } }
    let client = Client(http: http, baseURL: installation.baseURL)
    let gpu = try await installation.addWorker(["JOBSPRINT_WORKER_TAGS": "gpu"])
    let other = try await installation.addWorker(["JOBSPRINT_WORKER_TAGS": "eu,untagged"])
    func workflow(_ tag: String?) async throws -> String {
      var document = KillWorkflow.document.objectValue ?? [:]
      document["name"] = .string("Tag \(tag ?? "none")")
      document["settings"] = ["executionOrder": "v1", "workerTag": tag.map { .string($0) } ?? .null]
      let made = try await client.send("POST", "/workflows", .object(document))
      return try #require(made.body["id"]?.stringValue, "\(made)")
    }
    func execute(_ workflow: String, _ marker: Int, milliseconds: Int = 1) async throws -> String {
      let path = "/workflows/\(workflow)/execute"
      let made = try await client.send("POST", path, KillWorkflow.input(marker, milliseconds: milliseconds))
      return try #require(made.body["id"]?.stringValue, "\(made)")
    }
    func ended(_ id: String) async throws {
      try await eventually { try await client.send("GET", "/executions/\(id)").body["status"] == "success" }
    }
    let (one, two, free) = (try await workflow("gpu"), try await workflow("eu"), try await workflow(nil))
    let nobodys = try await execute(try await workflow("nobody"), 1000)
    var takers: [String: Int] = [:]
    for marker in 0..<12 {
      let (workflow, worker) = [(one, gpu), (two, other), (free, other)][marker % 3]
      let id = try await execute(workflow, marker)
      takers[id] = worker.number
      try await ended(id)
    }
    let acts = try installation.acts()
    #expect(acts.count == 24)
    for act in acts { #expect(act.process == takers[act.line["execution"]?.stringValue ?? ""], "\(act.line)") }
    // It is in the middle of its first effect when its worker dies.
    let lost = try await execute(one, 100, milliseconds: 1500)
    try await eventually { try await client.send("GET", "/executions/\(lost)").body["status"] == "running" }
    installation.kill(gpu)
    let heir = try await installation.addWorker(["JOBSPRINT_WORKER_TAGS": "gpu"])
    try await ended(lost)
    let last = try installation.acts().filter {
      $0.line["execution"]?.stringValue == lost && $0.line["label"] == "Ship"
    }
    #expect(last.map(\.process) == [heir.number])
    #expect(try await client.send("GET", "/executions/\(nobodys)").body["status"] == "new")
    // It is found in the store as soon as somebody carries its tag.
    try await installation.addWorker(["JOBSPRINT_WORKER_TAGS": "nobody"])
    try await ended(nobodys)
    _ = try await installation.end()
  }
}

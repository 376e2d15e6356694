import Foundation
import JobsprintDomain
import JobsprintTesting
import Testing

struct ServerCommandTests {
  @Test func aFolderIsImportedWithWhatIsBrokenToldAndTheRestDone() async throws {
    try await Command.beside { server, folder in
      let source = folder + "/workflows"
      try FileManager.default.createDirectory(atPath: source, withIntermediateDirectories: true)
      let good = #"{"name":"Good","nodes":[{"name":"A","type":"n8n-nodes-base.manualTrigger"}],"connections":{}}"#
      let strange = #"{"nodes":[{"name":"A","type":"no.such"},{"name":"B","type":"no.such"}],"connections":{}}"#
      for (name, text) in [("good", good), ("two", "[\(good),\(good)]"), ("strange", strange), ("broken", "{")] {
        try Data(text.utf8).write(to: URL(filePath: "\(source)/\(name).json"))
      }
      let done = try await Command.run("import", source, server: server)
      #expect(done.status == 1)
      #expect(done.errors.contains("broken.json: It is no JSON"))
      #expect(done.errors.contains("strange.json: not installed: no.such (2 nodes)"))
      #expect(done.output.split(separator: "\n").count == 5)
      let listed = try await Command.run("workflows", "--json", server: server).json.arrayValue ?? []
      #expect(listed.count == 4)
      #expect(listed.contains { $0["name"] == "strange" })
    }
  }

  @Test func whatIsExportedIsWhatWasImported() async throws {
    try await Command.beside { server, folder in
      let imported = try await Command.run("import", "examples/first-workflow.json", "--json", server: server).json
      let id = try #require(imported[0]?["id"]?.stringValue)
      let original = try JSONValue(
        parsing: Array(Data(contentsOf: Command.root.appending(path: "examples/first-workflow.json"))))
      #expect(try await Command.run("export", id, server: server).json == original)
      let all = try await Command.run("export", "--all", "--output", folder + "/out", server: server)
      #expect(all.status == 0)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/out") == ["first-workflow-\(id).json"])
    }
  }

  @Test func anExecutionIsListedShownWatchedRepeatedAndStopped() async throws {
    try await Command.beside { server, _ in
      let imported = try await Command.run("import", "examples/first-workflow.json", "--json", server: server).json
      let workflow = try #require(imported[0]?["id"]?.stringValue)
      let started = try await Command.run(
        "workflows", "execute", workflow, "--input", #"{"customer":"Ada","amount":1}"#, "--wait", "30", "--json",
        server: server)
      let id = try #require(started.json["id"]?.stringValue)
      #expect(try await Command.run("executions", server: server).output.contains(id))
      #expect(try await Command.run("executions", "show", id, server: server).output.contains("Add tax"))
      let watched = try await Command.run("executions", "watch", id, server: server)
      #expect(watched.status == 0)
      #expect(watched.errors.contains("Add tax"))
      let retried = try await Command.run("executions", "retry", id, "--from-start", server: server)
      let again = retried.output.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(try await Command.run("executions", "watch", again, server: server).status == 0)
      let stopped = try await Command.run("executions", "stop", id, server: server)
      #expect(stopped.status == 1)
      #expect(stopped.errors.contains("docs/errors/execution_ended.md"))
    }
  }

  @Test func deadLettersAreListedShownRedrivenAndDiscarded() async throws {
    try await Command.beside { server, folder in
      let file = folder + "/doomed.json"
      let document = """
        {"name":"Doomed","settings":{"retryPolicy":{"attempts":1}},"nodes":[
          {"name":"Start","type":"n8n-nodes-base.manualTrigger"},
          {"name":"Stop","type":"n8n-nodes-base.stopAndError","parameters":{"errorMessage":"A long reason, a long reason, a long reason"}}
        ],"connections":{"Start":{"main":[[{"node":"Stop","type":"main","index":0}]]}}}
        """
      try Data(document.utf8).write(to: URL(filePath: file))
      let imported = try await Command.run("import", file, "--json", server: server).json
      let workflow = try #require(imported[0]?["id"]?.stringValue)
      var dead: [String] = []
      for _ in 0..<3 {
        let ended = try await Command.run(
          "workflows", "execute", workflow, "--wait", "30", "--json", server: server)
        dead.append(try #require(ended.json["id"]?.stringValue))
      }
      let listed = try await Command.run("dead-letters", server: server)
      let lines = listed.output.split(separator: "\n")
      #expect(listed.status == 0 && lines.count == 4 && lines.allSatisfy { $0.count <= 80 })
      #expect(dead.allSatisfy { listed.output.contains($0) })
      let shown = try await Command.run("dead-letters", "show", dead[0], server: server)
      #expect(shown.output.contains("attempts_exhausted") && shown.output.contains("A long reason"))
      let json = try await Command.run("dead-letters", "show", dead[0], "--json", server: server).json
      #expect(json["executionId"]?.stringValue == dead[0])
      let redriven = try await Command.run("dead-letters", "redrive", dead[0], server: server)
      let next = redriven.output.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(redriven.status == 0 && redriven.errors.contains("1 of 1"))
      #expect(try await Command.run("executions", "watch", next, server: server).status == 1)
      #expect(try await Command.run("dead-letters", "discard", dead[1], server: server).status == 0)
      let refused = try await Command.run("dead-letters", "redrive", dead[1], server: server)
      #expect(refused.status == 1 && refused.errors.contains("discarded"))
      let many = try await Command.run("dead-letters", "redrive", "--workflow", workflow, "--json", server: server)
      #expect(many.status == 0)
      let results = many.json.arrayValue?.compactMap { $0["executionId"]?.stringValue } ?? []
      #expect(results.contains(dead[2]) && !results.contains(dead[0]) && !results.contains(dead[1]))
      #expect(try await Command.run("dead-letters", "redrive", server: server).status == 64)
      #expect(try await Command.run("dead-letters", "redrive", dead[0], "--all", server: server).status == 64)
      #expect(try await Command.run("dead-letters", "show", "nonsense", server: server).status == 1)
    }
  }

  @Test func theDoctorFindsAServerWellAndAMissingOne() async throws {
    try await Command.beside { server, folder in
      let well = try await Command.run("doctor", "--data", folder + "/data", "--json", server: server)
      #expect(well.status == 0)
      #expect(well.json.arrayValue?.allSatisfy { $0["ok"] == true } == true)
      let wrongKey = try await Command.run("doctor", server: server, key: String(repeating: "x", count: 40))
      #expect(wrongKey.status == 1)
    }
    #expect(try await Command.run("doctor").status == 1)
  }

  @Test func theDoctorRemindsOfKeysThatAreOld() async throws {
    try await Command.beside { server, folder in
      let data = folder + "/data"
      func keys() async throws -> [String: JSONValue] {
        let findings = try await Command.run("doctor", "--data", data, "--json", server: server).json.arrayValue ?? []
        return findings.reduce(into: [:]) { found, finding in found[finding["check"]?.stringValue ?? ""] = finding }
      }
      #expect(try await keys()["token keys"]?["detail"] == "the newest is 0 days old")
      #expect(try await keys()["credential keys"]?["ok"] == true)
      let secret = (0..<32).map { UInt8($0) }.hexadecimalText
      try "2020-02-03-a:\(secret)".write(toFile: data + "/token.key", atomically: true, encoding: .utf8)
      try "mine:\(secret)".write(toFile: data + "/credential.key", atomically: true, encoding: .utf8)
      let found = try await keys()
      #expect(found["token keys"]?["ok"] == false)
      #expect(found["token keys"]?["detail"]?.stringValue?.contains("jobsprint keys rotate") == true)
      #expect(found["credential keys"]?["ok"] == true)
      #expect(found["credential keys"]?["detail"]?.stringValue?.contains("their ages are not known") == true)
      _ = try await Command.run("keys", "rotate", "--data", data)
      #expect(try await keys()["token keys"]?["ok"] == true)
    }
  }

  @Test func noServerAndNoKeyHaveCodesOfTheirOwn() async throws {
    let alone = try await Command.run("workflows")
    #expect(alone.status == 3)
    #expect(alone.errors.contains("jobsprint serve"))
    try await Command.beside { server, _ in
      let keyless = try await Command.run("workflows", server: server, key: nil)
      #expect(keyless.status == 4)
      // As the server prints its address when it is ready.
      for address in [server.baseURL + "/api/v1", server.baseURL + "/api/v1/"] {
        #expect(try await Command.run("workflows", "--server", address).status == 0)
      }
    }
    #expect(try await Command.run("workflows", "--server", "nonsense").status == 1)
  }

  @Test func migrationsAreShownAndAppliedOnlyWhereNobodyUsesTheFolder() async throws {
    try await Command.inFolder { folder in
      let before = try await Command.run("migrate", "status", "--data", folder, "--json").json.arrayValue ?? []
      #expect(!before.isEmpty && before.allSatisfy { $0["applied"] == false })
      #expect(try await Command.run("migrate", "up", "--data", folder).status == 0)
      let after = try await Command.run("migrate", "status", "--data", folder, "--json").json.arrayValue ?? []
      #expect(after.count == before.count && after.allSatisfy { $0["applied"] == true })
      let server = try await ServerProcess(data: folder)
      defer { server.kill() }
      let busy = try await Command.run("migrate", "up", "--data", folder)
      #expect(busy.status == 1)
      #expect(busy.errors.contains("in use"))
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsArePrinted(shell: String) async throws {
    #expect(try await Command.run("completion", shell).output.contains("jobsprint"))
  }

  @Test func tablesFitEightyColumns() async throws {
    try await Command.beside { server, folder in
      let name = String(repeating: "A long name ", count: 20)
      let file = folder + "/long.json"
      try Data(#"{"name":"\#(name)","nodes":[]}"#.utf8).write(to: URL(filePath: file))
      _ = try await Command.run("import", file, server: server)
      let lines = try await Command.run("workflows", server: server).output.split(separator: "\n")
      #expect(lines.count == 2)
      #expect(lines.allSatisfy { $0.count <= 80 })
    }
  }

  @Test func aPortInUseEndsTheStartWithAReason() async throws {
    try await Command.beside { server, folder in
      let port = try #require(server.baseURL.split(separator: ":").last)
      let done = try await Command.run("serve", "--port", String(port), "--data", folder + "/second")
      #expect(done.status == 1)
      #expect(done.errors.contains("port \(port) on 127.0.0.1 is in use"))
    }
  }
}

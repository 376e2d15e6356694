import Foundation
import JobsprintDomain
import JobsprintTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct AccessCommandTests {
  @Test func keysAreMadeUsedListedAndDeleted() async throws {
    try await Command.beside { server, _ in
      let made = try await Command.run("keys", "create", "reports", "--scope", "tag:list", server: server)
      let key = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(made.status == 0 && key.hasPrefix("jsk_"))
      #expect(try await Command.run("workflows", server: server, key: key).errors.contains("docs/errors/forbidden.md"))
      let listed = try await Command.run("keys", "--json", server: server).json.arrayValue ?? []
      #expect(listed.count == 2)
      #expect(try await Command.run("keys", server: server).output.contains("reports"))
      let id = try #require(listed.first { $0["label"] == "reports" }?["id"]?.stringValue)
      #expect(try await Command.run("keys", "delete", id, server: server).status == 0)
      #expect(try await Command.run("workflows", server: server, key: key).status == 4)
    }
  }

  @Test func aServiceAccountHasKeysThatGoWithIt() async throws {
    try await Command.beside { server, _ in
      let made = try await Command.run("service-accounts", "create", "ci", "--role", "editor", server: server)
      let id = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(made.status == 0 && UserID(id) != nil)
      let key = try await Command.run("service-accounts", "key", id, "builds", server: server).output
        .trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(try await Command.run("workflows", "--json", server: server, key: key).json == [])
      #expect(try await Command.run("service-accounts", server: server, key: key).status == 1)
      #expect(
        try await Command.run("service-accounts", "role", id, "viewer", server: server).output == "ci is viewer now.\n")
      #expect(try await Command.run("service-accounts", server: server).output.contains("viewer"))
      #expect(try await Command.run("service-accounts", "delete", id, server: server).status == 0)
      #expect(try await Command.run("workflows", server: server, key: key).status == 4)
    }
  }

  @Test func aWorkspaceIsMadeAndItsKeySeesNothingOfOthers() async throws {
    try await Command.beside { server, _ in
      _ = try await Command.run("import", "examples/first-workflow.json", server: server)
      let made = try await Command.run("workspaces", "create", "acme", server: server)
      let key = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(try await Command.run("workspaces", server: server).output.contains("acme"))
      #expect(try await Command.run("workflows", "--json", server: server, key: key).json == [])
      #expect(try await Command.run("workspaces", server: server, key: key).status == 1)
    }
  }

  @Test func aWorkspaceKeepsExecutionsForATimeOfItsOwn() async throws {
    try await Command.beside { server, _ in
      _ = try await Command.run("workspaces", "create", "acme", server: server)
      let all = try await Command.run("workspaces", "--json", server: server).json.arrayValue
      let id = try #require(all?.first { $0["name"] == "acme" }?["id"]?.stringValue)
      let set = try await Command.run("workspaces", "retention", id, "30", server: server)
      #expect(set.status == 0 && set.output == "acme keeps executions for 30 days.\n")
      #expect(try await Command.run("workspaces", server: server).output.contains("30"))
      let unset = try await Command.run("workspaces", "retention", id, server: server)
      #expect(unset.output == "acme keeps executions as the server does.\n")
      let refused = try await Command.run("workspaces", "retention", id, "0", server: server)
      #expect(refused.status == 1 && refused.errors.contains("1 to 36500"))
    }
  }

  @Test func aWorkspaceRunsSoManyExecutionsAtATime() async throws {
    try await Command.beside { server, _ in
      let all = try await Command.run("workspaces", "--json", server: server).json.arrayValue
      let id = try #require(all?.first?["id"]?.stringValue)
      let set = try await Command.run("workspaces", "concurrency", id, "17", server: server)
      #expect(set.status == 0 && set.output == "default runs 17 executions at a time.\n")
      #expect(try await Command.run("workspaces", server: server).output.contains("17"))
      let unset = try await Command.run("workspaces", "concurrency", id, server: server)
      #expect(unset.output == "default runs any number of executions.\n")
      let refused = try await Command.run("workspaces", "concurrency", id, "0", server: server)
      #expect(refused.status == 1 && refused.errors.contains("1 to 1000000"))
    }
  }

  @Test func theAuditLogIsListedAndProvedAlsoBesideTheServer() async throws {
    try await Command.beside { server, folder in
      _ = try await Command.run("import", "examples/first-workflow.json", server: server)
      let listed = try await Command.run("audit", "list", "--action", "workflow.created", server: server)
      #expect(listed.output.contains("workflow.created"))
      let beside = try await Command.run("audit", "verify", "--data", folder + "/data")
      #expect(beside.status == 0)
      #expect(server.stop() == 0)
      let proved = try await Command.run("audit", "verify", "--data", folder + "/data")
      #expect(proved.status == 0)
      #expect(proved.output.hasPrefix("2 entries of workspace default hold (last: 2, "))
    }
  }

  @Test func theAuditLogIsExportedIntoAFileOrToStdout() async throws {
    try await Command.beside { server, folder in
      _ = try await Command.run("import", "examples/first-workflow.json", server: server)
      let lines = try await Command.run("audit", "export", server: server)
      #expect(lines.status == 0)
      let entries = try lines.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
      #expect(entries.map { $0["action"] } == ["apiKey.created", "workflow.created"])
      let file = folder + "/audit.csv"
      let written = try await Command.run(
        "audit", "export", "--format", "csv", "--action", "workflow.created", file, server: server)
      #expect(written.status == 0 && written.output.isEmpty)
      #expect(try String(contentsOfFile: file, encoding: .utf8).split(separator: "\r\n").count == 2)
      let refused = try await Command.run("audit", "export", "--after", "soon", file + "2", server: server)
      #expect(refused.status == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["audit.csv", "data"])
      #expect(try await Command.run("audit", "export").status == 3)
    }
  }

  @Test func anEntryThatWasChangedOnTheDiskIsFound() async throws {
    try await Command.beside { server, folder in
      for label in ["trustworthy", "harmless"] {
        _ = try await Command.run("keys", "create", label, server: server)
      }
      #expect(server.stop() == 0)
      let file = URL(filePath: folder + "/data/jobsprint.sqlite")
      var bytes = try Data(contentsOf: file)
      var places = 0
      while let place = bytes.firstRange(of: Data(#""label":"trustworthy""#.utf8)) {
        bytes.replaceSubrange(place, with: Data(#""label":"Trustworthy""#.utf8))
        places += 1
      }
      #expect(places == 1)
      try bytes.write(to: file)
      let checked = try await Command.run("audit", "verify", "--data", folder + "/data", "--json")
      #expect(checked.status == 1)
      #expect(checked.json[0]?["holds"] == false)
      #expect(checked.json[0]?["entries"] == 1)
      #expect(checked.errors.contains("entry 2 ("))
    }
  }

  @Test func aFolderWithoutADatabaseIsRefused() async throws {
    try await Command.inFolder { folder in
      let checked = try await Command.run("audit", "verify", "--data", folder)
      #expect(checked.status == 1)
      #expect(checked.errors.contains("There is no database"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  @Test func theSigningKeyIsForItsOwnerOnly() async throws {
    try await Command.beside { server, folder in
      let path = folder + "/data/audit.key"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.trimmingCharacters(in: .whitespacesAndNewlines).count == 64)
      let facts = try FileManager.default.attributesOfItem(atPath: path)
      #expect((facts[.posixPermissions] as? NSNumber)?.intValue == 0o600)
      #expect(server.stop() == 0)
      let again = try await ServerProcess(data: folder + "/data")
      again.kill()
      #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }
  }
}

import Foundation
import JobsprintDomain
import JobsprintTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct UserCommandTests {
  @Test func theFirstOwnerIsMadeWithoutAServerAndFoundWithOne() async throws {
    try await Command.inFolder { folder in
      let data = folder + "/data"
      let weak = try await Command.run(
        "users", "create-owner", "--email", "ann@example.com", "--data", data, input: "short\n")
      #expect(weak.status == 1 && weak.errors.contains("12 characters") && !weak.errors.contains("short"))
      let made = try await Command.run(
        "users", "create-owner", "--email", "ann@example.com", "--data", data, input: "correct horse battery\n")
      #expect(made.status == 0, "\(made.errors)")
      let id = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
      let again = try await Command.run(
        "users", "create-owner", "--email", "ANN@example.com", "--data", data, input: "correct horse battery\n")
      #expect(again.status == 1 && again.errors.contains("exists"))
      let listed = try await Command.run("users", "list", "--data", data, "--json").json
      #expect(listed[0]?["memberships"] == [["workspace": "default", "role": "owner"]])
      #expect(try await Command.run("users", "disable", "ann@example.com", "--data", data).errors.contains("last one"))
      let token = try await Command.run("users", "reset-password", "ann@example.com", "--data", data)
      #expect(token.output.hasPrefix("jst_"))

      let server = try await ServerProcess(data: data)
      defer { server.kill() }
      #expect(try await Command.run("users", server: server).output.contains("ann@example.com"))
      #expect(try await Command.run("users", "list", "--data", data).errors.contains("another process"))
      let invited = try await Command.run("users", "invite", "bob@example.com", "--role", "owner", server: server)
      #expect(invited.output.hasPrefix("jst_"))
      let reset = try await Command.run("users", "reset-password", id, server: server)
      #expect(reset.output.hasPrefix("jst_"))
      let last = try await Command.run("users", "disable", id, server: server)
      #expect(last.status == 1 && last.errors.contains("docs/errors/last_owner.md"))
    }
  }

  @Test func anIdentityIsLinkedListedKeptInABackupAndUnlinked() async throws {
    try await Command.inFolder { folder in
      let settings = [
        "JOBSPRINT_OIDC_PROVIDERS": "work", "JOBSPRINT_OIDC_WORK_ISSUER": "https://id.example.com",
        "JOBSPRINT_OIDC_WORK_CLIENT_ID": "jobsprint", "JOBSPRINT_OIDC_WORK_REDIRECT_URI": "https://app.example.com",
      ]
      let (data, copy) = (folder + "/data", folder + "/copy")
      let id = try await Command.run(
        "users", "create-owner", "--email", "ann@example.com", "--data", data, input: "correct horse battery\n"
      ).output.trimmingCharacters(in: .whitespacesAndNewlines)
      func serving(_ data: String) async throws -> ServerProcess {
        try await ServerProcess("jobsprint", ["serve", "--port", "0", "--data", data], environment: settings)
      }
      let server = try await serving(data)
      defer { server.kill() }
      let linked = try await Command.run("users", "link", id, "work", "subject 1", server: server)
      #expect(linked.status == 0, "\(linked.errors)")
      #expect(
        try await Command.run("users", "link", id, "other", "1", server: server).errors.contains("no identity prov"))
      #expect(server.stop() == 0)
      let file = folder + "/backup.gz"
      #expect(try await Command.run("backup", file, "--data", data).status == 0)
      #expect(try await Command.run("restore", file, "--data", copy).status == 0)
      let restored = try await serving(copy)
      defer { restored.kill() }
      let identity = linked.output.trimmingCharacters(in: .whitespacesAndNewlines)
      let listed = try await Command.run("users", "identities", id, "--json", server: restored).json
      #expect(listed[0]?["id"]?.stringValue == identity && listed[0]?["subject"] == "subject 1")
      #expect(try await Command.run("users", "unlink", id, identity, server: restored).status == 0)
      #expect(try await Command.run("users", "identities", id, "--json", server: restored).json == [])
    }
  }

  @Test(arguments: [
    ["JOBSPRINT_OIDC_PROVIDERS": "work"], ["JOBSPRINT_OIDC_PROVIDERS": "Work"], ["JOBSPRINT_OIDC_PROVIDERS": "a,"],
    [
      "JOBSPRINT_OIDC_PROVIDERS": "a,b", "JOBSPRINT_OIDC_A_ISSUER": "https://id.example.com",
      "JOBSPRINT_OIDC_A_CLIENT_ID": "c", "JOBSPRINT_OIDC_A_REDIRECT_URI": "https://app.example.com",
      "JOBSPRINT_OIDC_B_ISSUER": "https://id.example.com", "JOBSPRINT_OIDC_B_CLIENT_ID": "c",
      "JOBSPRINT_OIDC_B_REDIRECT_URI": "https://app.example.com",
    ],
    [
      "JOBSPRINT_OIDC_PROVIDERS": "a", "JOBSPRINT_OIDC_A_ISSUER": "http://id.example.com",
      "JOBSPRINT_OIDC_A_CLIENT_ID": "c", "JOBSPRINT_OIDC_A_REDIRECT_URI": "https://app.example.com",
    ],
  ])
  func aProviderThatCantBeMeantIsRefusedAtTheStart(_ settings: [String: String]) async throws {
    try await Command.inFolder { folder in
      _ = await #expect(throws: ServerFailure.self) {
        let server = try await ServerProcess(
          "jobsprint", ["serve", "--port", "0", "--data", folder + "/data"], environment: settings)
        server.kill()
      }
    }
  }

  @Test func theKeyThatSignsTokensIsForItsOwnerOnlyAndStays() async throws {
    try await Command.beside { server, folder in
      let path = folder + "/data/token.key"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let facts = try FileManager.default.attributesOfItem(atPath: path)
      #expect((facts[.posixPermissions] as? NSNumber)?.intValue == 0o600)
      #expect(server.stop() == 0)
      let again = try await ServerProcess(data: folder + "/data")
      again.kill()
      #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }
  }

  @Test(arguments: ["", "one:", "one:0000000000000000000000000000000000000000000000000000000000000000", "secret"])
  func aWeakTokenKeyIsRefusedAtTheStart(_ keys: String) async throws {
    try await Command.inFolder { folder in
      _ = await #expect(throws: ServerFailure.self) {
        let server = try await ServerProcess(
          "jobsprint", ["serve", "--port", "0", "--data", folder + "/data"],
          environment: ["JOBSPRINT_TOKEN_KEYS": keys])
        server.kill()
      }
    }
  }
}

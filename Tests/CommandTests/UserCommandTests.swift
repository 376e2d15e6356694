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

import Foundation
import JobsprintDomain
import JobsprintTesting
import Testing

struct BackupCommandTests {
  @Test func whatIsBackedUpBesideAServerIsRestoredWholeAndGoesOn() async throws {
    try await Command.beside { server, folder in
      let imported = try await Command.run("import", "examples/first-workflow.json", "--json", server: server).json
      let id = try #require(imported[0]?["id"]?.stringValue)
      let done = try await Command.run(
        "workflows", "execute", id, "--input", #"{"customer":"Ada","amount":1}"#, "--wait", "30", "--json",
        server: server)
      let execution = try #require(done.json["id"]?.stringValue)
      let file = folder + "/whole.backup"
      let written = try await Command.run("backup", file, "--data", folder + "/data", "--executions", "--json")
      #expect(written.status == 0)
      #expect(written.json["workflow"] == 1)
      #expect(written.json["execution"] == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["data", "whole.backup"])

      let target = folder + "/restored"
      let restored = try await Command.run("restore", file, "--data", target, "--json")
      #expect(restored.status == 0)
      #expect(restored.json == written.json)
      #expect(try await Command.run("restore", file, "--data", target).errors.contains("is not empty"))
      let other = try await ServerProcess(data: target)
      defer { other.kill() }
      // The same key opens it, the document and the data are the same.
      let document = try await Command.run("export", id, server: other)
      #expect(document.output == (try await Command.run("export", id, server: server).output))
      let shown = try await Command.run("executions", "show", execution, "--json", server: other)
      #expect(shown.json == (try await Command.run("executions", "show", execution, "--json", server: server).json))
    }
  }

  @Test func aDamagedFileIsRefusedAndNothingIsStored() async throws {
    try await Command.beside { server, folder in
      _ = try await Command.run("import", "examples/first-workflow.json", server: server)
      let file = folder + "/whole.backup"
      _ = try await Command.run("backup", file, "--data", folder + "/data")
      let whole = try String(contentsOfFile: file, encoding: .utf8)
      let lines = whole.split(separator: "\n")
      for (damaged, words) in [
        (lines.dropLast().joined(separator: "\n"), "is cut off"),
        (whole.replacing("first", with: "frist"), "changed or damaged"), ("{}\n", "is no archive"), ("x\n", "no JSON"),
        (whole.replacing(#""format":1"#, with: #""format":9"#), "newer program"),
      ] {
        let copy = folder + "/damaged.backup"
        try damaged.write(toFile: copy, atomically: true, encoding: .utf8)
        let done = try await Command.run("restore", copy, "--data", folder + "/target")
        #expect(done.status == 1)
        #expect(done.errors.contains(words), "\(done.errors)")
      }
      let done = try await Command.run("restore", file, "--data", folder + "/target")
      #expect(done.status == 0, "nothing of the damaged ones was stored: \(done.errors)")
    }
  }
}

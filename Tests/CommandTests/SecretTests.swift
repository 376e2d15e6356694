import Foundation
import JobsprintDomain
import JobsprintTesting
import Testing

/// Variables and credentials from the shell; and that a secret, once it is in, is nowhere to be found in plain.
@Suite(.timeLimit(.minutes(2))) struct SecretTests {
  private static let canary = "canary-5f1d9c0b7e3a"
  private static let data = #"{"secret": "\#(canary)"}"#

  /// A workflow that signs with the credential of that id, and fails behind it where it is told to.
  private static func signing(_ id: String) -> JSONValue {
    [
      "name": "Signs",
      "nodes": [
        ["name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1],
        [
          "name": "Sign", "type": "n8n-nodes-base.jwt", "typeVersion": 1,
          "parameters": ["claims": ["subject": "={{ $vars.who }}"]],
          "credentials": ["jwtAuth": ["id": .string(id), "name": "Signer"]],
        ],
        [
          // Its key is no PEM: whatever the error says, it does not say the key.
          "name": "Fail", "type": "n8n-nodes-base.jwt", "typeVersion": 1, "onError": "continueRegularOutput",
          "parameters": ["options": ["algorithm": "RS256"]],
          "credentials": ["jwtAuth": ["id": .string(id), "name": "Signer"]],
        ],
        [
          "name": "Code", "type": "n8n-nodes-base.code", "typeVersion": 2,
          "parameters": [
            "jsCode":
              "console.log(JSON.stringify([$input.all(), $workflow, Object.keys(globalThis)])); return $input.all()"
          ],
        ],
      ],
      "connections": [
        "Start": ["main": [[["node": "Sign", "type": "main", "index": 0]]]],
        "Sign": ["main": [[["node": "Fail", "type": "main", "index": 0]]]],
        "Fail": ["main": [[["node": "Code", "type": "main", "index": 0]]]],
      ],
    ]
  }

  /// Makes a credential and lets a workflow use it; all that was answered.
  private func use(_ server: ServerProcess, in folder: String) async throws -> (id: String, answers: String) {
    var answers = ""
    func run(_ command: Command) throws -> Command {
      answers += command.output + command.errors
      try #require(command.status == 0, "\(command.errors)")
      return command
    }
    _ = try run(try await Command.run("variables", "set", "who", "me", server: server))
    let made = try run(
      try await Command.run(
        "credentials", "create", "Signer", "--type", "jwtAuth", "-", input: Self.data, server: server))
    let id = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
    let file = folder + "/signing.json"
    try Self.signing(id).jsonText.write(toFile: file, atomically: true, encoding: .utf8)
    let workflow = try run(try await Command.run("import", file, "--json", server: server)).json[0]?["id"]?.stringValue
    let execution = try run(
      try await Command.run(
        "workflows", "execute", try #require(workflow), "--input", "{}", "--wait", "30", "--json", server: server))
    #expect(execution.json["status"] == "success")
    let shown = try run(
      try await Command.run(
        "executions", "show", try #require(execution.json["id"]?.stringValue), "--json", server: server))
    // It was used: there is a token, and the error of a key that is none.
    #expect(shown.output.contains("eyJ") && shown.output.contains("needs a private key in PEM"))
    _ = try run(try await Command.run("credentials", "test", id, server: server))
    _ = try run(try await Command.run("credentials", "--json", server: server))
    _ = try run(try await Command.run("audit", "list", "--json", server: server))
    return (id, answers)
  }

  /// Files below a folder that hold the text.
  private func files(with text: String, below folder: String) throws -> [String] {
    let files = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
    return files.filter { name in
      guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)") else { return false }
      return bytes.range(of: Data(text.utf8)) != nil
    }
  }

  @Test func aSecretIsNowhereInPlain() async throws {
    try await Command.inFolder { folder in
      let log = folder + "/server.log"
      let server = try await ServerProcess(data: folder + "/data", log: log)
      defer { server.kill() }
      let (id, answers) = try await use(server, in: folder)
      let backup = try await Command.run("backup", folder + "/all.backup", "--data", folder + "/data", "--executions")
      #expect(backup.status == 0)
      #expect(server.stop() == 0)
      #expect(!answers.contains(Self.canary))
      // What is stored as bytes is hexadecimal in the backup.
      for text in [Self.canary, Array(Self.canary.utf8).hexadecimalText] {
        #expect(try files(with: text, below: folder) == [])
      }
      // The same search finds what is there: the variable, and the credential's name.
      #expect(try files(with: "Signer", below: folder).contains("all.backup"))
      #expect(try files(with: id, below: folder).contains("all.backup"))
      #expect(try files(with: "Signer", below: folder).contains { $0.hasPrefix("data/jobsprint.sqlite") })
      #expect(FileManager.default.contents(atPath: log)?.isEmpty == false)
    }
  }

  @Test func anotherKeyTakesOverAndTheOldOneIsNotNeeded() async throws {
    try await Command.inFolder { folder in
      let data = folder + "/data"
      let server = try await ServerProcess(data: data)
      defer { server.kill() }
      let (id, _) = try await use(server, in: folder)
      let inUse = try await Command.run("credentials", "reencrypt", "--data", data)
      #expect(inUse.status == 1)
      #expect(server.stop() == 0)
      let file = data + "/credential.key"
      let old = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
      let done = try await Command.run("credentials", "reencrypt", "--data", data, "--new-key", "--json")
      #expect(done.status == 0 && done.json["reencrypted"] == 1)
      let both = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
      let keys = both.split(separator: ",").map { String($0) }
      #expect(keys.count == 2 && keys[1] == old)
      #expect(try await Command.run("credentials", "reencrypt", "--data", data, "--json").json["upToDate"] == 1)
      let facts = try FileManager.default.attributesOfItem(atPath: file)
      #expect((facts[.posixPermissions] as? NSNumber)?.intValue == 0o600)
      try keys[0].write(toFile: file, atomically: true, encoding: .utf8)
      let again = try await ServerProcess(data: data)
      defer { again.kill() }
      #expect(try await Command.run("credentials", "test", id, server: again).status == 0)
      #expect(again.stop() == 0)
      // With the old one alone nothing opens, and the message says what is missing.
      try old.write(toFile: file, atomically: true, encoding: .utf8)
      let without = try await ServerProcess(data: data)
      defer { without.kill() }
      let failed = try await Command.run("credentials", "test", id, server: without)
      #expect(failed.status == 1 && failed.output.contains("which this process does not have"))
    }
  }

  @Test func aRestoreSaysWhichKeysItsCredentialsNeed() async throws {
    try await Command.inFolder { folder in
      let (data, file) = (folder + "/data", folder + "/all.backup")
      let server = try await ServerProcess(data: data)
      defer { server.kill() }
      _ = try await use(server, in: folder)
      #expect(try await Command.run("backup", file, "--data", data).status == 0)
      let key = try String(contentsOfFile: data + "/credential.key", encoding: .utf8)
      let without = try await Command.run("restore", file, "--data", folder + "/without")
      #expect(without.status == 0 && without.errors.contains("warning: 1 credential can't be opened here"))
      #expect(without.errors.contains("'\(key.prefix { $0 != ":" })', and there is no key here"))
      for (name, text, isOpen) in [
        ("with", key, true), ("other", key.replacing(/:../, with: ":ab"), false),
      ] {
        let target = folder + "/" + name
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        try text.write(toFile: target + "/credential.key", atomically: true, encoding: .utf8)
        let restored = try await Command.run("restore", file, "--data", target)
        #expect(restored.status == 0)
        #expect(restored.errors.contains("warning:") != isOpen, "\(name): \(restored.errors)")
      }
    }
  }

  @Test func tokensOfTheKeyBeforeAreGoodAfterAChange() async throws {
    try await Command.inFolder { folder in
      let data = folder + "/data"
      let none = try await Command.run("keys", "rotate", "--data", folder)
      #expect(none.status == 1 && none.errors.contains("There is no token.key"))
      let server = try await ServerProcess(data: data)
      #expect(server.stop() == 0)
      let file = data + "/token.key"
      func ids() throws -> [Substring] {
        try String(contentsOfFile: file, encoding: .utf8).split(separator: ",").compactMap {
          $0.split(separator: ":").first
        }
      }
      let first = try ids()
      let changed = try await Command.run("keys", "rotate", "--data", data, "--json")
      let second = try ids()
      #expect(changed.json.arrayValue?.map(\.stringValue) == second.map { String($0) })
      #expect(second.count == 2 && second[1] == first[0] && second[0] != first[0])
      _ = try await Command.run("keys", "rotate", "--data", data)
      let third = try ids()
      #expect(third.count == 2 && third[1] == second[0])
      let again = try await ServerProcess(data: data)
      #expect(again.stop() == 0)
    }
  }

  @Test func variablesAreSetListedAndDeleted() async throws {
    try await Command.beside { server, _ in
      for value in ["eu", "us"] {
        #expect(try await Command.run("variables", "set", "region", value, server: server).status == 0)
      }
      let listed = try await Command.run("variables", "--json", server: server).json.arrayValue ?? []
      #expect(listed.map { $0["value"] } == ["us"])
      #expect(try await Command.run("variables", server: server).output.contains("region"))
      #expect(try await Command.run("variables", "delete", "region", server: server).status == 0)
      let gone = try await Command.run("variables", "delete", "region", server: server)
      #expect(gone.status == 1 && gone.errors.contains("There is no variable 'region'"))
      #expect(try await Command.run("variables", "set", "a b", "x", server: server).status == 1)
    }
  }

  @Test func credentialsThatDoNotFitAreRefusedWithoutShowingThem() async throws {
    try await Command.beside { server, _ in
      for (type, data) in [("jwtAuth", #"{"password": "\#(Self.canary)"}"#), ("none", Self.data), ("jwtAuth", "x")] {
        let made = try await Command.run(
          "credentials", "create", "c", "--type", type, "-", input: data, server: server)
        #expect(made.status == 1 && !(made.output + made.errors).contains(Self.canary))
      }
      #expect(try await Command.run("credentials", server: server).errors.contains("There are no credentials."))
    }
  }
}

import ArgumentParser
import JobsprintBootstrap
import JobsprintDomain
import NIOHTTP1

struct CredentialsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credentials", abstract: "Lists, makes, tries and deletes credentials, and encrypts them anew.",
    subcommands: [List.self, Create.self, Test.self, Delete.self, Reencrypt.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists the credentials of the workspace, without their secrets.")

    @OptionGroup var server: ServerOptions

    func run() async throws {
      try await reportingFailures {
        let credentials = try await server.client().list("/credentials")
        if server.json { return Terminal.say(JSONValue.array(credentials).jsonText) }
        var table = Table("ID", "NAME", "TYPE", "CHANGED")
        for credential in credentials {
          table.add(
            credential["id"]?.stringValue ?? "", credential["name"]?.stringValue ?? "",
            credential["type"]?.stringValue ?? "", String(credential["updatedAt"]?.stringValue?.prefix(19) ?? ""))
        }
        if table.isEmpty { Terminal.note("There are no credentials.") } else { table.show() }
      }
    }
  }

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Makes a credential and prints its id.",
      discussion: """
        The secrets come from a file or from stdin, as a JSON object: a command line can be read by others. Which fields there
        are: GET /api/v1/credentials/schema/TYPE.

        EXAMPLE: jobsprint credentials create "Our signer" --type jwtAuth signer.json
        """)

    @OptionGroup var server: ServerOptions
    @Argument(help: "Its name, for people.") var name: String
    @Option(help: "Its type, for example jwtAuth.") var type: String
    @Argument(help: "The file with the secrets; '-': stdin.") var file: String

    func run() async throws {
      try await reportingFailures {
        let bytes = file == "-" ? try Input.read(file) : try Input.file(file)
        guard let data = try? JSONValue(parsing: bytes), data.objectValue != nil else {
          throw CommandFailure("The secrets are no JSON object.", next: "Write them like {\"secret\": \"…\"}.")
        }
        let body: JSONValue = ["name": .string(name), "type": .string(type), "data": data]
        let credential = try await server.client().post("/credentials", body: body.jsonBytes)
        Terminal.say(server.json ? credential.jsonText : credential["id"]?.stringValue ?? "")
      }
    }
  }

  struct Test: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "test", abstract: "Tries credentials as far as that asks nobody.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The credentials' ids.") var ids: [String]

    func run() async throws {
      try await reportingFailures {
        let client = try server.client()
        var isBad = false
        for id in ids {
          let verdict = try await client.post("/credentials/\(id)/test")
          Terminal.say(server.json ? verdict.jsonText : verdict["message"]?.stringValue ?? "")
          if verdict["status"] != "OK" { isBad = true }
        }
        if isBad { throw ExitCode(1) }
      }
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "delete", abstract: "Deletes credentials; nodes that name them fail.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The credentials' ids.") var ids: [String]

    func run() async throws {
      try await reportingFailures {
        let client = try server.client()
        for id in ids {
          let credential = try await client.call(.DELETE, "/credentials/\(id)").json()
          if server.json { Terminal.say(credential.jsonText) } else { Terminal.note("\(id) is deleted.") }
        }
      }
    }
  }

  struct Reencrypt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "reencrypt", abstract: "Encrypts all credentials of the installation with its first key.",
      discussion: """
        Works on the store itself. A folder must not be in use; with a database the servers may go on, once all of them have the
        new key in JOBSPRINT_CREDENTIAL_KEYS. When nothing is left to do, the old keys may go.

        EXAMPLE: jobsprint credentials reencrypt --data data --new-key
        """)

    @OptionGroup var store: StoreOptions
    @Flag(help: "Put a new key in front in the folder's credential.key before.") var newKey = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reportingFailures {
        let outcome = try await explained {
          try await CredentialAdministration.reencrypt(try store.location, addsKey: newKey)
        }
        if json { Terminal.say(outcome.json.jsonText) }
        Terminal.note(
          "Encrypted with '\(outcome.key)': \(outcome.reencrypted) anew, \(outcome.upToDate) were before.")
        for failure in outcome.failures { Terminal.note("not encrypted anew: \(failure)") }
        if !outcome.failures.isEmpty { throw ExitCode(1) }
      }
    }
  }
}

extension CredentialAdministration.Outcome {
  fileprivate var json: JSONValue {
    [
      "key": .string(key), "reencrypted": .integer(Int64(reencrypted)), "upToDate": .integer(Int64(upToDate)),
      "failures": .array(failures.map { .string($0) }),
    ]
  }
}

import ArgumentParser
import JobsprintBootstrap
import JobsprintDomain
import NIOHTTP1

struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Lists, makes and deletes API keys of the workspace; changes the key of tokens.",
    subcommands: [List.self, Create.self, Delete.self, Rotate.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists the keys, without the keys themselves: those are stored nowhere.")

    @OptionGroup var server: ServerOptions

    func run() async throws {
      try await reportingFailures {
        let keys = try await server.client().list("/api-keys")
        if server.json { return Terminal.say(JSONValue.array(keys).jsonText) }
        var table = Table("ID", "LABEL", "SCOPES", "EXPIRES")
        for key in keys {
          table.add(
            key["id"]?.stringValue ?? "", key["label"]?.stringValue ?? "",
            "\(key["scopes"]?.arrayValue?.count ?? 0)", String(key["expiresAt"]?.stringValue?.prefix(19) ?? "never"))
        }
        table.show()
      }
    }
  }

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Makes a key and shows it, this once.",
      discussion: """
        The key alone goes to stdout.

        EXAMPLE: jobsprint keys create reports --scope execution:list --scope execution:read > reports.key
        """)

    @OptionGroup var server: ServerOptions
    @Argument(help: "What it is for.") var label: String
    @Option(help: "What it may do; may be repeated (default: all that your key may).") var scope: [String] = []
    @Option(help: "When it ends: a time in ISO 8601 (default: never).") var expires: String?

    func run() async throws {
      try await reportingFailures {
        var body: JSONObject = ["label": .string(label)]
        if !scope.isEmpty { body["scopes"] = .array(scope.map { .string($0) }) }
        if let expires { body["expiresAt"] = .string(expires) }
        let key = try await server.client().post("/api-keys", body: JSONValue.object(body).jsonBytes)
        if server.json { return Terminal.say(key.jsonText) }
        Terminal.say(key["key"]?.stringValue ?? "")
        Terminal.note("Keep it: it is not shown again. Its id is \(key["id"]?.stringValue ?? "").")
      }
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "delete", abstract: "Deletes keys; requests with them are refused at once.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The keys' ids.") var ids: [String]

    func run() async throws {
      try await reportingFailures {
        let client = try server.client()
        for id in ids {
          let key = try await client.call(.DELETE, "/api-keys/\(id)").json()
          if server.json { Terminal.say(key.jsonText) } else { Terminal.note("\(id) is deleted.") }
        }
      }
    }
  }

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rotate", abstract: "Puts a new key that signs access tokens into a data folder.",
      discussion: """
        The server takes it at its next start; tokens of the key before are accepted until the next change, so that nobody has to
        sign in again. With JOBSPRINT_TOKEN_KEYS the operator does the same there.

        EXAMPLE: jobsprint keys rotate --data data
        """)

    @Option(help: "The data folder.") var data = "data"
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reportingFailures {
        let ids = try await explained { try TokenKeys.rotate(in: data) }
        if json { return Terminal.say(JSONValue.array(ids.map { .string($0) }).jsonText) }
        Terminal.note("'\(ids[0])' signs from the server's next start on; accepted: \(ids.joined(separator: ", ")).")
      }
    }
  }
}

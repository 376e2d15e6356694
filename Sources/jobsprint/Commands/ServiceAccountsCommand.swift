import ArgumentParser
import JobsprintDomain
import NIOHTTP1

struct ServiceAccountsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "service-accounts",
    abstract: "Lists, makes and deletes members that are no persons, and makes their keys.",
    subcommands: [List.self, Create.self, ChangeRole.self, Key.self, Delete.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists the service accounts of the workspace, the oldest first.")

    @OptionGroup var server: ServerOptions

    func run() async throws {
      try await reportingFailures {
        let accounts = try await server.client().list("/service-accounts")
        if server.json { return Terminal.say(JSONValue.array(accounts).jsonText) }
        var table = Table("ID", "NAME", "ROLE", "CREATED")
        for account in accounts {
          table.add(
            account["id"]?.stringValue ?? "", account["name"]?.stringValue ?? "", account["role"]?.stringValue ?? "",
            String(account["createdAt"]?.stringValue?.prefix(19) ?? ""))
        }
        if table.isEmpty { Terminal.note("There are no service accounts.") } else { table.show() }
      }
    }
  }

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Makes a service account; its id alone goes to stdout.",
      discussion: "EXAMPLE: jobsprint service-accounts create deployments --role editor")

    @OptionGroup var server: ServerOptions
    @Argument(help: "Its name, unique in the workspace.") var name: String
    @Option(help: "owner, admin, editor, operator or viewer.") var role = "viewer"

    func run() async throws {
      try await reportingFailures {
        let body: JSONValue = ["name": .string(name), "role": .string(role)]
        let account = try await server.client().post("/service-accounts", body: body.jsonBytes)
        Terminal.say(server.json ? account.jsonText : account["id"]?.stringValue ?? "")
      }
    }
  }

  struct ChangeRole: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "role", abstract: "Gives a service account another role; its keys follow at once.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The account's id.") var id: String
    @Argument(help: "owner, admin, editor, operator or viewer.") var role: String

    func run() async throws {
      try await reportingFailures {
        let body: JSONValue = ["role": .string(role)]
        let account = try await server.client().call(.PATCH, "/service-accounts/\(id)", body: body.jsonBytes).json()
        Terminal.say(server.json ? account.jsonText : "\(account["name"]?.stringValue ?? "") is \(role) now.")
      }
    }
  }

  struct Key: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "key", abstract: "Makes an API key of a service account and shows it, this once.",
      discussion: """
        The key alone goes to stdout. 'jobsprint keys' lists and deletes it as any other.

        EXAMPLE: jobsprint service-accounts key 01a1fcfb-56ac-7890-979c-b894b84c2b4f ci > ci.key
        """)

    @OptionGroup var server: ServerOptions
    @Argument(help: "The account's id.") var id: String
    @Argument(help: "What the key is for.") var label: String
    @Option(help: "What it may do; may be repeated (default: all that the account and your key may).")
    var scope: [String] = []
    @Option(help: "When it ends: a time in ISO 8601 (default: never).") var expires: String?

    func run() async throws {
      try await reportingFailures {
        var body: JSONObject = ["label": .string(label)]
        if !scope.isEmpty { body["scopes"] = .array(scope.map { .string($0) }) }
        if let expires { body["expiresAt"] = .string(expires) }
        let key = try await server.client().post(
          "/service-accounts/\(id)/api-keys", body: JSONValue.object(body).jsonBytes)
        if server.json { return Terminal.say(key.jsonText) }
        Terminal.say(key["key"]?.stringValue ?? "")
        Terminal.note("Keep it: it is not shown again. Its id is \(key["id"]?.stringValue ?? "").")
      }
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "delete",
      abstract: "Deletes service accounts with their keys; requests with them are refused at once.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The accounts' ids.") var ids: [String]

    func run() async throws {
      try await reportingFailures {
        let client = try server.client()
        for id in ids {
          _ = try await client.call(.DELETE, "/service-accounts/\(id)")
          Terminal.note("\(id) is deleted, and so are its keys.")
        }
      }
    }
  }
}

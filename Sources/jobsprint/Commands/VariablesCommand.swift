import ArgumentParser
import JobsprintDomain
import NIOHTTP1

struct VariablesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "variables", abstract: "Lists, sets and deletes the variables that workflows read as $vars.",
    subcommands: [List.self, Set.self, Delete.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists the variables of the workspace, the oldest first.")

    @OptionGroup var server: ServerOptions

    func run() async throws {
      try await reportingFailures {
        let variables = try await server.client().list("/variables")
        if server.json { return Terminal.say(JSONValue.array(variables).jsonText) }
        var table = Table("KEY", "VALUE", "CHANGED")
        for variable in variables {
          table.add(
            variable["key"]?.stringValue ?? "", variable["value"]?.stringValue ?? "",
            String(variable["updatedAt"]?.stringValue?.prefix(19) ?? ""))
        }
        if table.isEmpty { Terminal.note("There are no variables.") } else { table.show() }
      }
    }
  }

  struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Gives a variable a value; one that is not there is made.",
      discussion: """
        Everybody who may look at the workspace can read it: a secret belongs into a credential.

        EXAMPLE: jobsprint variables set region eu-central
        """)

    @OptionGroup var server: ServerOptions
    @Argument(help: "Its key: letters, digits and '_'.") var key: String
    @Argument(help: "Its value.") var value: String

    func run() async throws {
      try await reportingFailures {
        let client = try server.client()
        let body: JSONValue = ["key": .string(key), "value": .string(value)]
        if let id = try await client.variable(key) {
          _ = try await client.call(.PUT, "/variables/\(id)", body: body.jsonBytes)
        } else {
          _ = try await client.post("/variables", body: body.jsonBytes)
        }
        Terminal.note("'\(key)' is set.")
      }
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "delete", abstract: "Deletes variables; workflows that read them get undefined.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The variables' keys.") var keys: [String]

    func run() async throws {
      try await reportingFailures {
        let client = try server.client()
        for key in keys {
          guard let id = try await client.variable(key) else {
            throw CommandFailure("There is no variable '\(key)'.", next: "'jobsprint variables' lists them.")
          }
          _ = try await client.call(.DELETE, "/variables/\(id)")
          Terminal.note("'\(key)' is deleted.")
        }
      }
    }
  }
}

extension APIClient {
  /// The id of a variable by its key.
  fileprivate func variable(_ key: String) async throws -> String? {
    try await list("/variables").first { $0["key"] == .string(key) }?["id"]?.stringValue
  }
}

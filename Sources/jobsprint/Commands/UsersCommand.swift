import ArgumentParser
import Foundation
import JobsprintBootstrap
import JobsprintDomain

struct UsersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "users", abstract: "Lists, invites and disables people, and makes owners.",
    discussion: """
      With --data (or, for create-owner, JOBSPRINT_DATABASE_URL) the store itself is used, and no server may use a folder
      meanwhile; else a server is asked.
      """,
    subcommands: [
      List.self, Invite.self, CreateOwner.self, Disable.self, Enable.self, ResetPassword.self, Identities.self,
      Link.self,
      Unlink.self,
    ], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists the members of the workspace; with --data, all users of the installation.")

    @OptionGroup var server: ServerOptions
    @Option(help: "The data folder, in place of a server.") var data: String?

    func run() async throws {
      try await reportingFailures {
        var table = Table("ID", "EMAIL", "ROLE", "STATE")
        if let data {
          let accounts = try await explained { try await AccountAdministration(.folder(data)).accounts() }
          if server.json { return Terminal.say(JSONValue.array(accounts.map(\.json)).jsonText) }
          for account in accounts {
            table.add(
              "\(account.id)", account.email,
              account.places.map { "\($0.role.rawValue) of \($0.workspace)" }.joined(separator: ", "),
              account.isDisabled ? "disabled" : "active")
          }
        } else {
          let users = try await server.client().list("/users", query: [("includeRole", "true")])
          if server.json { return Terminal.say(JSONValue.array(users).jsonText) }
          for user in users {
            table.add(
              user["id"]?.stringValue ?? "", user["email"]?.stringValue ?? "", user["role"]?.stringValue ?? "",
              user["disabled"] == true ? "disabled" : "active")
          }
        }
        if table.isEmpty { Terminal.note("There are no users.") } else { table.show() }
      }
    }
  }

  struct Invite: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "invite", abstract: "Invites somebody to the workspace, and shows his token, this once.",
      discussion: """
        The token alone goes to stdout.

        EXAMPLE: jobsprint users invite bob@example.com --role editor
        """)

    @OptionGroup var server: ServerOptions
    @Argument(help: "The email address.") var email: String
    @Option(help: "owner, admin, editor, operator or viewer.") var role = "editor"

    func run() async throws {
      try await reportingFailures {
        let body: JSONValue = [["email": .string(email), "role": .string(role)]]
        let result = try await server.client().post("/users", body: body.jsonBytes)
        guard let token = result[0]?["user"]?["inviteToken"]?.stringValue else {
          throw CommandFailure(result[0]?["error"]?.stringValue ?? "There is no invitation in the server's answer.")
        }
        if server.json { return Terminal.say(result.jsonText) }
        Terminal.say(token)
        Terminal.note("Hand it over: POST /api/v1/auth/accept-invitation takes it, with a password, for seven days.")
      }
    }
  }

  struct CreateOwner: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create-owner", abstract: "Makes a user who owns a workspace, without a server.",
      discussion: """
        The password is the first line of stdin; at a terminal it is asked for and not shown.

        EXAMPLE: jobsprint users create-owner --email ann@example.com --data ./data
        """)

    @OptionGroup var store: StoreOptions
    @Option(help: "The email address.") var email: String
    @Option(help: "The name (default: what stands before the @).") var name: String?
    @Option(help: "The id of the workspace (default: the first one).") var workspace: String?

    func run() async throws {
      try await reportingFailures {
        let place = workspace.flatMap { WorkspaceID($0) }
        guard workspace == nil || place != nil else {
          throw CommandFailure("--workspace is no id.", next: "jobsprint workspaces lists the ids.")
        }
        let password = try Input.secret("Password (12 characters or more): ")
        let id = try await explained {
          try await AccountAdministration(try store.location).createOwner(
            email: email, name: name, password: password, workspace: place)
        }
        Terminal.say("\(id)")
      }
    }
  }

  struct Disable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "disable", abstract: "Disables accounts: their sessions end, their API keys give nothing.")

    @OptionGroup var server: ServerOptions
    @Option(help: "The data folder, in place of a server.") var data: String?
    @Argument(help: "Ids of users; with --data also email addresses.") var users: [String]

    func run() async throws { try await setDisabled(true, users, server, data) }
  }

  struct Enable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "enable", abstract: "Enables accounts again.")

    @OptionGroup var server: ServerOptions
    @Option(help: "The data folder, in place of a server.") var data: String?
    @Argument(help: "Ids of users; with --data also email addresses.") var users: [String]

    func run() async throws { try await setDisabled(false, users, server, data) }
  }

  struct ResetPassword: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "reset-password", abstract: "Shows a token, this once, with which a user sets a new password.",
      discussion: """
        The token alone goes to stdout. POST /api/v1/auth/reset-password takes it, with the password, for a day.
        """)

    @OptionGroup var server: ServerOptions
    @Option(help: "The data folder, in place of a server.") var data: String?
    @Argument(help: "The id of the user; with --data also his email address.") var user: String

    func run() async throws {
      try await reportingFailures {
        if let data {
          let issued = try await explained { try await AccountAdministration(.folder(data)).issueReset(user) }
          return Terminal.say(issued.token)
        }
        let answer = try await server.client().post("/users/\(user)/password-reset")
        Terminal.say(server.json ? answer.jsonText : answer["token"]?.stringValue ?? "")
      }
    }
  }
}

private func setDisabled(
  _ isDisabled: Bool, _ users: [String], _ server: ServerOptions, _ data: String?
) async throws {
  try await reportingFailures {
    for user in users {
      if let data {
        try await explained { try await AccountAdministration(.folder(data)).setDisabled(isDisabled, user) }
      } else {
        _ = try await server.client().post("/users/\(user)/\(isDisabled ? "disable" : "enable")")
      }
      Terminal.note("\(user) is \(isDisabled ? "disabled" : "enabled").")
    }
  }
}

extension AccountAdministration.Account {
  fileprivate var json: JSONValue {
    [
      "id": .string("\(id)"), "email": .string(email), "name": .string(name), "disabled": .bool(isDisabled),
      "memberships": .array(
        places.map { ["workspace": .string($0.workspace), "role": .string($0.role.rawValue)] }),
    ]
  }
}

import ArgumentParser
import JobsprintDomain
import NIOHTTP1

/// With whom a user can sign in at an identity provider.
extension UsersCommand {
  struct Identities: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "identities", abstract: "Lists with which identities of providers a user can sign in.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The id of the user.") var user: String

    func run() async throws {
      try await reportingFailures {
        let identities = try await server.client().list("/users/\(user)/identities")
        if server.json { return Terminal.say(JSONValue.array(identities).jsonText) }
        var table = Table("ID", "PROVIDER", "SUBJECT", "ISSUER")
        for identity in identities {
          table.add(
            identity["id"]?.stringValue ?? "", identity["provider"]?.stringValue ?? "",
            identity["subject"]?.stringValue ?? "", identity["issuer"]?.stringValue ?? "")
        }
        if table.isEmpty { Terminal.note("The user has no identities.") } else { table.show() }
      }
    }
  }

  struct Link: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "link", abstract: "Lets whoever is this subject of an identity provider sign in as a user.",
      discussion: """
        The subject is the 'sub' of the provider's ID tokens. The id of the identity goes to stdout.

        EXAMPLE: jobsprint users link 01a1fcfb-56ac-7890-979c-b894b84c2b4f work 248289761001
        """)

    @OptionGroup var server: ServerOptions
    @Argument(help: "The id of the user.") var user: String
    @Argument(help: "The name of the provider, as the server's settings have it.") var provider: String
    @Argument(help: "The provider's name for the person.") var subject: String

    func run() async throws {
      try await reportingFailures {
        let body: JSONValue = ["provider": .string(provider), "subject": .string(subject)]
        let identity = try await server.client().post("/users/\(user)/identities", body: body.jsonBytes)
        Terminal.say(server.json ? identity.jsonText : identity["id"]?.stringValue ?? "")
      }
    }
  }

  struct Unlink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "unlink", abstract: "Takes an identity from a user, and ends all of his sessions.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The id of the user.") var user: String
    @Argument(help: "The id of the identity.") var identity: String

    func run() async throws {
      try await reportingFailures {
        _ = try await server.client().call(.DELETE, "/users/\(user)/identities/\(identity)")
        Terminal.note("\(identity) is unlinked.")
      }
    }
  }
}

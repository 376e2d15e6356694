import Foundation
import JobsprintDomain
import NIOHTTP1
import Testing

@testable import JobsprintAPI

/// Somebody who has signed in.
struct Person: Sendable {
  static let password = "correct horse battery"

  let id: String
  let email: String
  let token: String
  let refresh: String
  let session: String

  init(_ answer: Answer) throws {
    let json = answer.json
    id = try #require(json["user"]?["id"]?.stringValue, "\(json.jsonText)")
    email = try #require(json["user"]?["email"]?.stringValue)
    token = try #require(json["accessToken"]?.stringValue)
    refresh = try #require(json["refreshToken"]?.stringValue)
    session = try #require(json["session"]?["id"]?.stringValue)
  }
}

extension TestServer {
  /// As somebody who has signed in, or with any other text behind `Bearer`.
  func send(
    _ method: String, _ path: String, _ body: JSONValue? = nil, bearer: String, base: String = "/api/v1"
  ) async throws -> Answer {
    try await send(
      method, path, body?.jsonBytes, headers: ["Authorization": "Bearer \(bearer)"], key: nil, base: base)
  }

  /// As nobody.
  func post(anonymously path: String, _ body: JSONValue) async throws -> Answer {
    try await send("POST", path, body.jsonBytes, key: nil)
  }

  func signIn(_ email: String, _ password: String = Person.password, workspace: String? = nil) async throws -> Answer {
    var body: JSONObject = ["email": .string(email), "password": .string(password)]
    if let workspace { body["workspace"] = .string(workspace) }
    return try await post(anonymously: "/auth/login", .object(body))
  }

  /// A new member of the workspace of a key, signed in there.
  func member(_ role: Role, _ email: String, key: String = apiKey) async throws -> Person {
    let body: JSONValue = [["email": .string(email), "role": .string(role.rawValue)]]
    let invited = try await send("POST", "/users", body.jsonBytes, key: key)
    let invitation = try #require(invited.json[0]?["user"]?["inviteToken"]?.stringValue, "\(invited.json.jsonText)")
    let joined = try await post(
      anonymously: "/auth/accept-invitation",
      ["token": .string(invitation), "password": .string(Person.password)])
    try #require(joined.status == 201, "\(joined.json.jsonText)")
    let me = try await send("GET", "/auth/me", key: key)
    return try Person(
      try await signIn(email, workspace: try #require(me.json["workspace"]?["id"]?.stringValue)))
  }
}

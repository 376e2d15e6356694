// An identity provider on a free port of this machine.

import JobsprintBootstrap
import JobsprintDomain
import JobsprintTesting
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

final class ProviderServer: Sendable {
  /// What it does in place of what it should.
  enum Mood: Sendable {
    case silent
    /// It begins to answer, and says no more.
    case stuck
    case large(declaresLength: Bool)
    case leadsTo(String)
  }

  private struct State {
    var moods: [FakeIdentityProvider.Page: Mood] = [:]
    var channel: (any Channel)?
  }

  let provider = FakeIdentityProvider()
  private let state = Mutex(State())

  static func start() async throws -> ProviderServer {
    let server = ProviderServer()
    let channel = try await RequestGatherer.serve { server.answer($0, $1, $2, $3) }
    server.state.withLock { $0.channel = channel }
    server.provider.issuer = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"
    return server
  }

  func stop() { state.withLock { $0.channel }?.close(promise: nil) }

  /// nil: as it should.
  func behave(_ mood: Mood?, at page: FakeIdentityProvider.Page) { state.withLock { $0.moods[page] = mood } }

  /// As the operator names it.
  func setting(_ name: String = "work", secret: String? = FakeIdentityProvider.clientSecret) throws
    -> IdentityProviderSetting
  {
    try #require(
      IdentityProviderSetting(
        name: name, issuer: provider.issuer, clientID: "jobsprint", clientSecret: secret, scopes: ["openid", "email"],
        redirectAddress: "http://localhost:3000/back"))
  }

  private func mood(at target: String) -> Mood? {
    FakeIdentityProvider.Page(rawValue: target).flatMap { page in state.withLock { $0.moods[page] } }
  }

  private func answer(
    _ head: HTTPRequestHead, _ body: [UInt8], _ gatherer: RequestGatherer, _ context: ChannelHandlerContext
  ) {
    switch mood(at: head.uri) {
    case .silent: return
    case .stuck: gatherer.write(200, ["Content-Length": "100"], [0x7B], isWhole: false, to: context)
    case .large(let declaresLength):
      let bytes = [UInt8](repeating: 0x20, count: 10 << 20)
      gatherer.write(
        200, declaresLength ? ["Content-Length": "\(bytes.count)"] : ["Transfer-Encoding": "chunked"], bytes,
        to: context)
    case .leadsTo(let address): gatherer.write(302, ["Location": address, "Content-Length": "0"], [], to: context)
    case nil:
      let (status, bytes) = provider.answer(
        head.uri, form: body.isEmpty ? nil : String(decoding: body, as: UTF8.self),
        authorization: head.headers["Authorization"].first)
      gatherer.write(status, ["Content-Length": "\(bytes.count)"], bytes, to: context)
    }
  }
}

extension TestServer {
  /// Begins at a path, and signs in at the provider.
  /// - Returns: what the client brings back.
  func returned(
    from provider: FakeIdentityProvider, as subject: String, email: String = "ann@example.com",
    at path: String = "/auth/oidc/start", _ body: JSONObject = [:], bearer: String? = nil
  ) async throws -> JSONValue {
    var members = body
    members["provider"] = "work"
    let begun =
      if let bearer { try await send("POST", path, .object(members), bearer: bearer) } else {
        try await post(anonymously: path, .object(members))
      }
    try #require(begun.status == 201, "\(begun.json.jsonText)")
    let (code, state) = try provider.signIn(
      at: try #require(begun.json["authorizationUrl"]?.stringValue), as: subject, email: email)
    return [
      "state": .string(state), "code": .string(code), "attempt": try #require(begun.json["attempt"]),
    ]
  }

  func signIn(
    through provider: FakeIdentityProvider, as subject: String, email: String = "ann@example.com",
    _ body: JSONObject = [:]
  ) async throws -> Answer {
    let answer = try await returned(from: provider, as: subject, email: email, body)
    return try await post(anonymously: "/auth/oidc/finish", answer)
  }

  /// As somebody who has signed in.
  func link(
    _ person: Person, to subject: String, of provider: FakeIdentityProvider, password: String? = Person.password
  ) async throws -> Answer {
    let body: JSONObject = password.map { ["password": .string($0)] } ?? [:]
    let answer = try await returned(
      from: provider, as: subject, at: "/identities/start", body, bearer: person.token)
    return try await send("POST", "/identities", answer, bearer: person.token)
  }
}

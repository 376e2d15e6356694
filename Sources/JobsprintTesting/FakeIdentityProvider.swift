// An identity provider for tests: it answers as OpenID Connect asks, signs with keys of its own, and can be made to do
// anything else. It has no socket: a test puts it behind one, or calls it.

import Crypto
import Foundation
public import JobsprintDomain
import Synchronization

public final class FakeIdentityProvider: Sendable {
  /// A key, as its set shows it, and what signs with it.
  public struct Signer: Sendable {
    public let id: String
    public let algorithm: String
    public let key: JSONValue
    public let sign: @Sendable ([UInt8]) throws -> [UInt8]

    public init(
      id: String, algorithm: String, key: JSONValue, sign: @escaping @Sendable ([UInt8]) throws -> [UInt8]
    ) {
      self.id = id
      self.algorithm = algorithm
      self.key = key
      self.sign = sign
    }

    public static func es256(_ id: String) -> Signer {
      let secret = P256.Signing.PrivateKey()
      let point = Array(secret.publicKey.x963Representation)
      return Signer(
        id: id, algorithm: "ES256",
        key: [
          "kty": "EC", "crv": "P-256", "kid": .string(id), "use": "sig", "alg": "ES256",
          "x": .string(Base64.urlText(point[1..<33])), "y": .string(Base64.urlText(point[33...])),
        ]
      ) { Array(try secret.signature(for: $0).rawRepresentation) }
    }
  }

  public enum Page: String, Sendable, CaseIterable {
    case configuration = "/.well-known/openid-configuration"
    case keys = "/keys"
    case token = "/token"
  }

  private struct Login {
    let subject: String
    let email: String
    let nonce: String
    let challenge: String
    let redirect: String
    let client: String
  }

  private struct State {
    var issuer: String
    var signer: Signer
    var shown: [JSONValue]
    var logins: [String: Login] = [:]
    var codes = 0
    var asked: [Page: Int] = [:]
    var statuses: [Page: Int] = [:]
    var configuration: JSONObject = [:]
    var header: JSONObject = [:]
    var claims: JSONObject = [:]
    var token: (@Sendable (String) throws -> String)?
    var now: @Sendable () -> Int
  }

  public static let clientSecret = "a secret: with + and %"

  private let state: Mutex<State>

  /// - Parameter now: seconds since 1970; nil: as this machine has them.
  public init(
    issuer: String = "https://id.example.com", signer: Signer = .es256("one"), now: (@Sendable () -> Int)? = nil
  ) {
    let now = now ?? { Int(Date().timeIntervalSince1970) }
    state = Mutex(State(issuer: issuer, signer: signer, shown: [signer.key], now: now))
  }

  public var issuer: String {
    get { state.withLock { $0.issuer } }
    set { state.withLock { $0.issuer = newValue } }
  }

  // MARK: What it is made to do

  /// How often a page was asked for.
  public func asked(_ page: Page) -> Int { state.withLock { $0.asked[page] ?? 0 } }

  /// Signs with another key from here on.
  /// - Parameter isShown: whether its set has the key.
  public func sign(with signer: Signer, isShown: Bool = true) {
    state.withLock { state in
      state.signer = signer
      if isShown { state.shown.append(signer.key) }
    }
  }

  public func show(_ keys: [JSONValue]) { state.withLock { $0.shown = keys } }

  /// Says this of itself, in place of what it would say; `null` leaves out.
  public func configure(_ members: JSONObject) { state.withLock { $0.configuration = members } }

  /// Puts these into the tokens; `null` leaves out.
  public func put(claims: JSONObject = [:], header: JSONObject = [:]) {
    state.withLock { ($0.claims, $0.header) = (claims, header) }
  }

  /// Changes whole tokens; nil: as they are.
  public func change(token: (@Sendable (String) throws -> String)?) { state.withLock { $0.token = token } }

  /// A page answers with this status and nothing; nil: as it should.
  public func answer(_ page: Page, with status: Int?) { state.withLock { $0.statuses[page] = status } }

  // MARK: What it is asked

  /// A person signs in, whom a client has sent here.
  /// - Returns: what the browser brings back.
  public func signIn(
    at address: String, as subject: String, email: String = "ann@example.com"
  ) throws -> (code: String, state: String) {
    let query = Self.fields(String(address.split(separator: "?", maxSplits: 1).last ?? ""))
    guard query["response_type"] == "code", query["code_challenge_method"] == "S256",
      query["scope"]?.split(separator: " ").contains("openid") == true, let nonce = query["nonce"],
      let challenge = query["code_challenge"], let redirect = query["redirect_uri"], let client = query["client_id"],
      let state = query["state"]
    else { throw FakeProviderError(text: "this is no request of OpenID Connect with PKCE: \(address)") }
    return self.state.withLock { own in
      own.codes += 1
      let code = "code \(own.codes) +&%é"
      own.logins[code] = Login(
        subject: subject, email: email, nonce: nonce, challenge: challenge, redirect: redirect, client: client)
      return (code, state)
    }
  }

  /// - Parameters:
  ///   - target: a path, perhaps with a query.
  ///   - form: of a `POST`.
  public func answer(_ target: String, form: String?, authorization: String?) -> (status: Int, body: [UInt8]) {
    guard let page = Page(rawValue: String(target.prefix { $0 != "?" })) else { return (404, []) }
    return state.withLock { state in
      state.asked[page, default: 0] += 1
      if let status = state.statuses[page] { return (status, []) }
      switch page {
      case .configuration: return (200, Self.configuration(state))
      case .keys: return (200, JSONValue.object(["keys": .array(state.shown)]).jsonBytes)
      case .token:
        guard let token = try? Self.token(&state, Self.fields(form ?? ""), authorization) else {
          return (400, Array(#"{"error":"invalid_grant"}"#.utf8))
        }
        let answer: JSONValue = ["access_token": "x", "token_type": "Bearer", "id_token": .string(token)]
        return (200, answer.jsonBytes)
      }
    }
  }

  // MARK: Private

  private static func configuration(_ state: State) -> [UInt8] {
    let members: JSONObject = [
      "issuer": .string(state.issuer), "authorization_endpoint": .string("\(state.issuer)/authorize?a=b"),
      "token_endpoint": .string(state.issuer + Page.token.rawValue),
      "jwks_uri": .string(state.issuer + Page.keys.rawValue),
    ]
    return JSONValue.object(merged(members, state.configuration)).jsonBytes
  }

  /// A code is good once, for who has its verifier.
  private static func token(_ state: inout State, _ form: [String: String], _ authorization: String?) throws -> String {
    guard let login = state.logins.removeValue(forKey: form["code"] ?? ""),
      form["grant_type"] == "authorization_code", form["redirect_uri"] == login.redirect,
      form["client_id"] == login.client,
      let verifier = form["code_verifier"],
      Base64.urlText(Array(SHA256.hash(data: Array(verifier.utf8)))) == login.challenge,
      authorization == nil || authorization == basic(login.client)
    else { throw FakeProviderError(text: "the code is not good") }
    let now = Int64(state.now())
    let claims: JSONObject = [
      "iss": .string(state.issuer), "sub": .string(login.subject), "aud": .string(login.client),
      "exp": .integer(now + 300), "iat": .integer(now), "nonce": .string(login.nonce), "email": .string(login.email),
      "email_verified": true,
    ]
    let header: JSONObject = ["alg": .string(state.signer.algorithm), "kid": .string(state.signer.id), "typ": "JWT"]
    let signed = [merged(header, state.header), merged(claims, state.claims)]
      .map { Base64.urlText(JSONValue.object($0).jsonBytes) }.joined(separator: ".")
    let token = "\(signed).\(Base64.urlText(try state.signer.sign(Array(signed.utf8))))"
    return try state.token?(token) ?? token
  }

  private static func basic(_ client: String) -> String {
    // Each for itself as in a form (RFC 6749, 2.3.1).
    "Basic \(Base64.text(Array("\(client):a%20secret%3A%20with%20%2B%20and%20%25".utf8)))"
  }

  private static func merged(_ members: JSONObject, _ changes: JSONObject) -> JSONObject {
    var all = members
    all.merge(changes)
    return JSONObject(all.filter { !$0.value.isNull }.map { ($0.key, $0.value) })
  }

  private static func fields(_ text: String) -> [String: String] {
    var fields: [String: String] = [:]
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1).map { String($0).replacing("+", with: " ") }
      guard parts.count == 2 else { continue }
      fields[parts[0].removingPercentEncoding ?? ""] = parts[1].removingPercentEncoding ?? ""
    }
    return fields
  }
}

struct FakeProviderError: Error {
  let text: String
}

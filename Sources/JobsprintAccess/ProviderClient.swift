// One identity provider as this program asks it: what it says of itself, its keys, and the exchange of a code for an ID
// token. What it says is remembered for an hour. A token that names an unknown key has the keys asked for again, as a
// provider changes them; whoever makes up names of keys does not have it asked more often than twice a minute.

import Crypto
import JobsprintDomain
import JobsprintPorts
import Synchronization

final class ProviderClient: Sendable {
  /// For what does not change from day to day.
  static let memory: Duration = .seconds(3600)
  /// Between two looks for a key that was not there.
  static let patience: Duration = .seconds(30)

  private struct Known<Value: Sendable>: Sendable {
    let value: Value
    let foundAt: Timestamp

    func isFresh(at now: Timestamp, for memory: Duration) -> Bool { (.zero..<memory).contains(now - foundAt) }
  }

  private struct State {
    var metadata: Known<ProviderMetadata>?
    var keys: Known<[ProviderKey]>?
  }

  let provider: IdentityProvider
  private let transport: any ProviderTransport
  private let clock: any WallClock
  private let state = Mutex(State())
  private let metadataLoads = SharedLoads<Int, Result<ProviderMetadata, ProviderFailure>>()
  private let keyLoads = SharedLoads<Int, Result<Known<[ProviderKey]>, ProviderFailure>>()

  init(_ provider: IdentityProvider, transport: any ProviderTransport, clock: any WallClock) {
    self.provider = provider
    self.transport = transport
    self.clock = clock
  }

  /// Where a browser goes to sign in (RFC 6749, 4.1.1; RFC 7636, 4.3).
  /// - Parameters:
  ///   - state: comes back with the code.
  ///   - verifier: of the code; only its hash is sent.
  func authorizationAddress(
    state: String, nonce: String, verifier: String
  ) async throws(ProviderFailure) -> String {
    let address = try await metadata().authorizationAddress
    let challenge = Base64.urlText(Array(SHA256.hash(data: Array(verifier.utf8))))
    let query = FormText.text([
      ("response_type", "code"), ("client_id", provider.clientID), ("redirect_uri", provider.redirectAddress),
      ("scope", provider.scopes.joined(separator: " ")), ("state", state), ("nonce", nonce),
      ("code_challenge", challenge), ("code_challenge_method", "S256"),
    ])
    return address + (address.contains("?") ? "&" : "?") + query
  }

  /// Who has signed in.
  /// - Parameters:
  ///   - issuer: whom the answer that brought the code names; nil: nobody.
  /// - Throws: ``ProviderFailure`` where the provider is away, ``SignInFlaw`` where what came is not good.
  func subject(code: String, verifier: String, nonce: String, issuer: String?) async throws -> String {
    let metadata = try await metadata()
    // A code of another provider is not sent to this one (RFC 9207, 2.4).
    guard issuer.map({ $0.hasSameCodeUnits(as: provider.issuer) }) ?? !metadata.namesIssuer else {
      throw SignInFlaw("the answer comes from another issuer")
    }
    let token = try await idToken(for: code, verifier, at: metadata)
    do {
      guard let key = try await key(for: token, at: metadata) else { throw IDTokenFlaw.key }
      return try token.subject(
        signedWith: key, for: provider, nonce: nonce, at: Int(clock.now.milliseconds / 1000))
    } catch let flaw as IDTokenFlaw { throw SignInFlaw("of the ID token: \(flaw.rawValue)") }
  }

  // MARK: Private

  /// RFC 6749, 4.1.3.
  private func idToken(for code: String, _ verifier: String, at metadata: ProviderMetadata) async throws -> IDToken {
    var fields = [
      ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", provider.redirectAddress),
      ("client_id", provider.clientID), ("code_verifier", verifier),
    ]
    var authorization: String?
    if let secret = provider.clientSecret {
      if metadata.wantsSecretInForm {
        fields.append(("client_secret", secret))
      } else {
        let pair = "\(FormText.encoded(provider.clientID)):\(FormText.encoded(secret))"
        authorization = "Basic \(Base64.text(Array(pair.utf8)))"
      }
    }
    let answer = try await transport.send(
      ProviderRequest(metadata.tokenAddress, form: FormText.text(fields), authorization: authorization))
    switch answer.status {
    case 200: break
    // The client's own name or secret may be wrong, too: the operator finds it in the audit log.
    case 400..<500: throw SignInFlaw("the provider refuses the code\(Self.errorCode(answer.body))")
    default: throw ProviderFailure(reason: "its token endpoint answers with \(answer.status)")
    }
    guard let text = Self.json(answer.body)?["id_token"]?.stringValue else {
      throw SignInFlaw("the provider gives no ID token")
    }
    do { return try IDToken(text) } catch { throw SignInFlaw("of the ID token: \(error.rawValue)") }
  }

  private func metadata() async throws(ProviderFailure) -> ProviderMetadata {
    if let known = state.withLock({ $0.metadata }), known.isFresh(at: clock.now, for: Self.memory) {
      return known.value
    }
    // Discovery 1.0, 4: what the issuer ends with is not doubled.
    let issuer = provider.issuer.hasSuffix("/") ? String(provider.issuer.dropLast()) : provider.issuer
    let loaded = try? await metadataLoads.value(of: 0) { [self] in
      let result: Result<ProviderMetadata, ProviderFailure>
      do throws(ProviderFailure) {
        let json = try await document(at: "\(issuer)/.well-known/openid-configuration", "configuration")
        let metadata = try ProviderMetadata(json, of: provider)
        state.withLock { $0.metadata = Known(value: metadata, foundAt: clock.now) }
        result = .success(metadata)
      } catch { result = .failure(error) }
      return result
    }
    guard let loaded else { throw ProviderFailure(reason: "its configuration can't be read") }
    return try loaded.get()
  }

  private func key(for token: IDToken, at metadata: ProviderMetadata) async throws(ProviderFailure) -> ProviderKey? {
    var known = state.withLock { $0.keys }
    if known?.isFresh(at: clock.now, for: Self.memory) != true { known = try await loadKeys(at: metadata) }
    guard let known else { return nil }
    if let key = token.key(among: known.value) { return key }
    guard !known.isFresh(at: clock.now, for: Self.patience) else { return nil }
    return token.key(among: try await loadKeys(at: metadata).value)
  }

  private func loadKeys(at metadata: ProviderMetadata) async throws(ProviderFailure) -> Known<[ProviderKey]> {
    let loaded = try? await keyLoads.value(of: 0) { [self] in
      let result: Result<Known<[ProviderKey]>, ProviderFailure>
      do throws(ProviderFailure) {
        guard let keys = ProviderKey.keys(in: try await document(at: metadata.keysAddress, "key set")) else {
          throw ProviderFailure(reason: "its key set is none")
        }
        let known = Known(value: keys, foundAt: clock.now)
        state.withLock { $0.keys = known }
        result = .success(known)
      } catch { result = .failure(error) }
      return result
    }
    guard let loaded else { throw ProviderFailure(reason: "its key set can't be read") }
    return try loaded.get()
  }

  private func document(at address: String, _ what: String) async throws(ProviderFailure) -> JSONValue {
    let answer = try await transport.send(ProviderRequest(address))
    guard answer.status == 200 else { throw ProviderFailure(reason: "its \(what) answers with \(answer.status)") }
    guard let json = Self.json(answer.body) else { throw ProviderFailure(reason: "its \(what) is no JSON") }
    return json
  }

  private static func json(_ body: [UInt8]) -> JSONValue? { try? JSONValue(parsing: body, depthLimit: 32) }

  /// The word of RFC 6749, 5.2, and nothing else of what the provider says.
  private static func errorCode(_ body: [UInt8]) -> String {
    guard let word = json(body)?["error"]?.stringValue, (1...40).contains(word.utf8.count),
      word.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "_") })
    else { return "" }
    return " (\(word))"
  }
}

/// What a provider has sent is not good; for the audit log. Nothing secret is in it.
struct SignInFlaw: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

// An identity provider (OpenID Connect Core 1.0) that the operator has named: this program is its client.

import Foundation
import JobsprintDomain
import JobsprintPorts

public struct IdentityProvider: Sendable {
  /// As the settings and the API call it.
  public let name: String
  /// Its name for itself, to the byte. Below it is what it says of itself.
  public let issuer: String
  let clientID: String
  /// nil: a public client, which has its code verifier only.
  let clientSecret: String?
  /// `openid` is one of them.
  let scopes: [String]
  /// Where it sends the browser back to: a page of the client that began.
  let redirectAddress: String

  private static let longestAddress = 512

  /// - Parameter scopes: `openid` is put in front where it is missing.
  /// - Returns: nil for an issuer or a redirect address that can't be used: https without a user, a query or a
  ///   fragment, or http on this machine (the redirect address may have a query); and for an empty client id.
  public init?(
    name: String, issuer: String, clientID: String, clientSecret: String?, scopes: [String], redirectAddress: String
  ) {
    guard Self.isSafe(issuer, besides: ""), URLComponents(string: issuer)?.query == nil,
      Self.isSafe(redirectAddress, besides: redirectAddress), !clientID.isEmpty
    else { return nil }
    self.name = name
    self.issuer = issuer
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.scopes = scopes.contains("openid") ? scopes : ["openid"] + scopes
    self.redirectAddress = redirectAddress
  }

  /// Whether what is sent there can't be read or answered by others on the way: https, or http that does not leave this
  /// machine, which a provider elsewhere has no reason to name.
  /// - Parameter issuer: of whom the address comes.
  static func isSafe(_ address: String, besides issuer: String) -> Bool {
    guard address.utf8.count <= longestAddress, address.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      let parts = URLComponents(string: address), let host = parts.host, !host.isEmpty,
      parts.user == nil, parts.password == nil, parts.fragment == nil
    else { return false }
    switch parts.scheme {
    case "https": return true
    case "http": return isLocal(host) && (issuer.isEmpty || issuer.hasPrefix("http://"))
    default: return false
    }
  }

  private static func isLocal(_ host: String) -> Bool { ["127.0.0.1", "localhost", "::1", "[::1]"].contains(host) }
}

/// What a provider says of itself (OpenID Connect Discovery 1.0, 3).
struct ProviderMetadata: Sendable {
  let authorizationAddress: String
  let tokenAddress: String
  let keysAddress: String
  /// Whether it takes the client's secret in a field of its own only (RFC 6749, 2.3.1).
  let wantsSecretInForm: Bool
  /// Whether its answers name it (RFC 9207).
  let namesIssuer: Bool

  /// - Throws: ``ProviderFailure`` where it is another's, or says something that is not safe.
  init(_ json: JSONValue, of provider: IdentityProvider) throws(ProviderFailure) {
    guard let issuer = json["issuer"]?.stringValue, issuer.hasSameCodeUnits(as: provider.issuer) else {
      throw ProviderFailure(reason: "its configuration names another issuer")
    }
    func address(_ name: String) throws(ProviderFailure) -> String {
      guard let text = json[name]?.stringValue, IdentityProvider.isSafe(text, besides: issuer) else {
        throw ProviderFailure(reason: "its configuration has no safe '\(name)'")
      }
      return text
    }
    authorizationAddress = try address("authorization_endpoint")
    tokenAddress = try address("token_endpoint")
    keysAddress = try address("jwks_uri")
    let methods = json["token_endpoint_auth_methods_supported"]?.arrayValue ?? ["client_secret_basic"]
    wantsSecretInForm = !methods.contains("client_secret_basic") && methods.contains("client_secret_post")
    namesIssuer = json["authorization_response_iss_parameter_supported"] == true
  }
}

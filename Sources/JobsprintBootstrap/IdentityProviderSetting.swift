// Identity providers as the environment names them: JOBSPRINT_OIDC_PROVIDERS has the names, and each has settings of
// its own behind JOBSPRINT_OIDC_<NAME>_.

import Configuration
import JobsprintAccess

public struct IdentityProviderSetting: Sendable {
  private static let key = "jobsprint.oidc.providers"
  private static let longestName = 32

  let provider: IdentityProvider

  /// - Parameters:
  ///   - name: small letters and digits, at most 32.
  ///   - clientSecret: nil: a public client.
  ///   - redirectAddress: where the provider sends the browser back to.
  /// - Returns: nil for a name that is none, no client id, and for addresses that are not https:// with a host, or
  ///   http:// on this machine.
  public init?(
    name: String, issuer: String, clientID: String, clientSecret: String?, scopes: [String], redirectAddress: String
  ) {
    let provider = IdentityProvider(
      name: name, issuer: issuer, clientID: clientID, clientSecret: clientSecret, scopes: scopes,
      redirectAddress: redirectAddress)
    guard Self.isName(name), let provider else { return nil }
    self.provider = provider
  }

  /// - Throws: ``SettingError`` for names that are none, and for a provider that can't be meant.
  static func settings(_ config: ConfigReader) throws(SettingError) -> [IdentityProviderSetting] {
    guard let text = config.string(forKey: ConfigKey(key)), !text.isEmpty else { return [] }
    var settings: [IdentityProviderSetting] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      guard isName(name), !settings.contains(where: { $0.provider.name == name }) else {
        throw SettingError(
          key, "different names with commas between, each of small letters and digits, at most \(longestName)",
          found: text)
      }
      settings.append(try setting(name, config))
    }
    // An identity is its issuer's: two providers of one issuer would be one.
    guard Set(settings.map(\.provider.issuer)).count == settings.count else {
      throw SettingError(key, "names of providers with different issuers", found: text)
    }
    return settings
  }

  private static func setting(
    _ name: String, _ config: ConfigReader
  ) throws(SettingError) -> IdentityProviderSetting {
    func value(_ member: String, isSecret: Bool = false) -> String? {
      config.string(forKey: ConfigKey("jobsprint.oidc.\(name).\(member)"), isSecret: isSecret)
        .flatMap { $0.isEmpty ? nil : $0 }
    }
    let setting = IdentityProviderSetting(
      name: name, issuer: value("issuer") ?? "", clientID: value("client.id") ?? "",
      clientSecret: value("client.secret", isSecret: true),
      scopes: (value("scopes") ?? "openid").split(separator: " ").map(String.init),
      redirectAddress: value("redirect.uri") ?? "")
    guard let setting else {
      throw SettingError(
        "jobsprint.oidc.\(name).issuer",
        "an address with https:// (http:// on this machine only), beside …_CLIENT_ID, and …_REDIRECT_URI with the "
          + "address of a page of the client", found: value("issuer") ?? "")
    }
    return setting
  }

  private static func isName(_ text: String) -> Bool {
    (1...longestName).contains(text.utf8.count)
      && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
  }
}

import JobsprintDomain
public import JobsprintPorts

/// The types of credentials that come with the platform, under n8n's names.
public enum BuiltInCredentials {
  public static let all: [CredentialType] = [
    basicAuth, headerAuth, bearerAuth, queryAuth, digestAuth, customAuth, jwtAuth, totp, crypto,
  ]

  private static let basicAuth = CredentialType(
    "httpBasicAuth", displayName: "Basic Auth",
    fields: [
      CredentialField("user", "The user's name.", isRequired: true),
      CredentialField("password", "The user's password."),
    ])

  private static let headerAuth = CredentialType(
    "httpHeaderAuth", displayName: "Header Auth",
    fields: [
      CredentialField("name", "The header's name.", isRequired: true),
      CredentialField("value", "The header's value.", isRequired: true),
    ])

  private static let bearerAuth = CredentialType(
    "httpBearerAuth", displayName: "Bearer Auth",
    fields: [CredentialField("token", "The token, without 'Bearer'.", isRequired: true)])

  private static let queryAuth = CredentialType(
    "httpQueryAuth", displayName: "Query Auth",
    fields: [
      CredentialField("name", "The query parameter's name.", isRequired: true),
      CredentialField("value", "The query parameter's value.", isRequired: true),
    ])

  private static let digestAuth = CredentialType(
    "httpDigestAuth", displayName: "Digest Auth",
    fields: [
      CredentialField("user", "The user's name.", isRequired: true),
      CredentialField("password", "The user's password."),
    ])

  private static let customAuth = CredentialType(
    "httpCustomAuth", displayName: "Custom Auth",
    fields: [
      CredentialField("json", "A JSON object with 'headers', 'body' and 'qs' that requests get.", isRequired: true)
    ],
    trial: { secrets, _ in
      let text = secrets["json"]?.stringValue ?? ""
      guard let value = try? JSONValue(parsing: Array(text.utf8)), value.objectValue != nil else {
        return .bad("'json' is no JSON object.")
      }
      return .good("'json' is a JSON object. Whether a service takes it was not asked.")
    })

  private static let jwtAuth = CredentialType(
    "jwtAuth", displayName: "JWT Auth",
    fields: [
      CredentialField(
        "keyType", "A passphrase, or a pair of keys.", default: "passphrase",
        choices: ["passphrase", "pemKey"]),
      CredentialField("secret", "The passphrase.", isRequired: true, when: ("keyType", "passphrase")),
      CredentialField("privateKey", "The private key in PEM: it signs.", when: ("keyType", "pemKey")),
      CredentialField("publicKey", "The public key in PEM: it verifies.", when: ("keyType", "pemKey")),
      CredentialField(
        "algorithm", "What tokens are signed with.", default: "HS256",
        choices: JSONWebToken.Algorithm.allCases.map(\.rawValue)),
    ], trial: { secrets, time in JWTSecrets(secrets).verdict(at: time) })

  private static let totp = CredentialType(
    "totpApi", displayName: "TOTP API",
    fields: [
      CredentialField("secret", "The secret in Base32, as the service shows it.", isRequired: true),
      CredentialField("label", "For people: service and account."),
    ],
    trial: { secrets, time in
      do throws(NodeError) {
        _ = try OneTimePassword(secret: secrets["secret"]?.stringValue ?? "").token(at: time)
        return .good("Passwords can be made with it. Whether the service takes them was not asked.")
      } catch { return .bad("\(error.message). \(error.description ?? "")") }
    })

  private static let crypto = CredentialType(
    "crypto", displayName: "Crypto",
    fields: [
      CredentialField("hmacSecret", "The key of HMACs."),
      CredentialField("signPrivateKey", "The private key in PEM that signs."),
    ],
    trial: { secrets, _ in
      guard let pem = secrets["signPrivateKey"]?.stringValue, !pem.isEmpty else {
        return .good("There is no private key to look at.")
      }
      return CryptoTask.canSign(withPEM: pem)
        ? .good("The private key can be read.") : .bad("'signPrivateKey' is no private key in PEM.")
    })
}

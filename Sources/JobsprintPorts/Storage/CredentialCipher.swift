public import JobsprintDomain

/// Encrypts the secrets of credentials, so that what is stored tells nothing without the installation's keys. What was
/// sealed for one credential opens for no other.
public protocol CredentialCipher: Sendable {
  /// The id of the key that seals; those before it only open.
  var currentKey: String { get }

  func seal(
    _ secrets: JSONObject, of credential: CredentialID, type: String, in workspace: WorkspaceID
  ) throws(CredentialCipherError) -> SealedSecrets

  func open(
    _ sealed: SealedSecrets, of credential: CredentialID, type: String, in workspace: WorkspaceID
  ) throws(CredentialCipherError) -> JSONObject

  /// What stands for secrets where the same are to be known again, and nobody is to guess them from it.
  func fingerprint(of bytes: [UInt8]) -> [UInt8]
}

extension CredentialCipher {
  public func secrets(of credential: StoredCredential) throws(CredentialCipherError) -> JSONObject {
    try open(credential.secrets, of: credential.id, type: credential.type, in: credential.workspace)
  }
}

/// Why secrets can't be opened.
public struct CredentialCipherError: Error, Sendable {
  /// What happened, and what to do. Never holds a secret.
  public let message: String

  public init(_ message: String) { self.message = message }
}

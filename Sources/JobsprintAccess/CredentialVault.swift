// Secrets of credentials under AES-256-GCM (NIST SP 800-38D). Workspace, credential and type are authenticated with the
// text: a row that is put in another's place does not open there. What is stored: nonce (12 bytes, random), ciphertext,
// tag (16 bytes).

import Crypto
import Foundation
public import JobsprintDomain
public import JobsprintPorts

public struct CredentialVault: CredentialCipher {
  private struct Key {
    let id: String
    let key: SymmetricKey
  }

  private let keys: [Key]
  private let current: Key
  private let marking: SymmetricKey

  /// - Parameter keys: the first seals, all open. What counts of a key is derived from all its bytes (HKDF).
  /// - Returns: nil without a key.
  public init?(_ keys: [NamedKey]) {
    self.keys = keys.map { Key(id: $0.id, key: Self.derived(from: $0, for: "jobsprint credential secrets")) }
    guard let first = self.keys.first, let named = keys.first else { return nil }
    current = first
    marking = Self.derived(from: named, for: "jobsprint credential fingerprints")
  }

  public var currentKey: String { current.id }

  public func seal(
    _ secrets: JSONObject, of credential: CredentialID, type: String, in workspace: WorkspaceID
  ) throws(CredentialCipherError) -> SealedSecrets {
    let bytes = JSONValue.object(secrets).jsonBytes
    let sealed = try? AES.GCM.seal(
      bytes, using: current.key, authenticating: Self.context(credential, type, workspace, key: current.id))
    guard let combined = sealed?.combined else {
      throw CredentialCipherError("The secrets can't be encrypted. The log of the server says more.")
    }
    return SealedSecrets(key: current.id, bytes: Array(combined))
  }

  public func open(
    _ sealed: SealedSecrets, of credential: CredentialID, type: String, in workspace: WorkspaceID
  ) throws(CredentialCipherError) -> JSONObject {
    guard let key = keys.first(where: { $0.id == sealed.key }) else {
      throw CredentialCipherError(
        "The credential \(credential) is encrypted with the key '\(sealed.key)', which this process does not have. Add it "
          + "to JOBSPRINT_CREDENTIAL_KEYS, or to credential.key in the data folder.")
    }
    guard let box = try? AES.GCM.SealedBox(combined: sealed.bytes),
      let bytes = try? AES.GCM.open(
        box, using: key.key, authenticating: Self.context(credential, type, workspace, key: key.id)),
      let secrets = (try? JSONValue(parsing: Array(bytes)))?.objectValue
    else {
      throw CredentialCipherError(
        "The secrets of the credential \(credential) can't be decrypted: they were changed in the store, or the key "
          + "'\(key.id)' is another one of that name. Fill its data in again.")
    }
    return secrets
  }

  public func fingerprint(of bytes: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: bytes, using: marking))
  }

  private static func derived(from key: NamedKey, for purpose: String) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: key.secret), info: Array(purpose.utf8), outputByteCount: 32)
  }

  /// Ids have a fixed form without a line feed, so that no two contexts have one text.
  private static func context(
    _ credential: CredentialID, _ type: String, _ workspace: WorkspaceID, key: String
  ) -> [UInt8] {
    Array("jobsprint credential 1\n\(workspace)\n\(credential)\n\(key.utf8.count)\n\(key)\n\(type)".utf8)
  }
}

import JobsprintDomain
import JobsprintPorts

/// A cipher whose keys encrypt nothing: what is sealed names who may open it.
struct PlainCipher: CredentialCipher {
  var currentKey = "plain"

  func seal(
    _ secrets: JSONObject, of credential: CredentialID, type: String, in workspace: WorkspaceID
  ) throws(CredentialCipherError) -> SealedSecrets {
    let sealed: JSONValue = ["for": .string("\(workspace) \(credential) \(type)"), "secrets": .object(secrets)]
    return SealedSecrets(key: currentKey, bytes: sealed.jsonBytes)
  }

  func open(
    _ sealed: SealedSecrets, of credential: CredentialID, type: String, in workspace: WorkspaceID
  ) throws(CredentialCipherError) -> JSONObject {
    guard let value = try? JSONValue(parsing: sealed.bytes), let secrets = value["secrets"]?.objectValue,
      value["for"] == .string("\(workspace) \(credential) \(type)")
    else { throw CredentialCipherError("It does not open.") }
    return secrets
  }

  func fingerprint(of bytes: [UInt8]) -> [UInt8] { bytes }
}

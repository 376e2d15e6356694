public import JobsprintDomain

/// What nodes sign in with elsewhere. Its secrets are encrypted before a store sees them.
public struct StoredCredential: Sendable, Hashable {
  public var id: CredentialID
  public var workspace: WorkspaceID
  /// For people; several may have the same.
  public var name: String
  /// n8n's name of its type, for example `jwtAuth`.
  public var type: String
  public var secrets: SealedSecrets
  /// Hosts that its secrets may be sent to, in small letters; `*.` in front stands for all below. nil: any.
  public var allowedHosts: [String]?
  public var createdAt: Timestamp
  public var updatedAt: Timestamp

  public init(
    id: CredentialID, workspace: WorkspaceID, name: String, type: String, secrets: SealedSecrets,
    allowedHosts: [String]? = nil, createdAt: Timestamp, updatedAt: Timestamp
  ) {
    self.id = id
    self.workspace = workspace
    self.name = name
    self.type = type
    self.secrets = secrets
    self.allowedHosts = allowedHosts
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

/// Secrets as they are stored: nobody reads them without the key.
public struct SealedSecrets: Sendable, Hashable {
  /// Of the key, in the installation's ring.
  public let key: String
  /// Nonce, ciphertext and tag.
  public let bytes: [UInt8]

  public init(key: String, bytes: [UInt8]) {
    self.key = key
    self.bytes = bytes
  }
}

public protocol CredentialStore: Sendable {
  func create(
    _ credential: StoredCredential, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome

  func credential(_ id: CredentialID, in workspace: WorkspaceID) async throws(PortError) -> StoredCredential?

  /// Those of a type and a name, oldest first, at most `limit`.
  func credentials(
    named name: String, type: String, in workspace: WorkspaceID, limit: Int
  ) async throws(PortError) -> [StoredCredential]

  /// Replaces a credential, if its secrets are still `secrets`: two changes at a time never lose one.
  /// - Parameter credential: with the times that it shall have.
  func update(
    _ credential: StoredCredential, ifSecrets secrets: SealedSecrets, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<StoredCredential>

  func delete(
    _ id: CredentialID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> StoredCredential?

  /// Oldest first.
  func credentials(
    in workspace: WorkspaceID, page: PageRequest<CredentialID>
  ) async throws(PortError) -> Page<StoredCredential>
}

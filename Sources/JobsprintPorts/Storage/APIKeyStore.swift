public import JobsprintDomain

/// An API key as it is stored: its secret only as a hash.
public struct APIKeyRecord: Sendable, Hashable {
  public let id: APIKeyID
  public let workspace: WorkspaceID
  public let label: String
  /// SHA-256 of the whole key. A key is random, so that a plain hash can't be searched.
  public let hash: [UInt8]
  public let scopes: Set<Scope>
  /// nil: never.
  public let expiresAt: Timestamp?
  public let createdAt: Timestamp
  /// The member who made it, or the service account that it belongs to: it never gives more than that one's role does
  /// now. nil: it stands for itself.
  public let owner: UserID?

  public init(
    id: APIKeyID, workspace: WorkspaceID, label: String, hash: [UInt8], scopes: Set<Scope>,
    expiresAt: Timestamp? = nil, createdAt: Timestamp, owner: UserID? = nil
  ) {
    self.id = id
    self.workspace = workspace
    self.label = label
    self.hash = hash
    self.scopes = scopes
    self.expiresAt = expiresAt
    self.createdAt = createdAt
    self.owner = owner
  }
}

/// API keys of all workspaces.
public protocol APIKeyStore: Sendable {
  /// A key by what its holder shows, in whichever workspace; expired ones too.
  func key(withHash hash: [UInt8]) async throws(PortError) -> APIKeyRecord?

  /// Stores a key; one with the same hash stays as it is, or deleted, and `nameTaken` says so.
  func insert(_ key: APIKeyRecord, recording record: ChangeRecord) async throws(PortError) -> CreateOutcome

  /// Oldest first.
  func keys(in workspace: WorkspaceID, page: PageRequest<APIKeyID>) async throws(PortError) -> Page<APIKeyRecord>

  /// A key with this hash will not be stored again.
  /// - Returns: what was removed.
  func delete(
    _ id: APIKeyID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> APIKeyRecord?

  func hasAny() async throws(PortError) -> Bool
}

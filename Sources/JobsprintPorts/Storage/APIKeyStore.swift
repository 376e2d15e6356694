public import JobsprintDomain

/// An API key as it is stored: its secret only as a hash.
public struct APIKeyRecord: Sendable, Hashable {
  public let id: APIKeyID
  public let workspace: WorkspaceID
  public let label: String
  /// SHA-256 of the whole key. A key is random, so that a plain hash can't be searched.
  public let hash: [UInt8]
  public let createdAt: Timestamp

  public init(id: APIKeyID, workspace: WorkspaceID, label: String, hash: [UInt8], createdAt: Timestamp) {
    self.id = id
    self.workspace = workspace
    self.label = label
    self.hash = hash
    self.createdAt = createdAt
  }
}

public protocol APIKeyStore: Sendable {
  func key(withHash hash: [UInt8]) async throws(PortError) -> APIKeyRecord?
  /// Stores a key; one with the same hash stays as it is.
  func insert(_ key: APIKeyRecord) async throws(PortError)
  func hasAny() async throws(PortError) -> Bool
}

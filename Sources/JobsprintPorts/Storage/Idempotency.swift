public import JobsprintDomain

/// What is kept for an `Idempotency-Key`: written in the same transaction as what the request created.
public struct IdempotencyRecord: Sendable, Hashable {
  public let workspace: WorkspaceID
  public let key: String
  /// SHA-256 of method, path and body: tells the same request from another with the same key.
  public let fingerprint: [UInt8]
  public let createdAt: Timestamp
  /// HTTP status of the answer.
  public let status: Int
  /// Body of the answer.
  public let response: [UInt8]

  public init(
    workspace: WorkspaceID, key: String, fingerprint: [UInt8], createdAt: Timestamp, status: Int, response: [UInt8]
  ) {
    self.workspace = workspace
    self.key = key
    self.fingerprint = fingerprint
    self.createdAt = createdAt
    self.status = status
    self.response = response
  }
}

/// Looking up used keys. Writing is part of what each request creates; where a request does what can be done again
/// without harm, what it is to do is kept before.
public protocol IdempotencyStore: Sendable {
  /// Keeps a record beside no change, unless its key was used before.
  /// - Returns: what was kept for the key before; nil: nothing was.
  func keep(_ record: IdempotencyRecord) async throws(PortError) -> IdempotencyRecord?

  func record(of key: String, in workspace: WorkspaceID) async throws(PortError) -> IdempotencyRecord?

  /// Removes at most `limit` records from before `time`; how many were removed.
  func forget(before time: Timestamp, limit: Int) async throws(PortError) -> Int
}

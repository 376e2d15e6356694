// API keys are found by the hash of what their holder shows, so there is nothing to compare and no timing to learn from.

public import JobsprintDomain
public import JobsprintPorts
import Synchronization

/// Tells whose a key is.
public final class APIKeyAuthenticator: Sendable {
  private struct Known {
    var principals: [[UInt8]: (principal: Principal, foundAt: Timestamp)] = [:]
    /// Rises with each key that is forgotten: what was looked up before may be that key.
    var forgotten = 0
  }

  private let known = Mutex(Known())
  private let store: any APIKeyStore
  private let clock: any WallClock
  private let isSoleWriter: Bool

  private static let mostKnown = 10_000
  /// How long a key is known where another process may delete it.
  static let memory: Duration = .seconds(1)
  /// Shorter keys could be guessed.
  static let shortestKey = 32
  /// Longer ones are no keys, and not worth hashing.
  private static let longestKey = 512

  /// - Parameter isSoleWriter: no other process deletes keys of this store.
  public init(store: any APIKeyStore, clock: any WallClock, isSoleWriter: Bool) {
    self.store = store
    self.clock = clock
    self.isSoleWriter = isSoleWriter
  }

  /// The key's owner; nil for an unknown or expired key.
  public func principal(forKey key: String) async throws(PortError) -> Principal? {
    guard key.utf8.count >= Self.shortestKey, key.utf8.count <= Self.longestKey else { return nil }
    let hash = APIKeySecret(key).hash
    let now = clock.now
    let (found, generation) = known.withLock { known in (known.principals[hash], known.forgotten) }
    if let found, isSoleWriter || (.zero..<Self.memory).contains(now - found.foundAt) {
      return valid(found.principal, at: now)
    }
    guard let record = try await store.key(withHash: hash) else {
      known.withLock { $0.principals[hash] = nil }
      return nil
    }
    let principal = Principal(
      workspace: record.workspace, key: record.id, owner: record.owner, scopes: record.scopes,
      expiresAt: record.expiresAt)
    known.withLock { known in
      guard known.forgotten == generation else { return }
      if known.principals.count >= Self.mostKnown { known.principals.removeAll() }
      known.principals[hash] = (principal, now)
    }
    return valid(principal, at: now)
  }

  private func valid(_ principal: Principal, at now: Timestamp) -> Principal? {
    principal.expiresAt.map { $0 <= now } ?? false ? nil : principal
  }

  /// A deleted key is nobody's from here on.
  public func forget(_ key: APIKeyRecord) {
    known.withLock { known in
      known.forgotten += 1
      known.principals[key.hash] = nil
    }
  }

  /// Makes sure that there is a first key, with all scopes.
  /// - Parameters:
  ///   - presented: the operator's own key; nil to have one made where there is none.
  ///   - id: of the key, if one is stored.
  ///   - entry: of its audit entry.
  /// - Returns: the key that was made, to be shown once; nil when none was made.
  public func bootstrap(presented: String?, id: APIKeyID, entry: AuditEntryID) async throws -> String? {
    if let presented {
      guard presented.utf8.count >= Self.shortestKey, presented.utf8.count <= Self.longestKey else {
        throw AccessError(
          code: .weakKey,
          message:
            "JOBSPRINT_BOOTSTRAP_API_KEY has \(presented.utf8.count) characters; give it \(Self.shortestKey) or more "
            + "random ones (at most \(Self.longestKey)), for example from: openssl rand -hex 32")
      }
      try await insert(APIKeySecret(presented), id: id, entry: entry)
      return nil
    }
    guard try await !store.hasAny() else { return nil }
    let secret = APIKeySecret()
    try await insert(secret, id: id, entry: entry)
    return secret.text
  }

  /// One that is stored already stays as it is.
  private func insert(_ secret: APIKeySecret, id: APIKeyID, entry: AuditEntryID) async throws(PortError) {
    let now = clock.now
    let key = APIKeyRecord(
      id: id, workspace: .initial, label: "first key", hash: secret.hash, scopes: Set(Scope.allCases), createdAt: now)
    let details: JSONValue = ["label": .string(key.label)]
    _ = try await store.insert(
      key,
      recording: ChangeRecord(
        AuditEntry(
          id: entry, caller: Caller(workspace: .initial, actor: .system), action: .apiKeyCreated, subject: "\(id)",
          details: details.jsonBytes, at: now)))
  }
}

// API keys are found by the hash of what their holder shows, so there is nothing to compare and no timing to learn
// from.

public import JobsprintDomain
public import JobsprintPorts

/// Tells whose a key is.
public final class APIKeyAuthenticator: Sendable {
  private let known: AccessCache<[UInt8], Principal>
  private let store: any APIKeyStore
  private let epoch: any AccessEpoch
  private let clock: any WallClock

  /// How long a key is known where another process may delete it.
  static let memory: Duration = .seconds(1)
  /// Shorter keys could be guessed.
  static let shortestKey = 32
  /// Longer ones are no keys, and not worth hashing.
  private static let longestKey = 512

  /// - Parameter isSoleWriter: no other process deletes keys of this store.
  public init(
    store: any APIKeyStore, epoch: any AccessEpoch, clock: any WallClock, isSoleWriter: Bool,
    counts: CacheCounts = CacheCounts()
  ) {
    self.store = store
    self.epoch = epoch
    self.clock = clock
    known = AccessCache(
      .keys, epoch: epoch, memory: isSoleWriter ? nil : Self.memory, clock: clock, counts: counts)
  }

  /// The key's owner; nil for an unknown or expired key.
  public func principal(forKey key: String) async throws(PortError) -> Principal? {
    guard let hash = Self.hash(of: key) else { return nil }
    let principal = try await known.value(of: hash) { [store] () async throws(PortError) in
      try await store.key(withHash: hash).map {
        Principal(workspace: $0.workspace, key: $0.id, owner: $0.owner, scopes: $0.scopes, expiresAt: $0.expiresAt)
      }
    }
    return principal.flatMap { valid($0, at: clock.now) }
  }

  /// Whose it was a moment ago.
  func remembered(_ key: String) -> Principal? {
    Self.hash(of: key).flatMap { known.remembered($0) }.flatMap { valid($0, at: clock.now) }
  }

  /// nil: it can't be a key.
  private static func hash(of key: String) -> [UInt8]? {
    guard key.utf8.count >= shortestKey, key.utf8.count <= longestKey else { return nil }
    return APIKeySecret(key).hash
  }

  private func valid(_ principal: Principal, at now: Timestamp) -> Principal? {
    principal.expiresAt.map { $0 <= now } ?? false ? nil : principal
  }

  /// A key was deleted: it is nobody's from here on.
  public func forget() async { await epoch.advance() }

  /// Makes sure that there is a first key, with all scopes, unless somebody has deleted it.
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

  /// One that is stored already stays as it is, and one that was deleted stays deleted.
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

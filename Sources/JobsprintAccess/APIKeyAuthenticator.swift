// API keys: 256 random bits behind a prefix that says what they are. Stored is their SHA-256 only; a key is found by its
// hash, so there is nothing to compare and no timing to learn from.

import Crypto
public import JobsprintDomain
public import JobsprintPorts
import Synchronization

public final class APIKeyAuthenticator: Sendable {
  /// Keys that were found, by hash. Keys can't be changed or revoked yet, so that nothing has to be forgotten.
  private let known = Mutex<[[UInt8]: Principal]>([:])
  private let store: any APIKeyStore

  private static let mostKnown = 10_000
  /// Shorter keys could be guessed.
  static let shortestKey = 32
  /// Longer ones are no keys, and not worth hashing.
  private static let longestKey = 512

  public init(store: any APIKeyStore) { self.store = store }

  /// The key's owner; nil for an unknown key.
  public func principal(forKey key: String) async throws(PortError) -> Principal? {
    guard key.utf8.count >= Self.shortestKey, key.utf8.count <= Self.longestKey else { return nil }
    let hash = Self.hash(key)
    if let principal = known.withLock({ $0[hash] }) { return principal }
    guard let record = try await store.key(withHash: hash) else { return nil }
    let principal = Principal(workspace: record.workspace, key: record.id)
    known.withLock { known in
      if known.count >= Self.mostKnown { known.removeAll() }
      known[hash] = principal
    }
    return principal
  }

  /// Makes sure that there is a first key.
  /// - Parameter presented: the operator's own key; nil to have one made where there is none.
  /// - Returns: the key that was made, to be shown once; nil when none was made.
  public func bootstrap(presented: String?, id: APIKeyID, at time: Timestamp) async throws -> String? {
    if let presented {
      guard presented.utf8.count >= Self.shortestKey, presented.utf8.count <= Self.longestKey else {
        throw AccessError(
          code: .weakKey,
          message:
            "JOBSPRINT_BOOTSTRAP_API_KEY has \(presented.utf8.count) characters; give it \(Self.shortestKey) or more "
            + "random ones (at most \(Self.longestKey)), for example from: openssl rand -hex 32")
      }
      try await store.insert(Self.record(presented, id: id, at: time))
      return nil
    }
    guard try await !store.hasAny() else { return nil }
    let key = Self.mint()
    try await store.insert(Self.record(key, id: id, at: time))
    return key
  }

  private static func mint() -> String {
    let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
    return "jsk_" + bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  private static func record(_ key: String, id: APIKeyID, at time: Timestamp) -> APIKeyRecord {
    APIKeyRecord(id: id, workspace: .initial, label: "first key", hash: hash(key), createdAt: time)
  }

  private static func hash(_ key: String) -> [UInt8] { Array(SHA256.hash(data: Array(key.utf8))) }
}

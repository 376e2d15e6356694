import Synchronization

/// What a process remembers of what it has looked up, and what all of them share (`versions`).
public enum CacheName: String, Sendable, CaseIterable {
  case keys, roles, sessions, plans, versions
}

/// How often a look-up was answered without the store.
public final class CacheCounts: Sendable {
  public enum Outcome: String, Sendable, CaseIterable {
    case hit
    /// Somebody else was just asking the store for it.
    case shared
    case miss
    /// What is shared could not be asked.
    case bypassed
  }

  private let counts = Mutex<[CacheName: [Outcome: Int]]>([:])

  public init() {}

  public func note(_ outcome: Outcome, in cache: CacheName) {
    counts.withLock { $0[cache, default: [:]][outcome, default: 0] += 1 }
  }

  public func count(of outcome: Outcome, in cache: CacheName) -> Int {
    counts.withLock { $0[cache]?[outcome] ?? 0 }
  }
}

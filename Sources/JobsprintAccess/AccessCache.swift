import JobsprintDomain
import JobsprintPorts
import Synchronization

/// What was looked up about access, for as long as the epoch lasts in which it was, and no longer than `memory`. What
/// is not there is looked up again each time: others can't fill the cache with names that they make up. Whoever asks
/// while it is looked up in the same epoch gets what that brings.
final class AccessCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Known {
    let value: Value
    let mark: AccessMark
    let foundAt: Timestamp
  }

  /// A look-up from before a change is never shared with who asks behind it: there is another mark then.
  private struct Load: Hashable {
    let key: Key
    let mark: AccessMark
  }

  private let mostKnown = 10_000
  private let name: CacheName
  private let known = Mutex<[Key: Known]>([:])
  private let loads = SharedLoads<Load, Value?>()
  private let epoch: any AccessEpoch
  private let memory: Duration?
  private let clock: any WallClock
  private let counts: CacheCounts

  /// - Parameter memory: nil: the epoch alone says.
  init(
    _ name: CacheName, epoch: any AccessEpoch, memory: Duration?, clock: any WallClock, counts: CacheCounts
  ) {
    self.name = name
    self.epoch = epoch
    self.memory = memory
    self.clock = clock
    self.counts = counts
  }

  func value(
    of key: Key, lookUp: @escaping @Sendable () async throws(PortError) -> Value?
  ) async throws(PortError) -> Value? {
    // Nobody can say what has changed: then only the store knows.
    guard let mark = await epoch.current() else {
      known.withLock { $0[key] = nil }
      counts.note(.miss, in: name)
      return try await lookUp()
    }
    let now = clock.now
    if let found = found(key, at: now), found.mark == mark {
      counts.note(.hit, in: name)
      return found.value
    }
    return try await loads.value(of: Load(key: key, mark: mark)) { isShared in
      self.counts.note(isShared ? .shared : .miss, in: self.name)
    } load: { () async throws(PortError) in
      let value = try await lookUp()
      self.remember(value, of: key, under: mark, at: now)
      return value
    }
  }

  /// What was so a moment ago, whatever has changed since. It grants nothing.
  func remembered(_ key: Key) -> Value? { found(key, at: clock.now)?.value }

  private func found(_ key: Key, at now: Timestamp) -> Known? {
    guard let found = known.withLock({ $0[key] }) else { return nil }
    return memory.map { (.zero..<$0).contains(now - found.foundAt) } ?? true ? found : nil
  }

  /// - Parameter mark: from before the look-up: a change meanwhile has another one.
  private func remember(_ value: Value?, of key: Key, under mark: AccessMark, at time: Timestamp) {
    known.withLock { known in
      guard let value else {
        known[key] = nil
        return
      }
      if known.count >= mostKnown { known.removeAll() }
      known[key] = Known(value: value, mark: mark, foundAt: time)
    }
  }
}

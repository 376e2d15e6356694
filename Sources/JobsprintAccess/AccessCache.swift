import JobsprintDomain
import JobsprintPorts
import Synchronization

/// What was looked up about access, for as long as the epoch lasts in which it was, and no longer than `memory`. What is not
/// there is looked up again each time: others can't fill the cache with names that they make up.
final class AccessCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Known {
    let value: Value
    let mark: AccessMark
    let foundAt: Timestamp
  }

  private let mostKnown = 10_000
  private let known = Mutex<[Key: Known]>([:])
  private let epoch: any AccessEpoch
  private let memory: Duration?
  private let clock: any WallClock

  /// - Parameter memory: nil: the epoch alone says.
  init(epoch: any AccessEpoch, memory: Duration?, clock: any WallClock) {
    self.epoch = epoch
    self.memory = memory
    self.clock = clock
  }

  func value(
    of key: Key, lookUp: () async throws(PortError) -> Value?
  ) async throws(PortError) -> Value? {
    let mark = await epoch.current()
    let now = clock.now
    if let found = known.withLock({ $0[key] }), found.mark == mark,
      memory.map({ (.zero..<$0).contains(now - found.foundAt) }) ?? true
    {
      return found.value
    }
    let value = try await lookUp()
    known.withLock { known in
      // Under the mark from before the look-up: a change meanwhile has another one.
      guard let mark, let value else {
        known[key] = nil
        return
      }
      if known.count >= mostKnown { known.removeAll() }
      known[key] = Known(value: value, mark: mark, foundAt: now)
    }
    return value
  }
}
